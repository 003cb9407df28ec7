import {
  MaintenanceBasis,
  MaintenanceFrequency,
  OccurrenceOutcome,
} from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { visibleSchedules } from '../access.ts'
import { checklistTemplateShape } from '../records/checklist.ts'
import { WEEKDAYS } from '../sla/policy-shapes.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { PriorityEnum } from '../orders/enums.ts'

export const FrequencyEnum = builder.enumType('MaintenanceFrequency', {
  description: 'How often work comes again, together with the interval.',
  values: {
    [MaintenanceFrequency.DAILY]: { description: 'Every so many days.' },
    [MaintenanceFrequency.WEEKLY]: { description: 'Every so many weeks, on certain weekdays.' },
    [MaintenanceFrequency.MONTHLY]: { description: 'Every so many months, on a day of the month.' },
    [MaintenanceFrequency.YEARLY]: {
      description: 'Every so many years, in the month of the start.',
    },
  },
})

export const BasisEnum = builder.enumType('MaintenanceBasis', {
  description: 'What the next occurrence is counted from.',
  values: {
    [MaintenanceBasis.SCHEDULED_DATE]: {
      description: 'The calendar, whatever became of the last.',
    },
    [MaintenanceBasis.COMPLETED_DATE]: {
      description: 'The completion of the last work order; there is never more than one open.',
    },
  },
})

export const OutcomeEnum = builder.enumType('OccurrenceOutcome', {
  description: 'What became of an occurrence.',
  values: {
    [OccurrenceOutcome.GENERATED]: { description: 'A work order was made.' },
    [OccurrenceOutcome.SKIPPED]: { description: 'It was left out; the reason says why.' },
  },
})

builder.prismaObject('MaintenanceOccurrence', {
  description: 'What became of one occurrence of a schedule.',
  fields: (t) => ({
    occurrenceAt: t.expose('occurrenceAt', { type: 'DateTime', description: 'When it was due.' }),
    outcome: t.expose('outcome', { type: OutcomeEnum, description: 'What became of it.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it was skipped.' }),
    workOrderId: t.exposeID('workOrderId', {
      nullable: true,
      description: 'The work order that was made; it may have been deleted since.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When that was decided.' }),
  }),
})

const TemplateItem = builder
  .objectRef<{ text: string; mandatory: boolean }>('ChecklistTemplateItem')
  .implement({
    description: 'An item that every work order of a schedule starts with.',
    fields: (t) => ({
      text: t.exposeString('text', { description: 'What is to be done.' }),
      mandatory: t.exposeBoolean('mandatory', { description: 'Needed for completion.' }),
    }),
  })

const moment = (description: string) => ({
  type: 'DateTime' as const,
  nullable: true as const,
  description,
})

export const ScheduleObject = builder.prismaNode('MaintenanceSchedule', {
  id: { field: 'id' },
  name: registerNode('maintenanceSchedule', 'MaintenanceSchedule'),
  nullable: true,
  findUnique: async (id, context) => ({
    id,
    AND: await visibleSchedules(scopedPrisma(context), callerOf(context)),
  }),
  description: 'Work that comes again and again.',
  authScopes: { permission: 'work-orders:read' },
  fields: (t) => ({
    title: t.exposeString('title', { description: 'Title of its work orders.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'Details of its work orders.',
    }),
    location: t.relation('location', { description: 'Where.' }),
    priority: t.expose('priority', { type: PriorityEnum, description: 'How urgent it is.' }),
    assignee: t.relation('assignee', { nullable: true, description: 'Who does it.' }),
    companyId: t.exposeID('companyId', { nullable: true, description: 'Contractor in charge.' }),
    frequency: t.expose('frequency', { type: FrequencyEnum, description: 'How often.' }),
    interval: t.exposeInt('interval', { description: 'Every so many of the frequency.' }),
    daysOfWeek: t.field({
      // Kept in the row itself.
      complexity: { field: 1, multiplier: 1 },
      type: [WeekdayEnum],
      description: 'Weekdays of a WEEKLY one; empty = that of the start.',
      select: { daysOfWeek: true },
      resolve: ({ daysOfWeek }) => WEEKDAYS.filter((_day, index) => daysOfWeek.includes(index + 1)),
    }),
    dayOfMonth: t.exposeInt('dayOfMonth', {
      nullable: true,
      description:
        'Day of a MONTHLY or YEARLY one, the last day in shorter months; null = that of the start.',
    }),
    timezone: t.exposeString('timezone', {
      nullable: true,
      description: 'IANA zone that keeps its hour; null = that of the place.',
    }),
    startsAt: t.expose('startsAt', {
      type: 'DateTime',
      description: 'Not before this moment; its hour on the wall is that of every occurrence.',
    }),
    endsAt: t.expose('endsAt', moment('Not after this moment.')),
    aheadSeconds: t.exposeInt('aheadSeconds', {
      description: 'How long before an occurrence its work order is made, seconds.',
    }),
    basedOn: t.expose('basedOn', { type: BasisEnum, description: 'What it is counted from.' }),
    requiresSignature: t.exposeBoolean('requiresSignature', {
      description: 'Whether its work orders must be signed before completion.',
    }),
    checklist: t.field({
      // Kept in the row itself.
      complexity: { field: 1, multiplier: 1 },
      type: [TemplateItem],
      description: 'What its work orders start with.',
      select: { checklist: true },
      resolve: (schedule) => checklistTemplateShape.parse(schedule.checklist),
    }),
    active: t.exposeBoolean('active', { description: 'Whether it makes work orders.' }),
    nextOccurrenceAt: t.expose(
      'nextOccurrenceAt',
      moment('The next occurrence without a work order; null while the last one is awaited.'),
    ),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was made.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
