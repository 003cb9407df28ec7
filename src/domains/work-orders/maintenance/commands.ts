import type { MaintenanceSchedule } from '../../../generated/prisma/client.ts'
import {
  type CommandBody,
  defineCommand,
  type InputBuilder,
} from '../../../graphql/commands/command.ts'
import {
  createScheduleInput,
  deleteScheduleInput,
  skipOccurrenceInput,
  updateScheduleInput,
} from './input.ts'
import { createSchedule, deleteSchedule, skipNextOccurrence, updateSchedule } from './service.ts'
import { ChecklistItemInput } from '../orders/commands.ts'
import { defineDeletion } from '../orders/define.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { PriorityEnum } from '../orders/enums.ts'
import { BasisEnum, FrequencyEnum, ScheduleObject } from './type.ts'

const details = (t: InputBuilder) => ({
  description: t.string({ description: 'Details of its work orders, up to 10,000 characters.' }),
  priority: t.field({ type: PriorityEnum, description: 'How urgent; MEDIUM for a new one.' }),
  assigneeId: t.id({ description: 'Who does it; an active user.' }),
  companyId: t.id({ description: 'Contractor in charge.' }),
  interval: t.int({ description: 'Every so many, 1–1000; 1 for a new one.' }),
  daysOfWeek: t.field({ type: [WeekdayEnum], description: 'Weekdays of a WEEKLY one.' }),
  dayOfMonth: t.int({ description: 'Day of a MONTHLY or YEARLY one, 1–31.' }),
  timezone: t.string({ description: 'IANA zone that keeps its hour; null = that of the place.' }),
  endsAt: t.field({ type: 'DateTime', description: 'Not after this moment.' }),
  aheadSeconds: t.int({ description: 'How long before an occurrence its work order is made.' }),
  basedOn: t.field({
    type: BasisEnum,
    description: 'What it is counted from; SCHEDULED_DATE for a new one.',
  }),
  requiresSignature: t.boolean({ description: 'Whether its work orders must be signed.' }),
  checklist: t.field({
    type: [ChecklistItemInput],
    description: 'What its work orders start with; at most 100 items.',
  }),
  active: t.boolean({ description: 'Whether it makes work orders; true for a new one.' }),
})

function defineScheduleCommand<I>(
  name: string,
  options: CommandBody<I, MaintenanceSchedule>,
): void {
  defineCommand<I, MaintenanceSchedule>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: (t) => ({
      maintenanceSchedule: t.field({
        type: ScheduleObject,
        nullable: true,
        description: 'The schedule after the change.',
        resolve: (payload): MaintenanceSchedule | null => payload.result ?? null,
      }),
    }),
  })
}

defineScheduleCommand('maintenanceScheduleCreate', {
  description:
    'Plans work that comes again and again; each occurrence becomes one work order. Managers only.',
  schema: createScheduleInput,
  input: (t) => ({
    title: t.string({ required: true, description: 'Title of its work orders, 1–200 characters.' }),
    locationId: t.id({ required: true, description: 'Where.' }),
    frequency: t.field({ type: FrequencyEnum, required: true, description: 'How often.' }),
    startsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'Not before this moment; its hour on the wall is that of every occurrence.',
    }),
    ...details(t),
  }),
  run: createSchedule,
})

defineScheduleCommand('maintenanceScheduleUpdate', {
  description:
    'Changes a schedule; what is left out stays. Its next occurrence is counted anew, work orders made already stay. Managers only.',
  schema: updateScheduleInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The schedule.' }),
    title: t.string({ description: 'New title of its work orders.' }),
    locationId: t.id({ description: 'New place.' }),
    frequency: t.field({ type: FrequencyEnum, description: 'New frequency.' }),
    startsAt: t.field({ type: 'DateTime', description: 'New start.' }),
    ...details(t),
  }),
  run: updateSchedule,
})

defineScheduleCommand('maintenanceScheduleSkipNext', {
  description: 'Leaves out the next occurrence; the audit trail keeps the reason. Managers only.',
  schema: skipOccurrenceInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The schedule.' }),
    occurrenceAt: t.field({
      type: 'DateTime',
      description: 'Refuse if this is not the next occurrence.',
    }),
    reason: t.string({ required: true, description: 'Why, 1–500 characters.' }),
  }),
  run: skipNextOccurrence,
})

defineDeletion('maintenanceScheduleDelete', {
  description:
    'Removes a schedule that has made no work order; otherwise a CONFLICT: deactivate it then. Managers only.',
  schema: deleteScheduleInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The schedule.' }),
  }),
  run: deleteSchedule,
})
