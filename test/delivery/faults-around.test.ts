import path from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/postgres/embedded.ts'
import { keepHouse } from '../../src/delivery/log/retention.ts'
import { startCuttingProxy } from '../harness/cutting-proxy.ts'
import {
  holdAnswers,
  kill,
  live,
  type Scene,
  setScene,
  standInTheWay,
} from '../harness/fault-scene.ts'
import { expectInOrder, untilSettled } from '../harness/ledger.ts'
import { until } from '../harness/process.ts'

const SETTINGS = { fsync: 'off', max_connections: '90' }
const MINUTES_MS = 60_000

let stack: AsyncDisposableStack
let scene: Scene
let postgres: EmbeddedPostgres
let folder: string
/** Where the proxy leads to: PostgreSQL takes another port at each start. */
const targets: number[] = []

beforeAll(async () => {
  stack = new AsyncDisposableStack()
  folder = stack.use(await temporaryFolder('faults')).path
  postgres = await startEmbeddedPostgres(folder, { settings: SETTINGS })
  stack.defer(() => postgres[Symbol.asyncDispose]())
  const url = new URL(postgres.url)
  targets.push(Number(url.port))
  const proxy = stack.use(await startCuttingProxy(targets))
  url.port = String(proxy.port)
  scene = stack.use(await setScene(url.href, { DATABASE_POOL_SIZE: '2' }))
})
afterAll(() => stack.disposeAsync())

async function restartPostgres(): Promise<void> {
  await postgres[Symbol.asyncDispose]()
  postgres = await startEmbeddedPostgres(folder, { settings: SETTINGS })
  targets[0] = Number(new URL(postgres.url).port)
}

/** Takes every connection that PostgreSQL gives, ours among them, until it is disposed of. */
async function takeAllConnections(): Promise<AsyncDisposable> {
  const taken: Client[] = []
  const takeOne = async () => {
    const client = new Client({ connectionString: postgres.url })
    client.on('error', () => undefined)
    await client.connect()
    taken.push(client)
  }
  const takeRest = async () => {
    for (;;) {
      try {
        await takeOne()
      } catch (error) {
        if (/too many clients|remaining connection slots/.test(String(error))) return
        throw error
      }
    }
  }
  await takeRest()
  await taken[0]?.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name LIKE 'plantroom%' AND pid % 2 = 0`,
  )
  await takeRest()
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(taken.map((client) => client.end()))
    },
  }
}

/** Lets nothing into the attempt log that a condition holds of, until it is disposed of. */
async function refuseAttempts(errorCode: string, condition = 'true'): Promise<AsyncDisposable> {
  const { pool } = scene.cluster.database
  await pool.query(`
    CREATE FUNCTION refuse_attempt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF ${condition} THEN RAISE EXCEPTION 'refused' USING ERRCODE = '${errorCode}'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON webhook_attempt FOR EACH ROW EXECUTE FUNCTION refuse_attempt()`)
  return {
    async [Symbol.asyncDispose]() {
      await pool.query('DROP FUNCTION refuse_attempt CASCADE')
    },
  }
}

describe('the database', () => {
  it(
    'stopped, started, crashed and out of connections in the midst of it: nothing is lost',
    { timeout: 3 * MINUTES_MS },
    async () => {
      await scene.addWorker()
      await scene.addWorker()
      const crash = async () => {
        const found = await scene.cluster.database.pool.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`,
        )
        process.kill(found.rows[0]?.pid ?? 0, 'SIGKILL')
      }
      const exhaust = async () => {
        await using _taken = await takeAllConnections()
        // Long enough for the workers' pools to be refused again and again.
        await new Promise((resolve) => setTimeout(resolve, 3_000))
      }
      await live(scene, [restartPostgres, exhaust, crash, restartPostgres])
    },
  )

  it('that takes no log entries stops the sending, and loses and repeats nothing', async () => {
    await using account = await scene.subscribe()
    await scene.addWorker()
    const answer = holdAnswers(account.receiver)
    for (let n = 0; n < 90; n++) await scene.record()
    await untilPositioned(account.endpointId, 90)
    {
      await using _full = await refuseAttempts('disk_full')
      answer()
      await account.receiver.waitFor(64)
      // What is answered but not logged is bounded: it is what a crash would repeat.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(account.received.length).toBeLessThanOrEqual(64)
    }
    await untilSettled(scene.cluster)
    expect(await expectInOrder(scene.cluster, account)).toBe(0)
  })

  it('that takes no log entries does not hold up what comes meanwhile', async () => {
    await using account = await scene.subscribe()
    await scene.addWorker()
    {
      await using _full = await refuseAttempts('disk_full')
      for (let n = 1; n <= 5; n++) {
        await scene.record()
        await account.receiver.waitFor(n)
      }
    }
    await untilSettled(scene.cluster)
    expect(await expectInOrder(scene.cluster, account)).toBe(0)
  })

  it('that takes no log entries when the worker is killed repeats with the same ids', async () => {
    await using account = await scene.subscribe()
    const worker = await scene.addWorker()
    {
      await using _full = await refuseAttempts('disk_full')
      for (let n = 0; n < 5; n++) await scene.record()
      await account.receiver.waitFor(1)
      await kill(worker)
    }
    await scene.addWorker()
    await untilSettled(scene.cluster)
    expect(await expectInOrder(scene.cluster, account)).toBeGreaterThan(0)
  })

  it('that does not take one entry gets it without its texts; the others are whole', async () => {
    await using account = await scene.subscribe()
    await scene.addWorker()
    account.receiver.answer = ({ headers }) => ({
      status: 200,
      body: headers['webhook-sequence'] === '3' ? 'poison' : 'fine',
    })
    await using _picky = await refuseAttempts('check_violation', `NEW.response_body = 'poison'`)
    for (let n = 0; n < 5; n++) await scene.record()
    await untilSettled(scene.cluster)
    expect(await expectInOrder(scene.cluster, account)).toBe(0)
    const { rows } = await scene.cluster.database.pool.query<{ body: string }>(
      `SELECT attempt.response_body AS body FROM webhook_attempt AS attempt
         JOIN webhook_delivery AS delivery ON delivery.id = attempt.delivery_id
        WHERE delivery.endpoint_id = $1 ORDER BY delivery.sequence`,
      [account.endpointId],
    )
    expect(rows.map((row) => row.body)).toEqual(['fine', 'fine', '', 'fine', 'fine'])
  })
})

