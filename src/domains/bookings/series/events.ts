import { z } from 'zod'
import { defineEvent } from '../../../events/define.ts'
import { omitEmpty } from '../../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../../events/envelope.ts'
import type { BookingSeries } from '../../../generated/prisma/client.ts'
import { WEEKDAYS } from '../../resources/open-hours.ts'
import { BOOKING_SCOPES } from '../events.ts'
import { PLACE_FACETS } from '../../locations/events.ts'

const payload = z.object({
  id: z.string(),
  resourceId: z.string(),
  title: z.string().optional(),
  status: z.enum(['Active', 'Cancelled']),
  frequency: z.enum(['Daily', 'Weekly', 'Monthly']),
  interval: z.int(),
  daysOfWeek: z.array(z.string()).optional(),
  count: z.int().optional(),
  until: z.int().optional(),
  timezone: z.string(),
  bookedBy: z.string().optional(),
  cancelledBy: z.string().optional(),
  cancelledAt: z.int().optional(),
  cancelReason: z.string().optional(),
  bookingIds: z.array(z.string()).describe('Bookings that were cancelled with it.'),
  created: z.int(),
  updated: z.int(),
})
type SeriesPayload = z.infer<typeof payload>

/** The one shape in which a series appears in events. */
export function serializeSeries(
  series: BookingSeries,
  bookingIds: readonly string[],
): SeriesPayload {
  const { shape } = payload
  return omitEmpty({
    id: series.id,
    resourceId: series.resourceId,
    title: series.title,
    status: shape.status.parse(toPascalCase(series.status)),
    frequency: shape.frequency.parse(toPascalCase(series.frequency)),
    interval: series.interval,
    daysOfWeek:
      series.daysOfWeek.length === 0
        ? null
        : series.daysOfWeek.map((day) => toPascalCase(WEEKDAYS[day - 1] ?? '')),
    count: series.count,
    until: series.until === null ? null : toUnixSeconds(series.until),
    timezone: series.timezone,
    bookedBy: series.bookedById,
    cancelledBy: series.cancelledById,
    cancelledAt: series.cancelledAt === null ? null : toUnixSeconds(series.cancelledAt),
    cancelReason: series.cancelReason,
    bookingIds: [...bookingIds],
    created: toUnixSeconds(series.created),
    updated: toUnixSeconds(series.updated),
  })
}

export const bookingSeriesCancelled = defineEvent({
  type: 'booking.series.cancelled',
  description:
    'A series was cancelled. Follows booking.cancelled of every booking that was still to come.',
  scopes: BOOKING_SCOPES,
  payload,
  example: {
    id: 'srs-7n3k5j9',
    resourceId: 'res-3b8n5q1',
    title: 'Shift handover',
    status: 'Cancelled',
    frequency: 'Weekly',
    interval: 1,
    daysOfWeek: ['Monday', 'Thursday'],
    count: 20,
    timezone: 'Europe/Berlin',
    bookedBy: 'usr-9d3x5z7',
    cancelledBy: 'usr-9d3x5z7',
    cancelledAt: 1_780_000_600,
    bookingIds: ['bk-8v4m2c6', 'bk-1n7b4x9'],
    created: 1_780_000_000,
    updated: 1_780_000_600,
  },
  facets: [...PLACE_FACETS, 'resource'],
  previousExample: { status: 'Active', cancelledBy: null, cancelledAt: null },
})

export const bookingSeriesDeleted = defineEvent({
  type: 'booking.series.deleted',
  description: 'A series was removed for good. Follows booking.bulk_deleted of its bookings.',
  scopes: BOOKING_SCOPES,
  payload: z.object({ id: z.string(), deleted: z.literal(true) }),
  example: { id: 'srs-7n3k5j9', deleted: true },
  facets: [...PLACE_FACETS, 'resource'],
})
