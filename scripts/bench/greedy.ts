import { graphql } from '../../src/generated/client/index.ts'
import { timedIdPrefix } from './backend.ts'
import type { Load, Tenant } from './load.ts'
import { type BenchReceiver, startBenchReceiver } from './stage.ts'

/**
 * What one organization can do to make others wait.
 * @returns what begins it, when all is set up; it goes on until the stack is disposed of
 */
export type Greedy = (scene: {
  tenant: Tenant
  load: Pick<Load, 'database'>
  stack: AsyncDisposableStack
  /** Of the endpoints that it would have; 1 where it does nothing else. */
  share?: number
}) => Promise<() => Promise<unknown>>

const ENDPOINTS = 300
/** As many as an organization may have. */
const MOST_ENDPOINTS = 500
const SLOW_MS = 3_000
const CHILDREN = 50
/** The longest that a hook may be given. */
const HOOK_MS = 10_000
const HOUR_MS = 3_600_000
/** Records that a task of the clock fails for, more than one run of it goes through. */
const POISONED = 3_000

const AddWork = graphql(`
  mutation GreedyAddWork($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      workOrder {
        id
      }
    }
  }
`)

const StartReplay = graphql(`
  mutation GreedyReplay($input: WebhookReplayStartInput!) {
    webhookReplayStart(input: $input) {
      replay {
        id
      }
      userErrors {
        message
      }
    }
  }
`)

const SetHook = graphql(`
  mutation GreedySetHook($input: SyncHookSetInput!) {
    syncHookSet(input: $input) {
      userErrors {
        message
      }
    }
  }
`)

const AddResource = graphql(`
  mutation GreedyAddResource($input: ResourceCreateInput!) {
    resourceCreate(input: $input) {
      resource {
        id
      }
      userErrors {
        message
      }
    }
  }
`)

const AddBooking = graphql(`
  mutation GreedyAddBooking($input: BookingCreateInput!) {
    bookingCreate(input: $input) {
      booking {
        id
      }
      userErrors {
        message
      }
    }
  }
`)

const ReadMuch = graphql(`
  query GreedyReadMuch {
    workOrders(first: 100) {
      nodes {
        id
        title
        description
        priority
        created
        updated
        location {
          id
          name
          kind
        }
      }
    }
  }
`)

/** Some 900 points for each event. */
const COSTLY = `subscription { events { ... on EventEnvelope { type subject { ... on WorkOrder { title location {
  a: children(first: ${CHILDREN}) { nodes { id name kind created } }
  b: children(first: ${CHILDREN}) { nodes { id name kind created } }
  c: children(first: ${CHILDREN}) { nodes { id name kind created } }
} } } } } }`

/** Its receiver is not the neighbour's, which would be kept from answering itself. */
async function openReceiver(stack: AsyncDisposableStack): Promise<BenchReceiver> {
  return stack.use(await startBenchReceiver(SLOW_MS))
}

/** Runs as many at once, again and again, until the stack is disposed of. What fails ends its loop. */
function keepOn(
  stack: AsyncDisposableStack,
  atOnce: number,
  pauseMs: number,
  run: () => Promise<unknown>,
): void {
  let over = false
  const loops = Array.from({ length: atOnce }, async () => {
    while (!over) {
      await run()
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  })
  const ended = Promise.allSettled(loops)
  stack.defer(async () => {
    over = true
    await ended
  })
}

async function addEndpoints(tenant: Tenant, count: number, input: (n: number) => object) {
  const numbers = Array.from({ length: count }, (_, n) => n)
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let n = numbers.pop(); n !== undefined; n = numbers.pop()) {
        await tenant.addEndpoint(input(n))
      }
    }),
  )
}

/** So many endpoints of which each wants each event, on receivers that behave in one way. */
const endpointsAt =
  (path: string, count: number, pauseMs: number, options: object = {}): Greedy =>
  async ({ tenant, stack, share = 1 }) => {
    const receiver = await openReceiver(stack)
    const locationId = await tenant.addPlace('Site')
    await addEndpoints(tenant, Math.floor(count * share), (n) => ({
      url: `${receiver.origin}/${path}/${n}`,
      ...options,
    }))
    return async () => {
      keepOn(stack, 1, pauseMs, () => tenant.ask(AddWork, { title: 'Much', locationId }))
    }
  }