describe('an old day of the log', () => {
  it('that somebody is reading is kept until the next time, and holds up nobody who writes', async () => {
    const { pool } = scene.cluster.database
    const isThere = async () =>
      (await pool.query(`SELECT 1 FROM pg_class WHERE relname = 'webhook_attempt_20200101'`)).rows
        .length === 1
    await using account = await scene.subscribe()
    await pool.query(`CREATE TABLE webhook_attempt_20200101 PARTITION OF webhook_attempt
      FOR VALUES FROM ('2020-01-01 00:00Z') TO ('2020-01-02 00:00Z')`)
    {
      await using _reader = await standInTheWay(postgres.url, 'SELECT 1 FROM webhook_attempt')
      await keepHouse(pool, 30)
      expect(await isThere()).toBe(true)
      await scene.addWorker()
      await scene.record()
      await untilSettled(scene.cluster)
    }
    await until('the end of the day', async () => {
      await keepHouse(pool, 30)
      return !(await isThere())
    })
    await expectInOrder(scene.cluster, account)
  })
})

async function untilPositioned(endpointId: string, count: number): Promise<void> {
  await until('all deliveries', async () => {
    const found = await scene.cluster.database.pool.query(
      'SELECT 1 FROM webhook_delivery WHERE endpoint_id = $1',
      [endpointId],
    )
    return found.rows.length === count
  })
}

describe('a clock', () => {
  it('that is set back by an hour delays no retry and no delivery', async () => {
    await using account = await scene.subscribe()
    const clock = path.resolve(import.meta.dirname, '../harness/movable-clock.ts')
    const worker = await scene.addWorker({ NODE_OPTIONS: `--import=${clock}` })
    const before = Date.now()
    let failing = true
    account.receiver.answer = () => ({ status: failing ? 500 : 200 })
    for (let n = 0; n < 3; n++) await scene.record()
    await account.receiver.waitFor(2)
    worker.process.signal('SIGUSR2')
    const tried = account.received.length
    await account.receiver.waitFor(tried + 3)
    failing = false
    await scene.record()
    await account.receiver.waitUntil((all) => new Set(all.map((one) => one.event.id)).size === 4)
    await untilSettled(scene.cluster)
    // It did go back: the signature carries the worker's time.
    const stamp = Number(account.received.at(-1)?.headers['webhook-timestamp']) * 1_000
    expect(stamp).toBeLessThan(before)
    const sequences = account.received.map((one) => Number(one.headers['webhook-sequence']))
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
  })
})
