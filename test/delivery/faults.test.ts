import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dispatch, openDispatchPool } from '../../src/events/dispatch.ts'
import { createHandOver } from '../../src/webhooks/deliveries/hand-over.ts'
import type { Node } from '../harness/cluster.ts'
import {
  holdAnswers,
  isBlocked,
  kill,
  live,
  type Scene,
  setScene,
  standInTheWay,
  type Subscriber,
} from '../harness/fault-scene.ts'
import { expectInOrder, untilSettled } from '../harness/ledger.ts'
import { until } from '../harness/process.ts'

const EVENTS = 5

let scene: Scene
beforeAll(async () => {
  scene = await setScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

interface Stage {
  /** Brings the worker to the stage, keeps it there while it is killed, and clears the way. */
  dieThere(scene: Scene, account: Subscriber): Promise<void>
  /** Requests that the next worker may have to send again. */
  maxRepeats: number
}

async function recordAll(scene: Scene): Promise<void> {
  for (let n = 0; n < EVENTS; n++) await scene.record()
}

async function untilPositioned({ cluster }: Scene, endpointId: string): Promise<void> {
  await until('all deliveries', async () => {
    const found = await cluster.database.pool.query(
      'SELECT 1 FROM webhook_delivery WHERE endpoint_id = $1',
      [endpointId],
    )
    return found.rows.length === EVENTS
  })
}

async function dieBehind(scene: Scene, lock: string, statement: string): Promise<void> {
  const worker = await scene.addWorker()
  await using _way = await standInTheWay(scene.databaseUrl, lock)
  await recordAll(scene)
  await until(`the worker at ${statement}`, isBlocked(scene, statement))
  await kill(worker)
}

/** What the dispatcher asks when it has locked the head of a log and gives no positions yet. */
const FAN_OUT_READS = 'SELECT id, organization_id, version FROM webhook_endpoint'

/** The statement of the log, by its first thousand letters: PostgreSQL shows no more of it. */
const LOG_WRITE = 'webhook_attempt_trigger[]'

const STAGES: Record<string, Stage> = {
  'recorded, no position yet': {
    maxRepeats: 0,
    dieThere: (scene) => dieBehind(scene, 'LOCK TABLE webhook_endpoint', FAN_OUT_READS),
  },
  'positioned, its lane not claimed': {
    maxRepeats: 0,
    async dieThere(scene) {
      const { cluster } = scene
      await recordAll(scene)
      // All that a worker does up to its commit, and nothing of what it does after.
      const nothing = { endpointIds: new Set<string>(), done: Promise.resolve() }
      const handOver = createHandOver({ claimBehind: () => nothing, wake: () => undefined })
      const pool = openDispatchPool(scene.databaseUrl)
      const turn = { organizationIds: [cluster.organizationId], work: 1_000 }
      expect((await dispatch(pool, turn, handOver)).size).toBe(1)
      await pool.end()
    },
  },
  'claimed, the endpoint not opened': {
    maxRepeats: 0,
    dieThere: (scene) =>
      dieBehind(scene, 'LOCK TABLE webhook_endpoint_secret', 'webhook_endpoint_secret'),
  },
  'sent, not answered': {
    maxRepeats: 1,
    async dieThere(scene, { receiver }) {
      const worker = await scene.addWorker()
      receiver.answer = () => new Promise(() => undefined)
      await recordAll(scene)
      await receiver.waitFor(1)
      await kill(worker)
      receiver.answer = undefined
    },
  },
  'answered, not logged': {
    maxRepeats: EVENTS,
    async dieThere(scene, { receiver, endpointId }) {
      const worker = await scene.addWorker()
      const answer = holdAnswers(receiver)
      await recordAll(scene)
      await receiver.waitFor(1)
      await untilPositioned(scene, endpointId)
      await using _way = await standInTheWay(
        scene.databaseUrl,
        'LOCK TABLE webhook_attempt IN SHARE MODE',
      )
      answer()
      await receiver.waitFor(EVENTS)
      await until('the log write', isBlocked(scene, LOG_WRITE))
      await kill(worker)
    },
  },
  'logged, its lane not let go': {
    maxRepeats: 0,
    async dieThere(scene, { receiver, endpointId }) {
      const { pool } = scene.cluster.database
      const worker = await scene.addWorker()
      const answer = holdAnswers(receiver)
      await recordAll(scene)
      await receiver.waitFor(1)
      await untilPositioned(scene, endpointId)
      // A log write that changes nothing of the lane's health leaves its row alone.
      await pool.query(
        `UPDATE delivery_lane SET last_success_at = now() + interval '1 hour' WHERE endpoint_id = $1`,
        [endpointId],
      )
      await using _way = await standInTheWay(
        scene.databaseUrl,
        `SELECT 1 FROM delivery_lane WHERE endpoint_id = '${endpointId}' FOR SHARE`,
      )
      answer()
      await until('the log', async () => {
        const open = await pool.query(
          `SELECT 1 FROM webhook_delivery WHERE endpoint_id = $1 AND status = 'PENDING'`,
          [endpointId],
        )
        return open.rows.length === 0
      })
      await until('the lane at its end', isBlocked(scene, 'UPDATE delivery_lane'))
      await kill(worker)
    },
  },
}

describe('a worker that is killed', () => {
  it.each(Object.entries(STAGES))('%s: the next one goes on from there', async (_name, stage) => {
    await using account = await scene.subscribe()
    await stage.dieThere(scene, account)
    await scene.addWorker()
    await untilSettled(scene.cluster)
    expect(account.received.length).toBeGreaterThanOrEqual(EVENTS)
    expect(await expectInOrder(scene.cluster, account)).toBeLessThanOrEqual(stage.maxRepeats)
  })
})

describe('several workers', () => {
  it.each([
    [2, 3],
    [4, 4],
  ])(
    '%i at once, killed %i times: nothing is lost, the order holds',
    { timeout: 180_000 },
    async (count, kills) => {
      const workers: Node[] = []
      for (let n = 0; n < count; n++) workers.push(await scene.addWorker())
      const killOne = async (nth: number) => {
        const victim = workers[nth % count]
        if (victim !== undefined) await kill(victim)
        workers[nth % count] = await scene.addWorker()
      }
      await live(
        scene,
        Array.from({ length: kills }, (_, nth) => () => killOne(nth)),
      )
    },
  )

  it('share a backlog: one that starts later takes over half of the lanes', async () => {
    await using stack = new AsyncDisposableStack()
    const accounts: Subscriber[] = []
    for (let n = 0; n < 8; n++) {
      const account = stack.use(await scene.subscribe())
      account.receiver.answer = async () => {
        await new Promise((resolve) => setTimeout(resolve, 250))
        return { status: 200 }
      }
      accounts.push(account)
    }
    await scene.addWorker()
    for (let n = 0; n < 40; n++) await scene.record()
    await Promise.all(accounts.map((account) => account.receiver.waitFor(1)))
    await scene.addWorker()
    await until('an even spread', async () => {
      const found = await scene.cluster.database.pool.query<{ lanes: number }>(
        `SELECT count(*)::int AS lanes FROM delivery_lane
          WHERE worker_id IS NOT NULL GROUP BY worker_id`,
      )
      return found.rows.length === 2 && found.rows.every((row) => row.lanes >= 3)
    })
    for (const account of accounts) account.receiver.answer = undefined
    await untilSettled(scene.cluster)
    for (const account of accounts) {
      // What one worker had sent was logged before the other took over.
      expect(await expectInOrder(scene.cluster, account)).toBe(0)
    }
  })

  it('one frozen until its lanes are taken decides nothing when it wakes up', async () => {
    await using account = await scene.subscribe()
    const { pool } = scene.cluster.database
    const frozen = await scene.addWorker()
    const answer = holdAnswers(account.receiver)
    await recordAll(scene)
    await account.receiver.waitFor(1)
    await untilPositioned(scene, account.endpointId)
    frozen.process.signal('SIGSTOP')
    // What its machine's end would do: the lock that it lives by is gone.
    await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'plantroom delivery worker' AND datname = current_database()`,
    )
    await scene.addWorker()
    await account.receiver.waitFor(2)
    answer()
    await untilSettled(scene.cluster)
    frozen.process.signal('SIGCONT')
    await until('the log of the one that woke up', async () => {
      const logged = await pool.query('SELECT 1 FROM webhook_attempt WHERE endpoint_id = $1', [
        account.endpointId,
      ])
      return logged.rows.length === EVENTS + 1
    })
    expect(await expectInOrder(scene.cluster, account)).toBe(1)
  })

  it('one frozen in the midst of positioning holds the others up for some seconds at most', async () => {
    await using account = await scene.subscribe()
    const frozen = await scene.addWorker()
    await scene.record()
    await account.receiver.waitFor(1)
    // A lane that is frozen too is somebody else's after a minute only.
    await until('the lane to be let go', async () => {
      const { pool } = scene.cluster.database
      const held = await pool.query('SELECT 1 FROM delivery_lane WHERE worker_id IS NOT NULL')
      return held.rowCount === 0
    })
    {
      await using _way = await standInTheWay(scene.databaseUrl, 'LOCK TABLE webhook_endpoint')
      await scene.record()
      await until('the dispatcher', isBlocked(scene, FAN_OUT_READS))
      frozen.process.signal('SIGSTOP')
    }
    await scene.addWorker()
    await recordAll(scene)
    await untilSettled(scene.cluster)
    await expectInOrder(scene.cluster, account)
  })
})
