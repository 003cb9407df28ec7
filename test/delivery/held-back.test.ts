import { describe, expect, it } from 'vitest'
import { WINDOW_ROWS } from '../../src/delivery/lanes/lane/lane-reader.ts'
import { TRUST_MS } from '../../src/delivery/lanes/lane/lane-line.ts'
import { makeLogEntry, writeLog } from '../../src/delivery/log/log-statement.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { ask, startTestApp } from '../harness/app.ts'
import { cloneDatabase, withClient } from '../harness/database.ts'
import { type Scene, setScene } from '../harness/fault-scene.ts'
import { expectInOrder, untilSettled } from '../harness/ledger.ts'
import { until } from '../harness/process.ts'
import { startReceiver } from '../harness/receiver.ts'
import { fillBacklog, setWebhookScene } from '../harness/webhook-scene.ts'

const NO_EXCHANGE = {
  answer: undefined,
  error: undefined,
  remoteAddress: undefined,
  dnsMs: undefined,
  connectMs: undefined,
  tlsMs: undefined,
  firstByteMs: undefined,
  totalMs: 1,
}

/** Events that come one by one: each is claimed, sent and let go again. */
const EVENTS = 20
const FEW = 1_000
const MANY = 11_000
const RECORDS = 12

/**
 * Rows of deliveries that are read while some events reach an endpoint in front of whose line others
 * are held back: the first of each record was tried and waits for an hour, or is not answered. The
 * events are taken at once, or refused once each.
 */
async function readWhileHeldBack(
  ordering: 'OBJECT' | 'NONE',
  count: number,
  records: number,
  fate: 'taken' | 'refused' | 'behind a request',
): Promise<number> {
  await using database = await cloneDatabase()
  {
    await using test = await startTestApp({ WEBHOOK_RETRY_DELAYS: '20ms' }, database.url)
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    const endpointId = await scene.addEndpoint(receiver.url, { ordering })
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    // What is put there by hand must not be in anybody's hands before it is as it should be.
    await until('the lane to be let go', async () => {
      const { rows } = await test.app.database.pool.query(
        'SELECT 1 FROM delivery_lane WHERE endpoint_id = $1 AND worker_id IS NULL',
        [endpointId],
      )
      return rows.length === 1
    })
    await fillBacklog(test, endpointId, count)
    await withClient(database.url, async (client) => {
      await client.query(
        `UPDATE webhook_delivery
            SET subject_id = 'held-' || sequence % $2,
                attempt_count = CASE WHEN tried AND $3 THEN 1 ELSE 0 END,
                next_attempt_at = now() + CASE WHEN tried AND $3 THEN interval '1 hour'
                                               ELSE interval '0' END
           FROM (SELECT id, row_number() OVER (ORDER BY sequence) <= $2 AS tried
                   FROM webhook_delivery WHERE endpoint_id = $1 AND status = 'PENDING') AS line
          WHERE webhook_delivery.id = line.id`,
        [endpointId, records, fate !== 'behind a request'],
      )
      await client.query('ANALYZE webhook_delivery')
    })
    await withClient(database.url, (client) => client.query('SELECT pg_stat_reset()'))
    const answerLater = Promise.withResolvers<{ status: number }>()
    const refused = new Set<string>()
    receiver.answer = ({ event }) => {
      // All of the backlog is about the first event there was.
      if (!event.type.startsWith('workorder.')) return answerLater.promise
      if (fate !== 'refused' || refused.has(event.id)) return { status: 200 }
      refused.add(event.id)
      return { status: 409 }
    }
    for (let n = 1; n <= EVENTS; n++) {
      await scene.addWorkOrder(`${n}`)
      const times = fate === 'refused' ? 2 : 1
      await receiver.waitUntil(
        (all) => all.filter(({ event }) => event.data.object['title'] === `${n}`).length === times,
      )
    }
    answerLater.resolve({ status: 500 })
  }
  // Whoever has read has ended, and so told what.
  return await withClient(database.url, async (client) => {
    const found = await client.query<{ read: string }>(
      `SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_user_tables
        WHERE relname = 'webhook_delivery'`,
    )
    return Number(found.rows[0]?.read)
  })
}

