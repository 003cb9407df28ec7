import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepHouse } from '../../src/delivery/log/retention.ts'
import { makeLogEntry, writeLog } from '../../src/delivery/log/log-statement.ts'
import { graphql } from '../../src/generated/client/index.ts'
import type { WebhookStatisticsWindow } from '../../src/generated/client/graphql.ts'
import { MIGRATIONS_DIR } from '../../src/database/migrations/migrate.ts'
import { addOrganization, ask, startTestApp, type TestApp } from '../harness/app.ts'
import { until } from '../harness/process.ts'
import { type Receiver, startReceiver } from '../harness/receiver.ts'
import { noteStatements } from '../harness/statements.ts'
import { setWebhookScene, type WebhookScene } from '../harness/webhook-scene.ts'

const ReadStatistics = graphql(`
  query ReadStatistics($id: ID!, $window: WebhookStatisticsWindow! = LAST_24_HOURS) {
    webhookEndpoint(id: $id) {
      attemptStatistics(window: $window) {
        succeeded
        failed
        points {
          from
          succeeded
          failed
        }
        byStatusCode {
          statusCode
          attempts
        }
        byFailure {
          failure
          attempts
        }
        byType {
          eventType
          succeeded
          failed
        }
        latency {
          upToMs
          attempts
        }
      }
    }
  }
`)

const ListStatistics = graphql(`
  query ListStatistics {
    webhookEndpoints {
      nodes {
        id
        attemptStatistics {
          points {
            succeeded
            failed
          }
        }
      }
    }
  }
`)

const SetZone = graphql(`
  mutation SetZone($input: OrganizationUpdateInput!) {
    organizationUpdate(input: $input) {
      userErrors {
        message
      }
    }
  }
`)

let test: TestApp
let scene: WebhookScene
let receiver: Receiver
let endpointId: string
beforeAll(async () => {
  test = await startTestApp({ WEBHOOK_RETRY_DELAYS: '1ms' })
  scene = await setWebhookScene(test)
  receiver = await startReceiver()
  endpointId = await scene.addEndpoint(receiver.url, { eventTypes: ['workorder.*', 'location.*'] })
  // 503, then 500, then taken: of the first event alone.
  const answers = [503, 500]
  receiver.answer = () => ({ status: answers.shift() ?? 200 })
  await scene.addWorkOrder()
  await scene.addWorkOrder()
  await scene.addFloor('Floor')
  await until('all to arrive', async () => {
    await scene.settle()
    const statuses = await scene.statuses(endpointId)
    return statuses.length === 3 && statuses.every((status) => status === 'SUCCEEDED')
  })
})
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

async function read(window: WebhookStatisticsWindow = 'LAST_24_HOURS', id = endpointId) {
  const { webhookEndpoint } = await ask(test.url, scene.org.owner, ReadStatistics, { id, window })
  if (webhookEndpoint === null || webhookEndpoint === undefined) throw new Error('no endpoint')
  return webhookEndpoint.attemptStatistics
}

const sql = (text: string, values: unknown[] = []) => test.app.database.pool.query(text, values)

async function counts() {
  const { rows } = await sql('SELECT * FROM webhook_attempt_hour ORDER BY 1, 3, 4, 5, 6')
  return rows
}

