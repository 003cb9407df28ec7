import { z } from 'zod'
import { defineEvent } from '../../../events/define.ts'
import { omitEmpty } from '../../../events/diff.ts'
import { toUnixSeconds } from '../../../events/envelope.ts'
import type { Shift } from '../../../generated/prisma/client.ts'
import { PLACE_FACETS } from '../../locations/events.ts'

const payload = z.object({
  id: z.string(),
  resourceId: z.string(),
  userId: z.string().optional().describe('Who is on it.'),
  startTime: z.int(),
  endTime: z.int(),
  note: z.string().optional(),
  created: z.int(),
  updated: z.int(),
})
type ShiftPayload = z.infer<typeof payload>

/** The one shape in which a shift appears in events. */
export function serializeShift(shift: Shift): ShiftPayload {
  return omitEmpty({
    id: shift.id,
    resourceId: shift.resourceId,
    userId: shift.userId,
    startTime: toUnixSeconds(shift.startTime),
    endTime: toUnixSeconds(shift.endTime),
    note: shift.note,
    created: toUnixSeconds(shift.created),
    updated: toUnixSeconds(shift.updated),
  })
}

const example: ShiftPayload = {
  id: 'shf-5d1f8g3',
  resourceId: 'res-3b8n5q1',
  userId: 'usr-4n8t6w1',
  startTime: 1_780_012_800,
  endTime: 1_780_041_600,
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const shared = {
  scopes: ['shifts:read', 'resources:read'],
  payload,
  facets: [...PLACE_FACETS, 'resource'],
} as const

export const shiftCreated = defineEvent({
  ...shared,
  type: 'shift.created',
  description: 'Time was planned during which a resource is staffed.',
  example,
})

export const shiftUpdated = defineEvent({
  ...shared,
  type: 'shift.updated',
  description: 'A shift was moved or given to somebody else.',
  example: { ...example, endTime: 1_780_045_200, updated: 1_780_000_600 },
  previousExample: { note: null },
})

export const shiftDeleted = defineEvent({
  ...shared,
  type: 'shift.deleted',
  description: 'A shift was removed.',
  payload: z.object({ id: z.string(), deleted: z.literal(true) }),
  example: { id: 'shf-5d1f8g3', deleted: true },
})
