import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { businessHoursShape, targetsShape } from './policy-shapes.ts'
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

export const SlaPolicyObject = builder.prismaNode('SlaPolicy', {
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
