import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, inputType, type ValueOf } from '../../../graphql/commands/input/field.ts'
import {
  anyId,
  dateTime,
  id,
  ids,
  listOf,
  oneOf,
  onlyId,
} from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { InvitationTypeEnum } from '../enums.ts'
import { cancelReason, person, visit } from '../fields.ts'
import {
  cancelInvitation,
  createInvitation,
  deleteInvitation,
  updateInvitation,
} from './service.ts'
import { InvitationObject } from './type.ts'

const guest = inputType('VisitorGuestInput', 'Somebody to invite.', person)
const hostIds = ids(
  { min: 1, max: 10, distinct: true },
  'Who is visited, {min}–{max} active users; the first one is the main host.',
)
const resourceIds = listOf(
  anyId(''),
  { max: 20, distinct: true },
  'Rooms and the like in use, up to {max}.',
)
const bookingId = anyId('Booking it belongs to.')

const createInput = inputOf({
  type: oneOf(InvitationTypeEnum, 'PLANNED when left out.').optional(),
  hostIds,
  locationId: id('Where.'),
  resourceIds: resourceIds.optional(),
  bookingId: bookingId.optional(),
  startAt: dateTime('Expected arrival.'),
  endAt: dateTime('Expected departure.'),
  purpose: visit.purpose,
  visitors: listOf(guest, { min: 1, max: 100 }, 'Whom to invite, {min}–{max} people.'),
})
export type CreateInvitationInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The invitation.'),
  hostIds: hostIds.describe('New hosts, {min}–{max} active users.').optional(),
  locationId: id('New place, at the same site.').optional(),
  resourceIds: resourceIds.describe('New resources, up to {max}.').optional(),
  bookingId: bookingId.describe('New booking; null removes it.').clearable(),
  startAt: dateTime('New expected arrival.').optional(),
  endAt: dateTime('New expected departure.').optional(),
  addVisitors: listOf(
    guest,
    { max: 100 },
    'Whom to invite too, up to {max} people at once and 200 in all.',
  ).default([]),
})
export type UpdateInvitationInput = ValueOf<typeof updateInput>

const cancelInput = inputOf({ id: id('The invitation.'), reason: cancelReason })
export type CancelInvitationInput = ValueOf<typeof cancelInput>

const answer = (words: string) => recordPayload('invitation', InvitationObject, words)

defineCommand('visitorInvitationCreate', {
  description:
    'Invites people together. Records visitor.invitation.created, then visitor.registered for each of them.',
  permission: 'visitors:write',
  input: createInput,
  run: createInvitation,
  payload: answer('The new invitation.'),
})

defineCommand('visitorInvitationUpdate', {
  description:
    'Changes an invitation; what is left out stays. Visits that have not begun follow, except in what was set for them alone. Records visitor.invitation.updated if anything changed, visitor.updated for each visit that followed, visitor.registered for each one added.',
  permission: 'visitors:write',
  input: updateInput,
  run: updateInvitation,
  payload: answer('The invitation after the change.'),
})

defineCommand('visitorInvitationCancel', {
  description:
    'Calls an invitation off. Records visitor.invitation.cancelled, and visitor.cancelled for each visit that had not begun.',
  permission: 'visitors:write',
  input: cancelInput,
  run: cancelInvitation,
  payload: answer('The invitation after the change.'),
})

defineCommand('visitorInvitationDelete', {
  description:
    'Removes an invitation none of whose visits is still to come or under way; past visits stay. Records visitor.invitation.deleted, and visitor.updated for each visit that belonged to it.',
  permission: 'visitors:write',
  input: onlyId('The invitation.'),
  run: deleteInvitation,
  payload: deletedPayload('Id of the removed invitation.'),
})
