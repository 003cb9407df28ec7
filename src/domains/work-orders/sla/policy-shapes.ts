import { z } from 'zod'

/** How a policy keeps its lists in the database. */
const target = z.object({
  responseMinutes: z.number().nullable(),
  resolutionMinutes: z.number().nullable(),
})

export const targetsShape = z.object({
  CRITICAL: target.optional(),
  HIGH: target.optional(),
  MEDIUM: target.optional(),
  LOW: target.optional(),
})

/** Monday first, as ISO counts them. */
export const WEEKDAYS = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const

export const businessHoursShape = z.array(
  z.object({ day: z.enum(WEEKDAYS), opens: z.string(), closes: z.string() }),
)

/** "08:30" → 510, "24:00" → 1440 */
export function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** Whether two times of business have a moment of the week in common. */
export function overlap(windows: z.output<typeof businessHoursShape>): boolean {
  return windows.some((a, index) =>
    windows
      .slice(index + 1)
      .some(
        (b) =>
          a.day === b.day &&
          toMinutes(a.closes) > toMinutes(b.opens) &&
          toMinutes(b.closes) > toMinutes(a.opens),
      ),
  )
}
