import type { MaintenanceSchedule } from '../../../generated/prisma/client.ts'
import { type CommandBody, defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import {
  boolean,
  dateTime,
  id,
  int,
  listOf,
  oneOf,
  onlyId,
  text,
} from '../../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../../graphql/commands/payloads.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { defineDeletion } from '../orders/define.ts'
import { PriorityEnum } from '../orders/enums.ts'
import { checklist, description, reason, title } from '../orders/fields.ts'
import { WEEKDAYS } from '../sla/policy-shapes.ts'
import { createSchedule, deleteSchedule, skipNextOccurrence, updateSchedule } from './service.ts'
import { BasisEnum, FrequencyEnum, ScheduleObject } from './type.ts'

/** What a change may clear; of a new schedule null says nothing. */
const clearable = {
  description: description
    .describe('Details of its work orders, up to {max} characters.')
    .clearable(),
  assigneeId: id('Who does it; an active user.').clearable(),
  companyId: id('Contractor in charge.').clearable(),
  dayOfMonth: int({ min: 1, max: 31 }, 'Day of a MONTHLY or YEARLY one, {min}–{max}.').clearable(),
  timezone: text(
    { min: 0, max: 100, trim: false },
    'IANA zone that keeps its hour; null = that of the place.',
  ).clearable(),
  endsAt: dateTime('Not after this moment.').clearable(),
}

/** What a schedule always has: a new one takes what is usual. */
const lasting = {
  priority: oneOf(PriorityEnum, 'How urgent; MEDIUM for a new one.').optional(),
  interval: int({ min: 1, max: 1_000 }, 'Every so many, 1–1000; 1 for a new one.').optional(),
  // Names as the API has them, numbers (1 = Monday) as the database keeps them.
  daysOfWeek: listOf(
    oneOf(WeekdayEnum, ''),
    { max: 2_000, distinct: true },
    'Weekdays of a WEEKLY one.',
  )
    .transform((days) => days.map((day) => WEEKDAYS.indexOf(day) + 1).toSorted((a, b) => a - b))
    .optional(),
  aheadSeconds: int(
    { min: 0, max: 31_622_400 },
    'How long before an occurrence its work order is made.',
  ).optional(),
  basedOn: oneOf(BasisEnum, 'What it is counted from; SCHEDULED_DATE for a new one.').optional(),
  requiresSignature: boolean('Whether its work orders must be signed.').optional(),
  checklist: checklist.describe('What its work orders start with; at most {max} items.').optional(),
  active: boolean('Whether it makes work orders; true for a new one.').optional(),
}

const createInput = inputOf({
  title: title.describe('Title of its work orders, {min}–{max} characters.'),
  locationId: id('Where.'),
  frequency: oneOf(FrequencyEnum, 'How often.'),
  startsAt: dateTime('Not before this moment; its hour on the wall is that of every occurrence.'),
  ...clearable,
  ...lasting,
})
export type CreateScheduleInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id('The schedule.'),
  title: title.describe('New title of its work orders.').optional(),
  locationId: id('New place.').optional(),
  frequency: oneOf(FrequencyEnum, 'New frequency.').optional(),
  startsAt: dateTime('New start.').optional(),
  ...clearable,
  ...lasting,
})
export type UpdateScheduleInput = ValueOf<typeof updateInput>

const skipInput = inputOf({
  id: id('The schedule.'),
  occurrenceAt: dateTime('Refuse if this is not the next occurrence.').optional(),
  reason,
})
export type SkipOccurrenceInput = ValueOf<typeof skipInput>

function defineScheduleCommand<I>(
  name: string,
  options: CommandBody<I, MaintenanceSchedule>,
): void {
  defineCommand<I, MaintenanceSchedule>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: recordPayload('maintenanceSchedule', ScheduleObject, 'The schedule after the change.'),
  })
}

defineScheduleCommand('maintenanceScheduleCreate', {
  description:
    'Plans work that comes again and again; each occurrence becomes one work order. Managers only.',
  input: createInput,
  run: createSchedule,
})

defineScheduleCommand('maintenanceScheduleUpdate', {
  description:
    'Changes a schedule; what is left out stays. Its next occurrence is counted anew, work orders made already stay. Managers only.',
  input: updateInput,
  run: updateSchedule,
})

defineScheduleCommand('maintenanceScheduleSkipNext', {
  description: 'Leaves out the next occurrence; the audit trail keeps the reason. Managers only.',
  input: skipInput,
  run: skipNextOccurrence,
})

defineDeletion('maintenanceScheduleDelete', {
  description:
    'Removes a schedule that has made no work order; otherwise a CONFLICT: deactivate it then. Managers only.',
  input: onlyId('The schedule.'),
  run: deleteSchedule,
})