describe('attempts over time', () => {
  it('are counted by result, answer, type and time as they are logged', async () => {
    const found = await read()
    expect(found).toMatchObject({ succeeded: 3, failed: 2 })
    expect(found.byStatusCode).toEqual(
      expect.arrayContaining([
        { statusCode: 200, attempts: 3 },
        { statusCode: 500, attempts: 1 },
        { statusCode: 503, attempts: 1 },
      ]),
    )
    expect(found.byFailure).toEqual([{ failure: 'response.status', attempts: 2 }])
    expect(found.byType).toEqual([
      { eventType: 'workorder.created', succeeded: 2, failed: 2 },
      { eventType: 'location.created', succeeded: 1, failed: 0 },
    ])
    expect(found.latency.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(5)
    expect(found.latency.at(-1)).toEqual({ upToMs: null, attempts: 0 })
  })

  it.each([
    ['LAST_HOUR', 2],
    ['LAST_24_HOURS', 24],
    ['LAST_7_DAYS', 168],
    ['LAST_30_DAYS', 30],
  ] as const)('of %s have %i points without a gap, and all attempts', async (window, length) => {
    const { points, succeeded, failed } = await read(window)
    expect(points.length).toBe(length)
    const sum = (of: 'succeeded' | 'failed') => points.reduce((all, point) => all + point[of], 0)
    expect([sum('succeeded'), sum('failed')]).toEqual([succeeded, failed])
    expect([succeeded, failed]).toEqual([3, 2])
    const steps = points.slice(1).map((point, nth) => {
      return Date.parse(point.from) - Date.parse(points[nth]?.from ?? '')
    })
    const hour = 3_600_000
    expect(new Set(steps)).toEqual(new Set([window === 'LAST_30_DAYS' ? 24 * hour : hour]))
  })

  it('have days in the zone of the organization', async () => {
    const zone = { input: { timezone: 'Asia/Tokyo' } }
    expect(
      (await ask(test.url, scene.org.owner, SetZone, zone)).organizationUpdate.userErrors,
    ).toEqual([])
    const { points } = await read('LAST_30_DAYS')
    expect(points[0]?.from).toContain('T15:00:00')
    expect(points.reduce((sum, point) => sum + point.succeeded, 0)).toBe(3)
  })

  it('are read from what was counted, and from nothing else', async () => {
    using statements = noteStatements()
    await read('LAST_30_DAYS')
    const touching = statements.texts.filter((text) =>
      /webhook_attempt\b|webhook_delivery\b/.test(text),
    )
    expect(touching).toEqual([])
    expect(statements.texts.filter((text) => text.includes('webhook_attempt_hour')).length).toBe(1)
  })

  it('of a whole page of endpoints take as many statements as of one', async () => {
    const other = await scene.addEndpoint(receiver.url, { eventTypes: ['asset.*'] })
    using statements = noteStatements()
    const { webhookEndpoints } = await ask(test.url, scene.org.owner, ListStatistics)
    expect(webhookEndpoints.nodes.map(({ id }) => id)).toEqual([other, endpointId])
    expect(webhookEndpoints.nodes[0]?.attemptStatistics.points.length).toBe(24)
    expect(statements.texts.filter((text) => text.includes('webhook_attempt_hour')).length).toBe(1)
  })

  it('do not count tests', async () => {
    const before = await counts()
    await ask(test.url, scene.org.owner, SendTest, { input: { id: endpointId } })
    expect(await counts()).toEqual(before)
  })

  it('count what is written twice once', async () => {
    const delivery = await sql('SELECT id FROM webhook_delivery WHERE endpoint_id = $1 LIMIT 1', [
      endpointId,
    ])
    const entry = makeLogEntry({
      endpointId,
      organizationId: scene.org.organizationId,
      claim: undefined,
      record: {
        deliveryId: String(delivery.rows[0]?.id),
        attempt: 9,
        trigger: 'MANUAL',
        startedAtMs: Date.now(),
        succeeded: false,
        failure: 'connect.refused',
        error: 'refused',
        requestHeaders: '',
        exchange: NO_EXCHANGE,
        next: { kind: 'exhausted' },
      },
    })
    const { pool } = test.app.database
    await writeLog(pool, [entry])
    await writeLog(pool, [entry, entry])
    const found = await read()
    expect(found.byFailure).toContainEqual({ failure: 'connect.refused', attempts: 1 })
    expect(found.byStatusCode).toContainEqual({ statusCode: null, attempts: 1 })
    expect(found.latency.at(-1)).toEqual({ upToMs: null, attempts: 1 })
  })

  it('of an older log are counted by the migration as they would have been', async () => {
    const before = await counts()
    const text = await readFile(
      path.join(MIGRATIONS_DIR, '20261201161500_attempt_hours', 'migration.sql'),
      'utf8',
    )
    const backfill = /INSERT INTO[^;]*;/.exec(text)?.[0] ?? ''
    await sql('TRUNCATE webhook_attempt_hour')
    await sql(backfill)
    expect(await counts()).toEqual(before)
  })

  it('are kept as long as the log, and for a month at least', async () => {
    const { pool } = test.app.database
    const days = (count: number) => new Date(Date.now() + count * 86_400_000)
    await keepHouse(pool, 1, days(30))
    expect((await counts()).length).toBeGreaterThan(0)
    await keepHouse(pool, 40, days(39))
    expect((await counts()).length).toBeGreaterThan(0)
    await keepHouse(pool, 40, days(42))
    expect(await counts()).toEqual([])
  })

  it('of another organization are not told', async () => {
    const stranger = await addOrganization(test)
    const answer = await ask(test.url, stranger.owner, ReadStatistics, { id: endpointId })
    expect(answer.webhookEndpoint).toBeNull()
  })
})

const SendTest = graphql(`
  mutation SendCountedTest($input: WebhookEndpointTestInput!) {
    webhookEndpointTest(input: $input) {
      attempt {
        succeeded
      }
    }
  }
`)

const NO_EXCHANGE = {
  answer: undefined,
  error: undefined,
  remoteAddress: undefined,
  dnsMs: undefined,
  connectMs: undefined,
  tlsMs: undefined,
  firstByteMs: undefined,
  totalMs: 31_000,
}
