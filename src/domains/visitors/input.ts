import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import {
  VisitorCheckpointKey,
  VisitorInvitationType,
  VisitorType,
} from '../../generated/prisma/enums.ts'

const text = (max: number) =>
  z.string().trim().min(1, 'must not be empty').max(max, `must have at most ${max} characters`)
const email = z.string().trim().toLowerCase().max(320).pipe(z.email('must be an e-mail address'))
const url = z.url({ protocol: /^https$/, error: 'must be an https address' }).max(2_000)

const person = {
  name: text(200),
  email: email.nullish(),
  phone: text(50).nullish(),
  company: text(200).nullish(),
  type: unlessGiven(z.enum(VisitorType)),
}

const visit = {
  purpose: text(500).nullish(),
  hostId: z.string(),
  locationId: z.string(),
  bookingId: text(100).nullish(),
  expectedDeparture: z.date().nullish(),
}

export const registerVisitorInput = z.object({ ...person, ...visit, expectedArrival: z.date() })
export type RegisterVisitorInput = z.infer<typeof registerVisitorInput>

const completion = { key: z.enum(VisitorCheckpointKey), documentUrl: url.nullish() }
const badgeNumber = text(50).nullish()

export const walkInVisitorInput = z.object({
  ...person,
  ...visit,
  badgeNumber,
  checkpoints: z
    .array(z.object(completion))
    .max(10, 'must have at most 10 entries')
    .nullish()
    .transform((value) => value ?? []),
})
export type WalkInVisitorInput = z.infer<typeof walkInVisitorInput>

export const updateVisitorInput = z.object({
  id: z.string(),
  ...person,
  ...visit,
  name: unlessGiven(person.name),
  hostId: unlessGiven(visit.hostId),
  locationId: unlessGiven(visit.locationId),
  expectedArrival: unlessGiven(z.date()),
})
export type UpdateVisitorInput = z.infer<typeof updateVisitorInput>

export const visitorIdInput = z.object({ id: z.string() })
export type VisitorIdInput = z.infer<typeof visitorIdInput>

export const denyVisitorInput = visitorIdInput.extend({ reason: text(500) })
export type DenyVisitorInput = z.infer<typeof denyVisitorInput>

export const cancelVisitInput = visitorIdInput.extend({ reason: text(500).nullish() })
export type CancelVisitInput = z.infer<typeof cancelVisitInput>

export const checkInVisitorInput = visitorIdInput.extend({ badgeNumber })
export type CheckInVisitorInput = z.infer<typeof checkInVisitorInput>

export const completeCheckpointInput = visitorIdInput.extend(completion)
export type CompleteCheckpointInput = z.infer<typeof completeCheckpointInput>

const guests = z.array(z.object(person)).max(100, 'must have at most 100 entries')
const hostIds = z
  .array(z.string())
  .min(1, 'must name at least one host')
  .max(10, 'must have at most 10 entries')
  .transform((ids) => [...new Set(ids)])
const resourceIds = z
  .array(text(100))
  .max(20, 'must have at most 20 entries')
  .transform((ids) => [...new Set(ids)])

export const createInvitationInput = z.object({
  type: unlessGiven(z.enum(VisitorInvitationType)),
  hostIds,
  locationId: z.string(),
  resourceIds: unlessGiven(resourceIds),
  bookingId: text(100).nullish(),
  startAt: z.date(),
  endAt: z.date(),
  purpose: text(500).nullish(),
  visitors: guests.min(1, 'must name at least one visitor'),
})
export type CreateInvitationInput = z.infer<typeof createInvitationInput>

export const updateInvitationInput = z.object({
  id: z.string(),
  hostIds: unlessGiven(hostIds),
  locationId: unlessGiven(z.string()),
  resourceIds: unlessGiven(resourceIds),
  bookingId: text(100).nullish(),
  startAt: unlessGiven(z.date()),
  endAt: unlessGiven(z.date()),
  addVisitors: guests.nullish().transform((value) => value ?? []),
})
export type UpdateInvitationInput = z.infer<typeof updateInvitationInput>

export const updateVisitPolicyInput = z.object({
  siteId: z.string(),
  requiredCheckpoints: unlessGiven(
    z.array(z.enum(VisitorCheckpointKey)).transform((keys) => [...new Set(keys)]),
  ),
  requiresApproval: unlessGiven(z.boolean()),
  closesAt: unlessGiven(
    z
      .string()
      .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time like 18:30, at most 24:00')
      .refine((time) => time !== '00:00', 'must come after 00:00; the end of the day is 24:00'),
  ),
  retentionDays: unlessGiven(
    z.number().int().min(1, 'must be at least 1').max(3_650, 'must be at most 3650'),
  ),
})
export type UpdateVisitPolicyInput = z.infer<typeof updateVisitPolicyInput>

export const createVisitorBlockInput = z
  .object({
    siteId: z.string().nullish(),
    email: email.nullish(),
    name: text(200).nullish(),
    reason: text(500),
  })
  .refine((block) => block.email != null || block.name != null, {
    error: 'needs an e-mail address or a name',
    path: ['email'],
  })
export type CreateVisitorBlockInput = z.infer<typeof createVisitorBlockInput>