export const GREEDY_WAYS: Record<string, Greedy> = {
  'hanging receivers': endpointsAt('hang', ENDPOINTS, 500),
  'slow receivers': endpointsAt('slow', ENDPOINTS, 500),
  'retry storm': endpointsAt('fail', ENDPOINTS, 500, { ordering: 'NONE' }),
  'costly documents': async ({ tenant, stack, load }) => {
    const receiver = await openReceiver(stack)
    const locationId = await tenant.addPlace('Site')
    for (let n = 0; n < CHILDREN; n++) await tenant.addPlace(`Floor ${n}`, locationId)
    for (let n = 0; n < 150; n++) await tenant.ask(AddWork, { title: `Costly ${n}`, locationId })
    const endpoints: string[] = []
    for (let n = 0; n < 20; n++) {
      // Each document is another one, so that none is rendered for the others.
      const input = { url: receiver.origin, ordering: 'NONE', payload: `${COSTLY} #${n}` }
      endpoints.push(await tenant.addEndpoint(input))
    }
    return () =>
      load.database.pool.query(
        `WITH event AS (
         SELECT *, row_number() OVER (ORDER BY position) AS n FROM event
          WHERE organization_id = $1 AND type = 'workorder.created'),
       lane AS (
         UPDATE delivery_lane SET last_sequence = last_sequence + 1000, wake_at = now()
          WHERE endpoint_id = ANY ($2) RETURNING endpoint_id, last_sequence - 1000 AS base)
       INSERT INTO webhook_delivery
              (id, organization_id, endpoint_id, event_id, event_type, subject_id, sequence,
               due_at, next_attempt_at)
       SELECT $3 || right(lane.endpoint_id, 6) || lpad(n::text, 9, '0'), event.organization_id,
              lane.endpoint_id, event.id, event.type, event.subject_id, base + n, now(), now()
         FROM event, lane WHERE n <= 150`,
        [tenant.organizationId, endpoints, timedIdPrefix()],
      )
  },
  'huge replay': async ({ tenant, stack, load }) => {
    const receiver = await openReceiver(stack)
    const locationId = await tenant.addPlace('Site')
    const endpoints: string[] = []
    for (let n = 0; n < 20; n++) endpoints.push(await tenant.addEndpoint({ url: receiver.origin }))
    await tenant.ask(AddWork, { title: 'Sent before', locationId })
    await receiver.waitForCount(endpoints.length, 20_000)
    await load.database.pool.query(
      `WITH event AS (SELECT * FROM event WHERE organization_id = $1 AND type = 'workorder.created' LIMIT 1),
            lane AS (UPDATE delivery_lane SET last_sequence = last_sequence + 5000
                      WHERE endpoint_id = ANY ($2) RETURNING endpoint_id, last_sequence - 5000 AS base)
       INSERT INTO webhook_delivery
              (id, organization_id, endpoint_id, event_id, event_type, subject_id, sequence, status,
               attempt_count, due_at, completed_at, created)
       SELECT $3 || right(lane.endpoint_id, 6) || lpad(n::text, 9, '0'),
              event.organization_id, lane.endpoint_id, event.id, event.type, event.subject_id,
              lane.base + n, 'SUCCEEDED', 1, now(), now(), now()
         FROM event, lane, generate_series(1, 5000) AS n`,
      [tenant.organizationId, endpoints, timedIdPrefix()],
    )
    return async () => {
      for (const endpointId of endpoints) {
        const said = await tenant.ask(StartReplay, { endpointId, perSecond: 100 })
        if (!said.includes('"id"')) throw new Error(said)
      }
    }
  },
  'burst of events': async ({ tenant, stack }) => {
    const receiver = await openReceiver(stack)
    const locationId = await tenant.addPlace('Site')
    await addEndpoints(tenant, 10, (n) => ({ url: `${receiver.origin}/${n}` }))
    return async () => {
      keepOn(stack, 8, 0, () => tenant.ask(AddWork, { title: 'Burst', locationId }))
    }
  },
  'as many endpoints as may be': endpointsAt('many', MOST_ENDPOINTS, 1_000),
  'hanging hooks': async ({ tenant, stack }) => {
    const receiver = await openReceiver(stack)
    const locationId = await tenant.addPlace('Site')
    const url = `${receiver.origin}/hang`
    const endpointId = await tenant.addEndpoint({ url, eventTypes: ['webhook.test'] })
    const event = 'booking.before_confirmation'
    const set = await tenant.ask(SetHook, { event, endpointId, timeoutMs: HOOK_MS })
    if (!set.includes('"userErrors":[]')) throw new Error(set)
    const firstMs = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS
    const rooms: string[] = []
    for (let n = 0; n < 8; n++) {
      const said = await tenant.ask(AddResource, { name: `Room ${n}`, locationId })
      const resourceId = /"id":"(res-[^"]+)"/.exec(said)?.[1]
      if (resourceId === undefined) throw new Error(said)
      rooms.push(resourceId)
    }
    return async () => {
      for (const resourceId of rooms) {
        let hour = 0
        keepOn(stack, 1, 0, () => {
          const startMs = firstMs + hour++ * HOUR_MS
          const [startTime, endTime] = [new Date(startMs), new Date(startMs + HOUR_MS)]
          return tenant.ask(AddBooking, { resourceId, startTime, endTime })
        })
      }
    }
  },
  'poisoned records': async ({ tenant, stack, load }) => {
    const { pool } = load.database
    const locationId = await tenant.addPlace('Site')
    const said = await tenant.ask(AddResource, { name: 'Room', locationId })
    const resourceId = /"id":"(res-[^"]+)"/.exec(said)?.[1]
    if (resourceId === undefined) throw new Error(said)
    const startMs = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS
    const [startTime, endTime] = [new Date(startMs), new Date(startMs + HOUR_MS)]
    const booked = await tenant.ask(AddBooking, { resourceId, startTime, endTime })
    const bookingId = /"id":"(bk-[^"]+)"/.exec(booked)?.[1]
    if (bookingId === undefined) throw new Error(booked)
    const name = `poisoned_${tenant.organizationId.replaceAll(/\W/g, '')}`
    await pool.query(`
      CREATE OR REPLACE FUNCTION poisoned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'this row is poisoned'; END $$;
      CREATE TRIGGER ${name} BEFORE UPDATE ON booking FOR EACH ROW
        WHEN (OLD.organization_id = '${tenant.organizationId}') EXECUTE FUNCTION poisoned()`)
    stack.defer(async () => {
      await pool.query(`DROP TRIGGER ${name} ON booking`)
      const text = `UPDATE booking SET status = 'CANCELLED' WHERE organization_id = $1`
      await pool.query(text, [tenant.organizationId])
    })
    // Over since so many days: what the clock brings fails for each of them.
    return () =>
      pool.query(
        `INSERT INTO booking
       SELECT copy.* FROM booking AS original, generate_series(1, $2::int) AS n,
              jsonb_populate_record(original, jsonb_build_object(
                'id', left(original.id, 4) || right(original.id, 8) || n, 'auto_release', false,
                'start_time', original.start_time - n * interval '1 day',
                'end_time', original.end_time - n * interval '1 day',
                'hold_start', original.start_time - n * interval '1 day',
                'hold_end', original.end_time - n * interval '1 day',
                'check_in_opens_at', original.start_time - n * interval '1 day',
                'check_in_deadline', original.end_time - n * interval '1 day')) AS copy
        WHERE original.id = $1`,
        [bookingId, POISONED],
      )
  },
  'expensive queries': async ({ tenant, stack }) => {
    const locationId = await tenant.addPlace('Site')
    for (let n = 0; n < 100; n++) await tenant.ask(AddWork, { title: `Read ${n}`, locationId })
    return async () => keepOn(stack, 4, 0, () => tenant.ask(ReadMuch, {}))
  },
}
