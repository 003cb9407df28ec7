import type { WorkRequest } from '../../../generated/prisma/client.ts'
import { type CommandBody, defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { dateTime, id, oneOf } from '../../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../../graphql/commands/payloads.ts'
import { PriorityEnum } from '../orders/enums.ts'
import { description, reason, title } from '../orders/fields.ts'
import { acceptWorkRequest, createWorkRequest, rejectWorkRequest } from './service.ts'
import { WorkRequestObject } from './type.ts'

const createInput = inputOf({
  title,
  description: description.optional(),
  locationId: id('Where.'),
})
export type CreateWorkRequestInput = ValueOf<typeof createInput>

const acceptInput = inputOf({
  id: id('The request.'),
  title: title.describe('Title of the work order; that of the request when left out.').optional(),
  priority: oneOf(PriorityEnum, 'How urgent; MEDIUM when left out.').optional(),
  assigneeId: id('Who does it.').optional(),
  companyId: id('Contractor in charge.').optional(),
  dueAt: dateTime('When it should be done.').optional(),
})
export type AcceptWorkRequestInput = ValueOf<typeof acceptInput>

const rejectInput = inputOf({ id: id('The request.'), reason })
export type RejectWorkRequestInput = ValueOf<typeof rejectInput>

function defineRequestCommand<I>(name: string, options: CommandBody<I, WorkRequest>): void {
  defineCommand<I, WorkRequest>(name, {
    ...options,
    permission: 'work-requests:write',
    payload: recordPayload('workRequest', WorkRequestObject, 'The work request after the change.'),
  })
}

defineRequestCommand('workRequestCreate', {
  description: 'Asks for work. Records work_request.created.',
  input: createInput,
  run: createWorkRequest,
})

defineRequestCommand('workRequestAccept', {
  description:
    'Makes a work order of a request. Records workorder.created and work_request.accepted. Managers only.',
  input: acceptInput,
  run: acceptWorkRequest,
})

defineRequestCommand('workRequestReject', {
  description: 'Turns a request down. Records work_request.rejected. Managers only.',
  input: rejectInput,
  run: rejectWorkRequest,
})
