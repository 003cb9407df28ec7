import type { SlaPolicy } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import {
  defineCommand,
  type InputBuilder,
  type PayloadBuilder,
} from '../../../graphql/commands/command.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import { createSlaPolicy, deleteSlaPolicy, updateSlaPolicy } from './service.ts'
import { createSlaPolicyInput, deletePolicyInput, updateSlaPolicyInput } from './input.ts'
import { businessHoursShape, targetsShape } from './policy-shapes.ts'
import { defineDeletion } from '../orders/define.ts'
import { WeekdayEnum } from '../../locations/weekday.ts'
import { PriorityEnum } from '../orders/enums.ts'

interface Target {
  priority: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'
  responseMinutes: number | null
  resolutionMinutes: number | null
}

const SlaTarget = builder.objectRef<Target>('SlaTarget').implement({
  description: 'What is promised for one priority, in minutes of working time.',
  fields: (t) => ({
    priority: t.expose('priority', { type: PriorityEnum, description: 'For which priority.' }),
    responseMinutes: t.exposeInt('responseMinutes', {
      nullable: true,
      description: 'Minutes to respond; null = no promise.',
    }),
    resolutionMinutes: t.exposeInt('resolutionMinutes', {
      nullable: true,
      description: 'Minutes to resolve; null = no promise.',
    }),
  }),
})

type Window = ReturnType<typeof businessHoursShape.parse>[number]

const BusinessHours = builder.objectRef<Window>('BusinessHours').implement({
  description: 'A time of business on one day of the week.',
  fields: (t) => ({
    day: t.expose('day', { type: WeekdayEnum, description: 'On which day.' }),
    opens: t.exposeString('opens', { description: 'Begin on the wall clock, "08:00".' }),
    closes: t.exposeString('closes', { description: 'End on the wall clock, up to "24:00".' }),
  }),
})

const PRIORITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const

const SlaPolicyObject = builder.prismaNode('SlaPolicy', {
  id: { field: 'id' },
  name: registerNode('slaPolicy', 'SlaPolicy'),
  nullable: true,
  description:
    'Service levels of the organization, or of one place and everything under it; the nearest policy above a work order holds.',
  authScopes: { permission: 'work-orders:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is called.' }),
    location: t.relation('location', {
      nullable: true,
      description: 'Where it holds; null = everywhere without a nearer one.',
    }),
    targets: t.field({
      // Kept in the row itself.
      complexity: { field: 1, multiplier: 1 },
      type: [SlaTarget],
      description: 'What it promises; a priority that is missing keeps the built-in promise.',
      select: { targets: true },
      resolve: (policy) => {
        const targets = targetsShape.parse(policy.targets)
        return PRIORITIES.flatMap((priority) => {
          const target = targets[priority]
          return target === undefined ? [] : [{ priority, ...target }]
        })
      },
    }),
    atRiskPercent: t.exposeInt('atRiskPercent', {
      description: 'Share of a target after which its clock is at risk.',
    }),
    criticalPercent: t.exposeInt('criticalPercent', {
      description: 'Share of a target after which its clock is critical.',
    }),
    timezone: t.exposeString('timezone', {
      nullable: true,
      description: 'IANA zone of the business hours; null = that of the place of the work.',
    }),
    businessHours: t.field({
      // Kept in the row itself.
      complexity: { field: 1, multiplier: 1 },
      type: [BusinessHours],
      description: 'When its clocks run; empty = around the clock.',
      select: { businessHours: true },
      resolve: (policy) => businessHoursShape.parse(policy.businessHours),
    }),
    holidays: t.exposeStringList('holidays', {
      description: 'Dates on which its clocks stand still, "2026-12-25".',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was made.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

builder.queryFields((t) => ({
  slaPolicies: t.prismaConnection(
    {
      ...pageOptions,
      type: 'SlaPolicy',
      description: 'Service level policies, by name.',
      authScopes: { permission: 'work-orders:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('SlaPolicy', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).slaPolicy.count(),
    },
    ...connectionNames('SlaPolicy'),
  ),
}))

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
