import type { Visitor } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import {
  defineCommand,
  type InputBuilder,
  type PayloadBuilder,
} from '../../graphql/commands/command.ts'
import { CheckpointEnum, TypeEnum } from './enums.ts'
import { eraseVisitor } from './erase.ts'
import {
  cancelVisitInput,
  checkInVisitorInput,
  completeCheckpointInput,
  denyVisitorInput,
  registerVisitorInput,
  updateVisitorInput,
  visitorIdInput,
  walkInVisitorInput,
} from './input.ts'
import { VisitorObject } from './type.ts'
import { checkInVisitor, checkOutVisitor } from './service/attend.ts'
import { approveVisitor, cancelVisit, denyVisitor, updateVisitor } from './service/change.ts'
import { completeCheckpoint } from './service/checkpoints.ts'
import { registerVisitor } from './service/register.ts'
import { walkInVisitor } from './service/walk-in.ts'

const answer = (description: string) => (t: PayloadBuilder<Visitor>) => ({
  visitor: t.field({
    type: VisitorObject,
    nullable: true,
    description,
    resolve: (payload): Visitor | null => payload.result ?? null,
  }),
})

const which = (t: InputBuilder) => ({
  id: t.id({ required: true, description: 'The visit.' }),
})

export const personFields = (t: InputBuilder) => ({
  email: t.string({ description: 'E-mail address.' }),
  phone: t.string({ description: 'Telephone number, up to 50 characters.' }),
  company: t.string({ description: 'Where they come from, up to 200 characters.' }),
  type: t.field({ type: TypeEnum, description: 'Kind of visitor; GUEST when left out.' }),
})

const visitFields = (t: InputBuilder) => ({
  ...personFields(t),
  purpose: t.string({ description: 'Why they come, up to 500 characters.' }),
  bookingId: t.id({ description: 'Booking that they attend.' }),
  expectedDeparture: t.field({ type: 'DateTime', description: 'Announced departure.' }),
})

const newVisitFields = (t: InputBuilder) => ({
  ...visitFields(t),
  name: t.string({ required: true, description: 'Full name, 1–200 characters.' }),
  hostId: t.id({ required: true, description: 'Who is visited; an active user.' }),
  locationId: t.id({ required: true, description: 'Where.' }),
})

const CompletionInput = builder.inputType('VisitorCheckpointInput', {
  description: 'A checkpoint completed at the desk.',
  fields: (t) => ({
    key: t.field({ type: CheckpointEnum, required: true, description: 'What was done.' }),
    documentUrl: t.string({ description: 'https address of the signed form or the photo.' }),
  }),
})

defineCommand('visitorRegister', {
  description:
    'Announces a visitor. Records visitor.registered. At a site that wants approvals the visit waits for one, unless an Owner, Admin or Manager announces it.',
  permission: 'visitors:write',
  schema: registerVisitorInput,
  input: (t) => ({
    ...newVisitFields(t),
    expectedArrival: t.field({
      type: 'DateTime',
      required: true,
      description: 'Announced arrival, at most an hour ago.',
    }),
  }),
  run: registerVisitor,
  payload: answer('The new visit.'),
})

defineCommand('visitorWalkIn', {
  description:
    'Registers somebody who is at the door and lets them in, or does neither. Records visitor.registered, visitor.checkpoint.completed for each checkpoint, visitor.checked_in, and notification.created for the host.',
  permission: 'visitors:write',
  schema: walkInVisitorInput,
  input: (t) => ({
    ...newVisitFields(t),
    badgeNumber: t.string({ description: 'Badge handed out, up to 50 characters.' }),
    checkpoints: t.field({ type: [CompletionInput], description: 'Completed at the desk.' }),
  }),
  run: walkInVisitor,
  payload: answer('The visitor, checked in.'),
})

defineCommand('visitorUpdate', {
  description:
    'Changes an announced visit; what is left out stays. Records visitor.updated if anything changed.',
  permission: 'visitors:write',
  schema: updateVisitorInput,
  input: (t) => ({
    ...which(t),
    ...visitFields(t),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    hostId: t.id({ description: 'New host; an active user.' }),
    locationId: t.id({ description: 'New place, at the same site.' }),
    expectedArrival: t.field({ type: 'DateTime', description: 'New announced arrival.' }),
  }),
  run: updateVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorApprove', {
  description: 'Lets a visit happen that waits for an approval. Records visitor.approved.',
  permission: 'visitors:write',
  schema: visitorIdInput,
  input: which,
  run: approveVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorDeny', {
  description: 'Refuses a visit that has not begun. Records visitor.denied.',
  permission: 'visitors:write',
  schema: denyVisitorInput,
  input: (t) => ({
    ...which(t),
    reason: t.string({ required: true, description: 'Why, 1–500 characters.' }),
  }),
  run: denyVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorCancel', {
  description: 'Calls off a visit that has not begun. Records visitor.cancelled.',
  permission: 'visitors:write',
  schema: cancelVisitInput,
  input: (t) => ({
    ...which(t),
    reason: t.string({ description: 'Why, up to 500 characters.' }),
  }),
  run: cancelVisit,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorCheckIn', {
  description:
    "Lets a registered visitor in: on the expected day in the site's time zone, with the site's checkpoints completed, and not on the block list. Records visitor.checked_in, and notification.created for the host.",
  permission: 'visitors:write',
  schema: checkInVisitorInput,
  input: (t) => ({
    ...which(t),
    badgeNumber: t.string({
      description: 'Badge handed out, up to 50 characters; one person per site wears it at a time.',
    }),
  }),
  run: checkInVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorCheckOut', {
  description: 'Lets a visitor out. Records visitor.checked_out.',
  permission: 'visitors:write',
  schema: visitorIdInput,
  input: which,
  run: checkOutVisitor,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorCompleteCheckpoint', {
  description:
    'Notes that a visitor completed a checkpoint. Records visitor.checkpoint.completed; booking.checkpoint.trigger_matched too when it was the last required one of a visitor with a booking.',
  permission: 'visitors:write',
  schema: completeCheckpointInput,
  input: (t) => ({
    ...which(t),
    key: t.field({ type: CheckpointEnum, required: true, description: 'What was done.' }),
    documentUrl: t.string({ description: 'https address of the signed form or the photo.' }),
  }),
  run: completeCheckpoint,
  payload: answer('The visit after the change.'),
})

defineCommand('visitorErase', {
  description:
    'Erases the personal data of a past visit at once: in its record, in stored events and in the delivery log. Once it is answered nothing that is sent or streamed carries them. Records visitor.erased. Cannot be undone.',
  permission: 'visitors:write',
  recalls: true,
  schema: visitorIdInput,
  input: which,
  run: eraseVisitor,
  payload: answer('The visit without its personal data.'),
})
