import { builder } from '../../graphql/builder.ts'
import { type Context, callerOf } from '../../graphql/context.ts'
import { batchById } from '../../graphql/reading/batch.ts'
import { type AttemptStatistics, readStatistics, type Window, WINDOWS } from './statistics.ts'

const WindowEnum = builder.enumType('WebhookStatisticsWindow', {
  description: 'A stretch of time that ends now. Attempts are counted by hour.',
  values: {
    LAST_HOUR: { description: 'The present hour and the one before.' },
    LAST_24_HOURS: { description: 'The present hour and the 23 before.' },
    LAST_7_DAYS: { description: 'The present hour and the 167 before.' },
    LAST_30_DAYS: {
      description: "Today and the 29 days before, in the organization's time zone.",
    },
  } satisfies Record<Window, object>,
})

type Of<K extends keyof AttemptStatistics> = AttemptStatistics[K] extends (infer Item)[]
  ? Item
  : never

const SUCCEEDED = { description: 'Attempts that got a 2xx.' }
const FAILED = { description: 'All others.' }
const ATTEMPTS = { description: 'So many attempts.' }

const Point = builder.objectRef<Of<'points'>>('WebhookStatisticsPoint').implement({
  description: 'Attempts that began within one hour, or one day.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Its first moment.' }),
    succeeded: t.exposeInt('succeeded', SUCCEEDED),
    failed: t.exposeInt('failed', FAILED),
  }),
})

const ByStatusCode = builder
  .objectRef<Of<'byStatusCode'>>('WebhookStatisticsStatusCode')
  .implement({
    description: 'Attempts that were answered with one HTTP status.',
    fields: (t) => ({
      statusCode: t.exposeInt('statusCode', {
        nullable: true,
        description: 'The status; null for attempts without an answer.',
      }),
      attempts: t.exposeInt('attempts', ATTEMPTS),
    }),
  })

const ByFailure = builder.objectRef<Of<'byFailure'>>('WebhookStatisticsFailure').implement({
  description: 'Attempts that failed in one way.',
  fields: (t) => ({
    failure: t.exposeString('failure', { description: 'As in WebhookAttempt.failure.' }),
    attempts: t.exposeInt('attempts', ATTEMPTS),
  }),
})

const ByType = builder.objectRef<Of<'byType'>>('WebhookStatisticsType').implement({
  description: 'Attempts to send events of one type.',
  fields: (t) => ({
    eventType: t.expose('eventType', { type: 'EventType', description: 'The type.' }),
    succeeded: t.exposeInt('succeeded', SUCCEEDED),
    failed: t.exposeInt('failed', FAILED),
  }),
})

const Latency = builder.objectRef<Of<'latency'>>('WebhookStatisticsLatency').implement({
  description: 'Attempts that took about as long as each other, from their beginning to their end.',
  fields: (t) => ({
    upToMs: t.exposeInt('upToMs', {
      nullable: true,
      description: 'At most so many milliseconds, and more than the entry before; null = longer.',
    }),
    attempts: t.exposeInt('attempts', ATTEMPTS),
  }),
})

/** Counted already: they cost what they take to write down. */
const SHORT = { field: 1, multiplier: 1 }
const LONG = { field: 1, multiplier: 10 }

const Statistics = builder.objectRef<AttemptStatistics>('WebhookAttemptStatistics').implement({
  description:
    'Attempts of an endpoint over time, retries, manual ones and replays included. Tests are not counted.',
  fields: (t) => ({
    succeeded: t.exposeInt('succeeded', SUCCEEDED),
    failed: t.exposeInt('failed', FAILED),
    points: t.expose('points', {
      type: [Point],
      complexity: LONG,
      description: 'Hour by hour, of LAST_30_DAYS day by day; oldest first and without a gap.',
    }),
    byStatusCode: t.expose('byStatusCode', {
      type: [ByStatusCode],
      complexity: SHORT,
      description: 'By HTTP status, the most frequent first.',
    }),
    byFailure: t.expose('byFailure', {
      type: [ByFailure],
      complexity: SHORT,
      description: 'Failed ones by kind, the most frequent first.',
    }),
    byType: t.expose('byType', {
      type: [ByType],
      complexity: SHORT,
      description: 'By type of event, the most frequent first.',
    }),
    latency: t.expose('latency', {
      type: [Latency],
      complexity: SHORT,
      description: 'By how long they took, the shortest first.',
    }),
  }),
})

type Load = (context: Context, endpointId: string) => Promise<AttemptStatistics | undefined>

const loaders = new Map<Window, Load>(
  (Object.keys(WINDOWS) as Window[]).map((window) => [
    window,
    batchById((context, ids) =>
      readStatistics(context.database.pool, callerOf(context).organizationId, ids, window),
    ),
  ]),
)

builder.prismaObjectField('WebhookEndpoint', 'attemptStatistics', (t) =>
  t.field({
    type: Statistics,
    description: 'What came of the attempts to send to it, counted by hour as they were logged.',
    args: {
      window: t.arg({
        type: WindowEnum,
        required: true,
        defaultValue: 'LAST_24_HOURS',
        description: 'How far back.',
      }),
    },
    select: { id: true },
    resolve: async ({ id }, { window }, context) => {
      const found = await loaders.get(window)?.(context, id)
      if (found === undefined) throw new Error(`no statistics of ${id}`)
      return found
    },
  }),
)
