import type { SlaPolicy } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import {
  defineCommand,
  type InputBuilder,
  type PayloadBuilder,
} from '../../../graphql/commands/command.ts'
import { createSlaPolicy, deleteSlaPolicy, updateSlaPolicy } from './service.ts'
import { createSlaPolicyInput, deletePolicyInput, updateSlaPolicyInput } from './input.ts'
import { defineDeletion } from '../orders/define.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { PriorityEnum } from '../orders/enums.ts'
import { SlaPolicyObject } from './type.ts'

const SlaTargetInput = builder.inputType('SlaTargetInput', {
  description: 'What is promised for one priority, in minutes of working time.',
  fields: (t) => ({
    priority: t.field({
      type: PriorityEnum,
      required: true,
      description: 'For which priority; not NONE.',
    }),
    responseMinutes: t.int({ description: 'Minutes to respond; null = no promise.' }),
    resolutionMinutes: t.int({ description: 'Minutes to resolve; null = no promise.' }),
  }),
})

const BusinessHoursInput = builder.inputType('BusinessHoursInput', {
  description: 'A time of business on one day of the week.',
  fields: (t) => ({
    day: t.field({ type: WeekdayEnum, required: true, description: 'On which day.' }),
    opens: t.string({ required: true, description: 'Begin on the wall clock, "08:00".' }),
    closes: t.string({ required: true, description: 'End on the wall clock, up to "24:00".' }),
  }),
})

const details = (t: InputBuilder) => ({
  atRiskPercent: t.int({ description: 'At risk after this share, 1–99; 75 for a new policy.' }),
  criticalPercent: t.int({ description: 'Critical after this share, 1–99; 90 for a new policy.' }),
  timezone: t.string({ description: 'IANA zone of the business hours; null = that of the place.' }),
  businessHours: t.field({
    type: [BusinessHoursInput],
    description: 'When the clocks run; empty = around the clock.',
  }),
  holidays: t.stringList({ description: 'Dates without business, "2026-12-25".' }),
})

const payload = (t: PayloadBuilder<SlaPolicy>) => ({
  slaPolicy: t.field({
    type: SlaPolicyObject,
    nullable: true,
    description: 'The policy after the change.',
    resolve: (answer): SlaPolicy | null => answer.result ?? null,
  }),
})

const LATER = 'Work orders made before keep their deadlines until their priority or place changes.'

defineCommand('slaPolicyCreate', {
  description: `Sets service levels for the organization or for a place. ${LATER} Managers only.`,
  permission: 'work-orders:write',
  schema: createSlaPolicyInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'What to call it, 1–200 characters.' }),
    locationId: t.id({ description: 'Where it holds; everywhere when left out.' }),
    targets: t.field({
      type: [SlaTargetInput],
      required: true,
      description: 'What it promises; a priority that is missing keeps the built-in promise.',
    }),
    ...details(t),
  }),
  run: createSlaPolicy,
  payload,
})

defineCommand('slaPolicyUpdate', {
  description: `Changes service levels; what is left out stays. ${LATER} Managers only.`,
  permission: 'work-orders:write',
  schema: updateSlaPolicyInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The policy.' }),
    name: t.string({ description: 'New name.' }),
    targets: t.field({ type: [SlaTargetInput], description: 'New promises, all of them.' }),
    ...details(t),
  }),
  run: updateSlaPolicy,
  payload,
})

defineDeletion('slaPolicyDelete', {
  description: `Removes a policy; the next one above, or the built-in one, holds. ${LATER} Managers only.`,
  schema: deletePolicyInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The policy.' }),
  }),
  run: deleteSlaPolicy,
})