const OrderEndpoint = graphql(`
  mutation OrderEndpoint($input: WebhookEndpointUpdateInput!) {
    webhookEndpointUpdate(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`)

/** The log of a worker that lost the lane: the first delivery of a record has arrived. */
async function succeedLate(scene: Scene, recordId: string): Promise<void> {
  const { pool } = scene.cluster.database
  const found = await pool.query<{ id: string; endpoint_id: string; organization_id: string }>(
    `SELECT id, endpoint_id, organization_id FROM webhook_delivery
      WHERE subject_id = $1 ORDER BY sequence LIMIT 1`,
    [recordId],
  )
  const [first] = found.rows
  await writeLog(pool, [
    makeLogEntry({
      endpointId: first?.endpoint_id ?? '',
      organizationId: first?.organization_id ?? '',
      claim: { workerNumber: -1, epoch: '0' },
      record: {
        deliveryId: first?.id ?? '',
        attempt: 1,
        trigger: 'SCHEDULED',
        startedAtMs: Date.now(),
        succeeded: true,
        failure: undefined,
        error: undefined,
        requestHeaders: '',
        exchange: NO_EXCHANGE,
        next: { kind: 'done' },
      },
    }),
  ])
}

describe('what is held back in front of a line', () => {
  it.each([
    ['OBJECT', 'behind one record', 1, 'taken'],
    ['OBJECT', 'behind a hundred records', 100, 'taken'],
    ['OBJECT', 'while retries of others end', 100, 'refused'],
    ['OBJECT', 'behind a request under way', 1, 'behind a request'],
    ['NONE', 'until their next attempt', MANY, 'taken'],
    ['NONE', 'while retries of others end', MANY, 'refused'],
  ] as const)(
    'is looked at once, not for every event (%s, %s)',
    async (ordering, _behind, records, fate) => {
      const few = await readWhileHeldBack(ordering, FEW, records, fate)
      const many = await readWhileHeldBack(ordering, MANY, records, fate)
      // Once at the start, and once or twice more where the planner or a chore has it so.
      expect((many - few) / (MANY - FEW)).toBeLessThan(EVENTS / 4)
    },
  )

  it('starts once the retry in front of it is through, though it is more than fits at once', async () => {
    await using scene = await setScene(undefined, { WEBHOOK_RETRY_DELAYS: '300ms' })
    await using account = await scene.subscribe('OBJECT')
    await scene.addWorker()
    const { receiver } = account
    let accepts = false
    const held = new Set<unknown>()
    receiver.answer = ({ event }) => {
      const { id } = event.data.object
      if (held.size < RECORDS) held.add(id)
      return { status: held.has(id) && !accepts ? 409 : 200 }
    }
    const ids = await Promise.all(Array.from({ length: RECORDS }, () => scene.record()))
    await receiver.waitUntil(() => held.size === RECORDS)
    const [first = '', ...others] = ids
    const change = async (id: string, times: number) => {
      for (let n = 1; n <= times; n++) await scene.change(id, String(n))
    }
    await Promise.all([change(first, WINDOW_ROWS + 50), ...others.map((id) => change(id, 5))])
    // Nothing holds this one back, and it stands behind all: the line has been looked at to its end.
    const last = await scene.record()
    await receiver.waitUntil((all) => all.some(({ event }) => event.data.object['id'] === last))
    accepts = true
    const count = RECORDS + WINDOW_ROWS + 50 + others.length * 5 + 1
    // Long before a lane looks at all of its line again anyway.
    await receiver.waitUntil(
      (all) => new Set(all.map(({ event }) => event.id)).size === count,
      TRUST_MS / 2,
    )
    await untilSettled(scene.cluster)
    await expectInOrder(scene.cluster, account)
  })

  it('does not wait for another record of which much is in hand', async () => {
    await using scene = await setScene()
    await using account = await scene.subscribe('OBJECT')
    const { receiver } = account
    const quick = await scene.record()
    const slow = await scene.record()
    receiver.answer = async ({ event }) => {
      if (event.data.object['id'] === slow) await new Promise((done) => setTimeout(done, 30))
      return { status: 200 }
    }
    for (let n = 1; n <= WINDOW_ROWS + 50; n++) await scene.change(slow, String(n))
    await scene.change(quick, 'behind all of the other')
    await scene.addWorker()
    await receiver.waitUntil((all) =>
      all.some(({ event }) => event.data.object['title'] === 'behind all of the other'),
    )
    expect(receiver.received.length).toBeLessThan(WINDOW_ROWS / 2)
  })

  it('goes on when a success of a worker that lost the lane ends what held it back', async () => {
    await using scene = await setScene(undefined, { WEBHOOK_RETRY_DELAYS: '1h' })
    await using endpoint = await scene.subscribe('OBJECT')
    await scene.addWorker()
    const { receiver } = endpoint
    receiver.answer = () => ({ status: 409 })
    const id = await scene.record()
    await receiver.waitFor(1)
    receiver.answer = () => ({ status: 200 })
    await scene.change(id, 'held back')
    // Another record's, which stands behind: the line has been looked at up to here.
    await scene.record()
    await receiver.waitFor(2)
    await succeedLate(scene, id)
    await receiver.waitFor(3)
    await scene.change(id, 'and on')
    await receiver.waitFor(4)
    const sequences = receiver.received.map(({ headers }) => Number(headers['webhook-sequence']))
    expect(sequences).toEqual([1, 3, 2, 4])
  })

  it('goes on when such a success comes while its new worker fails at the same', async () => {
    await using scene = await setScene(undefined, { WEBHOOK_RETRY_DELAYS: '1h' })
    await using endpoint = await scene.subscribe('OBJECT')
    await scene.addWorker()
    const { receiver } = endpoint
    const failsLater = Promise.withResolvers<{ status: number }>()
    receiver.answer = () => failsLater.promise
    const id = await scene.record()
    await receiver.waitFor(1)
    receiver.answer = () => ({ status: 200 })
    await scene.change(id, 'held back')
    await succeedLate(scene, id)
    // Another record's: the line is looked at again, up to here.
    await scene.record()
    await receiver.waitFor(2)
    failsLater.resolve({ status: 409 })
    await receiver.waitFor(3)
    const sequences = receiver.received.map(({ headers }) => Number(headers['webhook-sequence']))
    expect(sequences).toEqual([1, 3, 2])
  })

  it('waits for what failed before it when all failed without order', async () => {
    await using scene = await setScene(undefined, { WEBHOOK_RETRY_DELAYS: '1h' })
    await using endpoint = await scene.subscribe('NONE')
    await scene.addWorker()
    const { receiver, endpointId } = endpoint
    receiver.answer = () => ({ status: 409 })
    const id = await scene.record()
    await scene.change(id, 'second')
    await receiver.waitFor(2)
    const { pool } = scene.cluster.database
    const areTried = async (count: number) => {
      const { rows } = await pool.query(
        `SELECT 1 FROM webhook_delivery WHERE endpoint_id = $1 AND attempt_count = 1`,
        [endpointId],
      )
      return rows.length === count
    }
    await until('both to be logged', () => areTried(2))
    receiver.answer = () => ({ status: 200 })
    const setDue = (sequence: number) =>
      pool.query(
        `UPDATE webhook_delivery SET next_attempt_at = now() WHERE endpoint_id = $1 AND sequence = $2`,
        [endpointId, sequence],
      )
    const readEpoch = async () => {
      const { rows } = await pool.query<{ epoch: string }>(
        'SELECT epoch FROM delivery_lane WHERE endpoint_id = $1',
        [endpointId],
      )
      return Number(rows[0]?.epoch)
    }
    const input = { id: endpointId, ordering: 'OBJECT' } as const
    const answer = await ask(scene.url, scene.cluster.owner, OrderEndpoint, { input })
    expect(answer.webhookEndpointUpdate.userErrors).toEqual([])
    // The second is due and may not go, which nobody is to ask about again and again.
    await setDue(2)
    const before = await readEpoch()
    for (let n = 3; n <= 10; n++) {
      await scene.record()
      await receiver.waitFor(n)
    }
    expect((await readEpoch()) - before).toBeLessThan(20)
    await pool.query(
      `UPDATE webhook_delivery SET next_attempt_at = now() + interval '1 hour'
        WHERE endpoint_id = $1 AND sequence = 2`,
      [endpointId],
    )
    await setDue(1)
    await scene.record()
    await receiver.waitFor(12)
    await until('the first to be logged', async () => !(await areTried(2)))
    await setDue(2)
    await scene.record()
    await receiver.waitFor(14)
    const again = receiver.received.slice(10).map(({ headers }) => headers['webhook-sequence'])
    expect(again.filter((sequence) => Number(sequence) < 3)).toEqual(['1', '2'])
  })

  it('keeps its order whatever fails and however often', async () => {
    await using scene = await setScene(undefined, { WEBHOOK_RETRY_DELAYS: '50ms,200ms' })
    await using object = await scene.subscribe('OBJECT')
    await using none = await scene.subscribe('NONE')
    await scene.addWorker()
    await scene.addWorker()
    let seed = 11
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    const moods = new Map<string, { refuses: number }>()
    for (const { receiver } of [object, none]) {
      receiver.answer = ({ event }) => {
        const id = String(event.data.object['id'])
        const mood = moods.get(id) ?? { refuses: 0 }
        moods.set(id, mood)
        if (mood.refuses === 0 && random() < 0.2) mood.refuses = 1 + Math.floor(random() * 4)
        if (mood.refuses === 0) return { status: 200 }
        mood.refuses--
        return { status: 500 }
      }
    }
    const client = async () => {
      const ids = [await scene.record(), await scene.record()]
      for (let n = 1; n <= 40; n++) {
        const id = ids[n % ids.length] ?? ''
        await scene.change(id, String(n))
        if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, 300 * random()))
      }
    }
    await Promise.all([client(), client(), client(), client()])
    await untilSettled(scene.cluster)
    // Nothing overtakes what is tried again.
    const byRecord = Map.groupBy(object.received, ({ event }) => event.data.object['id'])
    for (const requests of byRecord.values()) {
      const sequences = requests.map(({ headers }) => Number(headers['webhook-sequence']))
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
    }
    await expectInOrder(scene.cluster, object)
    await expectInOrder(scene.cluster, none)
    expect(object.received.length).toBeGreaterThan(8 * 21 + 20)
  })

  it('comes in order once what held it back is through, though the lane was let go meanwhile', async () => {
    await using scene = await setScene(undefined, { WEBHOOK_RETRY_DELAYS: '400ms' })
    await using account = await scene.subscribe('OBJECT')
    await scene.addWorker()
    const refused = new Set<string>()
    account.receiver.answer = ({ event }) => ({
      status: refused.has(String(event.data.object['id'])) ? 500 : 200,
    })
    const held = [await scene.record(), await scene.record()]
    const free = await scene.record()
    await account.receiver.waitFor(3)
    // Twice: what is known of a line must neither outlive what it was found out from nor be lost.
    for (const round of ['a', 'b']) {
      for (const id of held) refused.add(id)
      for (let n = 1; n <= 4; n++) {
        for (const id of [...held, free]) await scene.change(id, `${round}${n}`)
        await account.receiver.waitUntil((all) =>
          all.some(({ event }) => event.data.object['title'] === `${round}${n}`),
        )
      }
      for (const id of held) {
        refused.delete(id)
        await account.receiver.waitUntil((all) =>
          all.some(
            ({ event: { data } }) =>
              data.object['id'] === id && data.object['title'] === `${round}4`,
          ),
        )
      }
    }
    await untilSettled(scene.cluster)
    await expectInOrder(scene.cluster, account)
  })
})
