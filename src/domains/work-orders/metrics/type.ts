import { AccessError } from '../../../errors.ts'
import type { Location } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { demandTimezone } from '../../locations/rules.ts'
import { LocationType } from '../../locations/type.ts'
import {
  type Bucket,
  type Compliance,
  type Figures,
  measureAll,
  measureByLocation,
  measureByPriority,
  measureByStatus,
  measureCompliance,
  measureOverTime,
  type MetricsScope,
} from './metrics.ts'
import { PriorityEnum, StatusEnum } from '../orders/enums.ts'

export const DAY_MS = 86_400_000

const MOST_BUCKETS = 1_000

const BUCKET_DAYS = { day: 1, week: 7, month: 28 } as const

const FiguresInterface = builder.interfaceRef<Figures>('WorkOrderFigures').implement({
  description: 'Figures about a set of work orders.',
  resolveType: () => 'WorkOrderTotal',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many there are.' }),
    open: t.exposeInt('open', { description: 'How many are not finished.' }),
    completed: t.exposeInt('completed', { description: 'How many are complete.' }),
    meanSecondsToRespond: t.exposeFloat('meanSecondsToRespond', {
      nullable: true,
      description: 'Mean time from creation to the first answer, seconds; null without any.',
    }),
    meanSecondsToResolve: t.exposeFloat('meanSecondsToResolve', {
      nullable: true,
      description: 'Mean time from creation to completion, holds included, seconds.',
    }),
  }),
})

const Total = builder.objectRef<Figures>('WorkOrderTotal').implement({
  description: 'All work orders of the span.',
  interfaces: [FiguresInterface],
})

const ByStatus = builder
  .objectRef<Awaited<ReturnType<typeof measureByStatus>>[number]>('WorkOrdersByStatus')
  .implement({
    description: 'Work orders of one status.',
    fields: (t) => ({
      status: t.expose('status', { type: StatusEnum, description: 'The status.' }),
      count: t.exposeInt('count', { description: 'How many there are.' }),
    }),
  })

const ByPriority = builder
  .objectRef<Awaited<ReturnType<typeof measureByPriority>>[number]>('WorkOrdersByPriority')
  .implement({
    description: 'Work orders of one priority.',
    interfaces: [FiguresInterface],
    fields: (t) => ({
      priority: t.expose('priority', { type: PriorityEnum, description: 'The priority.' }),
    }),
  })

const ByLocation = builder
  .objectRef<Figures & { location: Location }>('WorkOrdersByLocation')
  .implement({
    description: 'Work orders of one place.',
    interfaces: [FiguresInterface],
    fields: (t) => ({
      location: t.field({
        type: LocationType,
        description: 'The place.',
        resolve: (row): Location => row.location,
      }),
    }),
  })

const ClockEnum = builder.enumType('SlaClock', {
  description: 'One of the two clocks of a work order.',
  values: {
    RESPONSE: { description: 'From creation to the first answer.' },
    RESOLUTION: { description: 'From creation to completion.' },
  },
})

const SlaCompliance = builder.objectRef<Compliance>('SlaCompliance').implement({
  description: 'How promises were kept.',
  fields: (t) => ({
    clock: t.expose('clock', { type: ClockEnum, description: 'Which promise.' }),
    met: t.exposeInt('met', { description: 'How many were kept.' }),
    breached: t.exposeInt('breached', { description: 'How many were broken.' }),
    running: t.exposeInt('running', { description: 'How many are still open and in time.' }),
    rate: t.float({
      nullable: true,
      description: 'Share of the kept ones among those decided, 0–1; null without any.',
      resolve: ({ met, breached }) => (met + breached === 0 ? null : met / (met + breached)),
    }),
  }),
})

const BucketUnit = builder.enumType('TimeBucketUnit', {
  description: 'Length of a bucket.',
  values: {
    DAY: { value: 'day', description: 'A day.' },
    WEEK: { value: 'week', description: 'A week, from Monday.' },
    MONTH: { value: 'month', description: 'A month.' },
  } as const,
})

const TimeBucket = builder.objectRef<Bucket>('WorkOrderTimeBucket').implement({
  description: 'What happened in one bucket of time.',
  fields: (t) => ({
    start: t.expose('start', { type: 'DateTime', description: 'Its begin.' }),
    opened: t.exposeInt('opened', { description: 'Work orders opened.' }),
    completed: t.exposeInt('completed', {
      description: 'Work orders completed, whenever they were opened.',
    }),
  }),
})

export const Metrics = builder.objectRef<MetricsScope>('WorkOrderMetrics').implement({
  description:
    'Figures about work orders opened in a span of time; each field is one SQL statement.',
  fields: (t) => ({
    total: t.field({
      type: Total,
      description: 'All of them.',
      resolve: (scope, _args, context) => measureAll(scopedPrisma(context), scope),
    }),
    byStatus: t.field({
      type: [ByStatus],
      description: 'By status; statuses without any are left out.',
      resolve: (scope, _args, context) => measureByStatus(scopedPrisma(context), scope),
    }),
    byPriority: t.field({
      type: [ByPriority],
      description: 'By priority, the most urgent first.',
      resolve: (scope, _args, context) => measureByPriority(scopedPrisma(context), scope),
    }),
    byLocation: t.field({
      type: [ByLocation],
      description: 'By place, the busiest first.',
      args: {
        first: t.arg.int({ defaultValue: 20, description: 'At most this many, up to 100.' }),
      },
      resolve: async (scope, { first }, context) => {
        const prisma = scopedPrisma(context)
        const most = Math.max(1, Math.min(first ?? 20, 100))
        const rows = await measureByLocation(prisma, scope, most)
        const places = await prisma.location.findMany({
          where: { id: { in: rows.map((row) => row.locationId) } },
        })
        const byId = new Map(places.map((place) => [place.id, place]))
        return rows.flatMap((row) => {
          const location = byId.get(row.locationId)
          return location === undefined ? [] : [{ ...row, location }]
        })
      },
    }),
    slaCompliance: t.field({
      type: [SlaCompliance],
      description: 'How promises were kept, response first.',
      resolve: (scope, _args, context) => measureCompliance(scopedPrisma(context), scope),
    }),
    overTime: t.field({
      type: [TimeBucket],
      description: 'What happened per bucket, empty ones included; at most 1,000 buckets.',
      args: {
        unit: t.arg({ type: BucketUnit, required: true, description: 'Length of a bucket.' }),
        timezone: t.arg.string({
          defaultValue: 'UTC',
          description: 'IANA zone in which days begin.',
        }),
      },
      resolve: (scope, { unit, timezone }, context) => {
        const zone = timezone ?? 'UTC'
        demandTimezone(zone)
        const days = (scope.to.getTime() - scope.from.getTime()) / DAY_MS
        if (days / BUCKET_DAYS[unit] > MOST_BUCKETS) {
          throw new AccessError('BAD_USER_INPUT', `That makes more than ${MOST_BUCKETS} buckets`)
        }
        return measureOverTime(scopedPrisma(context), scope, unit, zone)
      },
    }),
  }),
})
