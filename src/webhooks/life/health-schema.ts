import type { DeliveryLane } from '../../generated/prisma/client.ts'
import { batchById } from '../../graphql/reading/batch.ts'
import { builder } from '../../graphql/builder.ts'
import { type Context, callerOf } from '../../graphql/context.ts'
import { type Measures, measureEndpoints } from './health.ts'

const HealthStatus = builder.enumType('WebhookHealthStatus', {
  description: 'How sending to an endpoint fares.',
  values: {
    UNKNOWN: { description: 'Nothing has been sent yet.' },
    HEALTHY: { description: 'The last attempt succeeded.' },
    FAILING: { description: 'The last attempt failed.' },
  },
})

const loadMeasures = batchById<Measures>((context, endpointIds) =>
  measureEndpoints(context.database.pool, callerOf(context).organizationId, endpointIds),
)

async function measure(context: Context, lane: DeliveryLane): Promise<Measures> {
  const measures = await loadMeasures(context, lane.endpointId)
  if (measures === undefined) throw new Error(`endpoint ${lane.endpointId} has no lane any more`)
  return measures
}

const SAMPLE = 'Over the latest deliveries, some hundred.'

export const HealthType = builder.objectRef<DeliveryLane>('WebhookHealth').implement({
  description: 'How sending to an endpoint fares. Test sends do not count.',
  fields: (t) => ({
    status: t.field({
      type: HealthStatus,
      description: 'In one word.',
      resolve: (lane) => {
        if (lane.consecutiveFailures > 0) return 'FAILING' as const
        return lane.lastSuccessAt === null ? ('UNKNOWN' as const) : ('HEALTHY' as const)
      },
    }),
    consecutiveFailures: t.exposeInt('consecutiveFailures', {
      description: 'Failed attempts since the last success.',
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'First failure since the last success.',
    }),
    disabledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When it is disabled unless an attempt succeeds before; null while none fails. Not as long as its failures lie close together, 12 hours unless configured otherwise.',
      resolve: ({ failingSince }, _args, { config }) =>
        failingSince === null
          ? null
          : new Date(failingSince.getTime() + config.webhooks.disableAfterMs),
    }),
    lastFailureAt: t.expose('lastFailureAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When an attempt last failed.',
    }),
    lastSuccessAt: t.expose('lastSuccessAt', {
      type: 'DateTime',
      nullable: true,
      description: 'About when the last delivery was acknowledged, to the second.',
    }),
    pendingDeliveries: t.int({
      description:
        'Deliveries that wait to be acknowledged: exact up to 1,000, beyond that an upper bound.',
      resolve: async (lane, _args, context) => (await measure(context, lane)).pending,
    }),
    oldestPendingAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the oldest delivery that waits was created; null when none waits.',
      resolve: async (lane, _args, context) => (await measure(context, lane)).oldestPendingAt,
    }),
    oldestPendingSeconds: t.float({
      nullable: true,
      description: 'For how long the oldest delivery has waited, seconds; null when none waits.',
      resolve: async (lane, _args, context) => {
        const { oldestPendingAt } = await measure(context, lane)
        return oldestPendingAt === null ? null : (Date.now() - oldestPendingAt.getTime()) / 1_000
      },
    }),
    p50Ms: t.float({
      nullable: true,
      description: `Median time from the change to its acknowledgement, milliseconds. ${SAMPLE}`,
      resolve: async (lane, _args, context) => (await measure(context, lane)).p50Ms,
    }),
    p95Ms: t.float({
      nullable: true,
      description: `Time from the change to its acknowledgement that 95 % stay below, milliseconds. ${SAMPLE}`,
      resolve: async (lane, _args, context) => (await measure(context, lane)).p95Ms,
    }),
    successRate: t.float({
      nullable: true,
      description: `Share of the attempts that succeeded, 0–1; null before the first. ${SAMPLE}`,
      resolve: async (lane, _args, context) => (await measure(context, lane)).successRate,
    }),
    drainSeconds: t.float({
      nullable: true,
      description:
        'Seconds until nothing waits at the pace of the last minute, if nothing is added; null when nothing moves.',
      resolve: async (lane, _args, context) => (await measure(context, lane)).drainSeconds,
    }),
  }),
})
