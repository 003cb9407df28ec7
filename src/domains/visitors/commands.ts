import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, inputType, type ValueOf } from '../../graphql/commands/input/field.ts'
import { dateTime, id, listOf, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../graphql/commands/payloads.ts'
import { cancelReason, completion, person, reason, visit } from './fields.ts'
import { eraseVisitor } from './erase.ts'
import { VisitorObject } from './type.ts'
import { checkInVisitor, checkOutVisitor } from './service/attend.ts'
import { approveVisitor, cancelVisit, denyVisitor, updateVisitor } from './service/change.ts'
import { completeCheckpoint } from './service/checkpoints.ts'
import { registerVisitor } from './service/register.ts'
import { walkInVisitor } from './service/walk-in.ts'

const checkpoint = inputType(
  'VisitorCheckpointInput',
  'A checkpoint completed at the desk.',
  completion,
)
const badgeNumber = text({ max: 50 }, 'Badge handed out, up to {max} characters.')

const registerInput = inputOf({
  ...person,
  ...visit,
  expectedArrival: dateTime('Announced arrival, at most an hour ago.'),
})
export type RegisterVisitorInput = ValueOf<typeof registerInput>

const walkInInput = inputOf({
  ...person,
  ...visit,
  badgeNumber: badgeNumber.optional(),
  checkpoints: listOf(checkpoint, { max: 10 }, 'Completed at the desk.').default([]),
})
export type WalkInVisitorInput = ValueOf<typeof walkInInput>

const updateInput = inputOf({
  id: id('The visit.'),
  ...person,
  ...visit,
  name: person.name.describe('New name, {min}–{max} characters.').optional(),
  hostId: visit.hostId.describe('New host; an active user.').optional(),
  locationId: visit.locationId.describe('New place, at the same site.').optional(),
  expectedArrival: dateTime('New announced arrival.').optional(),
})
export type UpdateVisitorInput = ValueOf<typeof updateInput>

const denyInput = inputOf({ id: id('The visit.'), reason })
export type DenyVisitorInput = ValueOf<typeof denyInput>

const cancelInput = inputOf({ id: id('The visit.'), reason: cancelReason })
export type CancelVisitInput = ValueOf<typeof cancelInput>

const checkInInput = inputOf({
  id: id('The visit.'),
  badgeNumber: badgeNumber
    .describe('Badge handed out, up to {max} characters; one person per site wears it at a time.')
    .optional(),
})
export type CheckInVisitorInput = ValueOf<typeof checkInInput>

const completeInput = inputOf({ id: id('The visit.'), ...completion })
export type CompleteCheckpointInput = ValueOf<typeof completeInput>

const answer = (words: string) => recordPayload('visitor', VisitorObject, words)

defineCommand('visitorRegister', {
  description:
    'Announces a visitor. Records visitor.registered. At a site that wants approvals the visit waits for one, unless an Owner, Admin or Manager announces it.',
  permission: 'visitors:write',
  input: registerInput,
  run: registerVisitor,
  payload: answer('The new visit.'),
})

defineCommand('visitorWalkIn', {
  description:
    'Registers somebody who is at the door and lets them in, or does neither. Records visitor.registered, visitor.checkpoint.completed for each checkpoint, visitor.checked_in, and notification.created for the host.',
  permission: 'visitors:write',
  input: walkInInput,
  run: walkInVisitor,
  payload: answer('The visitor, checked in.'),
})

defineCommand('visitorUpdate', {
  description:
    'Changes an announced visit; what is left out stays. Records visitor.updated if anything changed.',
  permission: 'visitors:write',
  input: updateInput,
  run: updateVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorApprove', {
  description: 'Lets a visit happen that waits for an approval. Records visitor.approved.',
  permission: 'visitors:write',
  input: onlyId('The visit.'),
  run: approveVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorDeny', {
  description: 'Refuses a visit that has not begun. Records visitor.denied.',
  permission: 'visitors:write',
  input: denyInput,
  run: denyVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorCancel', {
  description: 'Calls off a visit that has not begun. Records visitor.cancelled.',
  permission: 'visitors:write',
  input: cancelInput,
  run: cancelVisit,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorCheckIn', {
  description:
    "Lets a registered visitor in: on the expected day in the site's time zone, with the site's checkpoints completed, and not on the block list. Records visitor.checked_in, and notification.created for the host.",
  permission: 'visitors:write',
  input: checkInInput,
  run: checkInVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorCheckOut', {
  description: 'Lets a visitor out. Records visitor.checked_out.',
  permission: 'visitors:write',
  input: onlyId('The visit.'),
  run: checkOutVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorCompleteCheckpoint', {
  description:
    'Notes that a visitor completed a checkpoint. Records visitor.checkpoint.completed; booking.checkpoint.trigger_matched too when it was the last required one of a visitor with a booking.',
  permission: 'visitors:write',
  input: completeInput,
  run: completeCheckpoint,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorErase', {
  description:
    'Erases the personal data of a past visit at once: in its record, in stored events and in the delivery log. Once it is answered nothing that is sent or streamed carries them. Records visitor.erased. Cannot be undone.',
  permission: 'visitors:write',
  recalls: true,
  input: onlyId('The visit.'),
  run: eraseVisitor,
  payload: answer('The visit without its personal data.'),
})
