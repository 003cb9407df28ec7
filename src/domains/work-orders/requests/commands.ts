import type { WorkRequest } from '../../../generated/prisma/client.ts'
import { type CommandBody, defineCommand } from '../../../graphql/commands/command.ts'
import {
  acceptWorkRequestInput,
  createWorkRequestInput,
  rejectWorkRequestInput,
} from './request-input.ts'
import { acceptWorkRequest, createWorkRequest, rejectWorkRequest } from './service.ts'
import { PriorityEnum } from '../orders/enums.ts'
import { WorkRequestObject } from './type.ts'

function defineRequestCommand<I>(name: string, options: CommandBody<I, WorkRequest>): void {
  defineCommand<I, WorkRequest>(name, {
    ...options,
    permission: 'work-requests:write',
    payload: (t) => ({
      workRequest: t.field({
        type: WorkRequestObject,
        nullable: true,
        description: 'The work request after the change.',
        resolve: (payload): WorkRequest | null => payload.result ?? null,
      }),
    }),
  })
}

defineRequestCommand('workRequestCreate', {
  description: 'Asks for work. Records work_request.created.',
  schema: createWorkRequestInput,
  input: (t) => ({
    title: t.string({ required: true, description: 'What it is about, 1–200 characters.' }),
    description: t.string({ description: 'Details, up to 10,000 characters.' }),
    locationId: t.id({ required: true, description: 'Where.' }),
  }),
  run: createWorkRequest,
})

defineRequestCommand('workRequestAccept', {
  description:
    'Makes a work order of a request. Records workorder.created and work_request.accepted. Managers only.',
  schema: acceptWorkRequestInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The request.' }),
    title: t.string({ description: 'Title of the work order; that of the request when left out.' }),
    priority: t.field({ type: PriorityEnum, description: 'How urgent; MEDIUM when left out.' }),
    assigneeId: t.id({ description: 'Who does it.' }),
    companyId: t.id({ description: 'Contractor in charge.' }),
    dueAt: t.field({ type: 'DateTime', description: 'When it should be done.' }),
  }),
  run: acceptWorkRequest,
})

defineRequestCommand('workRequestReject', {
  description: 'Turns a request down. Records work_request.rejected. Managers only.',
  schema: rejectWorkRequestInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The request.' }),
    reason: t.string({ required: true, description: 'Why, 1–500 characters.' }),
  }),
  run: rejectWorkRequest,
})
