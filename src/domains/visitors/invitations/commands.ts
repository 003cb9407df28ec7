import type { VisitorInvitation } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import {
  defineCommand,
  type InputBuilder,
  type PayloadBuilder,
} from '../../../graphql/commands/command.ts'
import { personFields } from '../commands.ts'
import { InvitationTypeEnum } from '../enums.ts'
import {
  cancelVisitInput,
  createInvitationInput,
  updateInvitationInput,
  visitorIdInput,
} from '../input.ts'
import {
  cancelInvitation,
  createInvitation,
  deleteInvitation,
  updateInvitation,
} from './service.ts'
import { InvitationObject } from './type.ts'

const answer = (description: string) => (t: PayloadBuilder<VisitorInvitation>) => ({
  invitation: t.field({
    type: InvitationObject,
    nullable: true,
    description,
    resolve: (payload): VisitorInvitation | null => payload.result ?? null,
  }),
})

const which = (t: InputBuilder) => ({
  id: t.id({ required: true, description: 'The invitation.' }),
})

const GuestInput = builder.inputType('VisitorGuestInput', {
  description: 'Somebody to invite.',
  fields: (t) => ({
    ...personFields(t),
    name: t.string({ required: true, description: 'Full name, 1–200 characters.' }),
  }),
})

defineCommand('visitorInvitationCreate', {
  description:
    'Invites people together. Records visitor.invitation.created, then visitor.registered for each of them.',
  permission: 'visitors:write',
  schema: createInvitationInput,
  input: (t) => ({
    type: t.field({ type: InvitationTypeEnum, description: 'PLANNED when left out.' }),
    hostIds: t.idList({
      required: true,
      description: 'Who is visited, 1–10 active users; the first one is the main host.',
    }),
    locationId: t.id({ required: true, description: 'Where.' }),
    resourceIds: t.idList({ description: 'Rooms and the like in use, up to 20.' }),
    bookingId: t.id({ description: 'Booking it belongs to.' }),
    startAt: t.field({ type: 'DateTime', required: true, description: 'Expected arrival.' }),
    endAt: t.field({ type: 'DateTime', required: true, description: 'Expected departure.' }),
    purpose: t.string({ description: 'Why they come, up to 500 characters.' }),
    visitors: t.field({
      type: [GuestInput],
      required: true,
      description: 'Whom to invite, 1–100 people.',
    }),
  }),
  run: createInvitation,
  payload: answer('The new invitation.'),
})

defineCommand('visitorInvitationUpdate', {
  description:
    'Changes an invitation; what is left out stays. Visits that have not begun follow, except in what was set for them alone. Records visitor.invitation.updated if anything changed, visitor.updated for each visit that followed, visitor.registered for each one added.',
  permission: 'visitors:write',
  schema: updateInvitationInput,
  input: (t) => ({
    ...which(t),
    hostIds: t.idList({ description: 'New hosts, 1–10 active users.' }),
    locationId: t.id({ description: 'New place, at the same site.' }),
    resourceIds: t.idList({ description: 'New resources, up to 20.' }),
    bookingId: t.id({ description: 'New booking; null removes it.' }),
    startAt: t.field({ type: 'DateTime', description: 'New expected arrival.' }),
    endAt: t.field({ type: 'DateTime', description: 'New expected departure.' }),
    addVisitors: t.field({
      type: [GuestInput],
      description: 'Whom to invite too, up to 100 people at once and 200 in all.',
    }),
  }),
  run: updateInvitation,
  payload: answer('The invitation after the change.'),
})

defineCommand('visitorInvitationCancel', {
  description:
    'Calls an invitation off. Records visitor.invitation.cancelled, and visitor.cancelled for each visit that had not begun.',
  permission: 'visitors:write',
  schema: cancelVisitInput,
  input: (t) => ({
    ...which(t),
    reason: t.string({ description: 'Why, up to 500 characters.' }),
  }),
  run: cancelInvitation,
  payload: answer('The invitation after the change.'),
})

defineCommand('visitorInvitationDelete', {
  description:
    'Removes an invitation none of whose visits is still to come or under way; past visits stay. Records visitor.invitation.deleted, and visitor.updated for each visit that belonged to it.',
  permission: 'visitors:write',
  schema: visitorIdInput,
  input: which,
  run: deleteInvitation,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed invitation.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
