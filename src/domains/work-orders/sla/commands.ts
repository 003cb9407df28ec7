import { z } from 'zod'
import type { SlaPolicy } from '../../../generated/prisma/client.ts'
import { type CommandBody, defineCommand } from '../../../graphql/commands/command.ts'
import { field, inputOf, inputType, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { id, int, listOf, oneOf, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../../graphql/commands/payloads.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { defineDeletion } from '../orders/define.ts'
import { PriorityEnum } from '../orders/enums.ts'
import { overlap, toMinutes } from './policy-shapes.ts'
import { createSlaPolicy, deleteSlaPolicy, updateSlaPolicy } from './service.ts'
import { SlaPolicyObject } from './type.ts'

const PRIORITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const
const minutes = (words: string) => int({ min: 1, max: 525_600 }, words)

const target = inputType(
  'SlaTargetInput',
  'What is promised for one priority, in minutes of working time.',
  {
    priority: field(
      PriorityEnum,
      z.enum(PRIORITIES, 'must not be NONE: it has no SLA'),
      'For which priority; not NONE.',
    ),
    responseMinutes: minutes('Minutes to respond; null = no promise.').clearable(),
    resolutionMinutes: minutes('Minutes to resolve; null = no promise.').clearable(),
  },
)
const targets = listOf(
  target,
  { max: PRIORITIES.length },
  'What it promises; a priority that is missing keeps the built-in promise.',
).refine(
  (list) => new Set(list.map((item) => item.priority)).size === list.length,
  'must name each priority once',
)

const TIME = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/
const time = (words: string) => field('String', z.string(), words)
const businessHours = inputType(
  'BusinessHoursInput',
  'A time of business on one day of the week.',
  {
    day: oneOf(WeekdayEnum, 'On which day.'),
    opens: time('Begin on the wall clock, "08:00".'),
    closes: time('End on the wall clock, up to "24:00".'),
  },
)

const percent = (words: string) => int({ min: 1, max: 99 }, words)

const details = {
  atRiskPercent: percent('At risk after this share, {min}–{max}; 75 for a new policy.').optional(),
  criticalPercent: percent(
    'Critical after this share, {min}–{max}; 90 for a new policy.',
  ).optional(),
  timezone: text(
    { min: 0, max: 100, trim: false },
    'IANA zone of the business hours; null = that of the place.',
  ).clearable(),
  businessHours: listOf(
    businessHours,
    { max: 50 },
    'When the clocks run; empty = around the clock.',
  )
    .refine(
      (windows) => windows.every((w) => TIME.test(w.opens) && TIME.test(w.closes)),
      'must have times like 08:00, up to 24:00',
    )
    .refine(
      (windows) => windows.every((w) => toMinutes(w.opens) < toMinutes(w.closes)),
      'must open before they close',
    )
    .refine((windows) => !overlap(windows), 'must not overlap')
    .optional(),
  holidays: listOf(
    field('String', z.iso.date('must be dates like 2026-12-25'), ''),
    { max: 400, distinct: true },
    'Dates without business, "2026-12-25".',
  )
    .transform((dates) => dates.toSorted())
    .optional(),
}

const name = text({ max: 200 }, 'What to call it, {min}–{max} characters.')

const createInput = inputOf({
  name,
  locationId: id('Where it holds; everywhere when left out.').optional(),
  targets,
  ...details,
})
export type CreateSlaPolicyInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The policy.'),
  name: name.describe('New name.').optional(),
  targets: targets.describe('New promises, all of them.').optional(),
  ...details,
})
export type UpdateSlaPolicyInput = ValueOf<typeof updateInput>

const LATER = 'Work orders made before keep their deadlines until their priority or place changes.'

function definePolicyCommand<I>(name: string, options: CommandBody<I, SlaPolicy>): void {
  defineCommand<I, SlaPolicy>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: recordPayload('slaPolicy', SlaPolicyObject, 'The policy after the change.'),
  })
}

definePolicyCommand('slaPolicyCreate', {
  description: `Sets service levels for the organization or for a place. ${LATER} Managers only.`,
  input: createInput,
  run: createSlaPolicy,
})

definePolicyCommand('slaPolicyUpdate', {
  description: `Changes service levels; what is left out stays. ${LATER} Managers only.`,
  input: updateInput,
  run: updateSlaPolicy,
})

defineDeletion('slaPolicyDelete', {
  description: `Removes a policy; the next one above, or the built-in one, holds. ${LATER} Managers only.`,
  input: onlyId('The policy.'),
  run: deleteSlaPolicy,
})
