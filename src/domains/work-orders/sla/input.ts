import { z } from 'zod'
import { unlessGiven } from '../../../graphql/commands/input-shapes.ts'
import { text } from '../input.ts'
import { businessHoursShape, toMinutes } from './policy-shapes.ts'

const minutes = z
  .number()
  .int()
  .min(1, 'must be at least 1')
  .max(525_600, 'must be at most a year (525600)')

const targets = z
  .array(
    z.object({
      priority: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'], 'must not be NONE: it has no SLA'),
      responseMinutes: minutes.nullish(),
      resolutionMinutes: minutes.nullish(),
    }),
  )
  .max(4)
  .refine((list) => new Set(list.map((item) => item.priority)).size === list.length, {
    message: 'must name each priority once',
  })

const time = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/
const businessHours = businessHoursShape
  .max(50)
  .refine((windows) => windows.every((w) => time.test(w.opens) && time.test(w.closes)), {
    message: 'must have times like 08:00, up to 24:00',
  })
  .refine((windows) => windows.every((w) => toMinutes(w.opens) < toMinutes(w.closes)), {
    message: 'must open before they close',
  })
  .refine(
    (windows) =>
      windows.every((a, index) =>
        windows
          .slice(index + 1)
          .every(
            (b) =>
              a.day !== b.day ||
              toMinutes(a.closes) <= toMinutes(b.opens) ||
              toMinutes(b.closes) <= toMinutes(a.opens),
          ),
      ),
    { message: 'must not overlap' },
  )

const holidays = z
  .array(z.iso.date('must be dates like 2026-12-25'))
  .max(400)
  .transform((dates) => [...new Set(dates)].toSorted())

const percent = z.number().int().min(1).max(99)

export const createSlaPolicyInput = z.object({
  name: text(200),
  locationId: z.string().nullish(),
  targets,
  atRiskPercent: percent.nullish(),
  criticalPercent: percent.nullish(),
  timezone: z.string().max(100).nullish(),
  businessHours: businessHours.nullish(),
  holidays: holidays.nullish(),
})
export type CreateSlaPolicyInput = z.infer<typeof createSlaPolicyInput>

export const updateSlaPolicyInput = z.object({
  id: z.string(),
  name: unlessGiven(text(200)),
  targets: unlessGiven(targets),
  atRiskPercent: unlessGiven(percent),
  criticalPercent: unlessGiven(percent),
  timezone: z.string().max(100).nullish(),
  businessHours: unlessGiven(businessHours),
  holidays: unlessGiven(holidays),
})
export type UpdateSlaPolicyInput = z.infer<typeof updateSlaPolicyInput>

export const deletePolicyInput = z.object({ id: z.string() })
export type DeletePolicyInput = z.infer<typeof deletePolicyInput>
