import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SWEEPS } from '../../src/worker/sweeps.ts'
import { keepHouse } from '../../src/delivery/log/retention.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { cancelSkipped } from '../../src/webhooks/life/buffered.ts'
import { tellExhausted } from '../../src/webhooks/life/exhausted-sweep.ts'
import { sweepEndpointLife } from '../../src/webhooks/life/life-sweep.ts'
import { ask, send, startTestApp, type TestApp } from '../harness/app.ts'
import { ReadEvents } from '../harness/documents.ts'
import { until } from '../harness/process.ts'
import { startReceiver } from '../harness/receiver.ts'
import { noteStatements } from '../harness/statements.ts'
import { expectPublished, storedEvents } from '../harness/stored-events.ts'
import { fillBacklog, setWebhookScene, titles, types } from '../harness/webhook-scene.ts'

const ReadLife = graphql(`
  query ReadLife($id: ID!) {
    webhookEndpoint(id: $id) {
      status
      disabledReason
      health {
        status
        consecutiveFailures
        failingSince
        lastFailureAt
        disabledAt
        pendingDeliveries
      }
    }
  }
`)

const DeleteAnEndpoint = graphql(`
  mutation DeleteAnEndpoint($input: WebhookEndpointDeleteInput!) {
    webhookEndpointDelete(input: $input) {
      deletedId
    }
  }
`)

const HOUR_MS = 3_600_000
const SETTINGS = { disableAfterMs: 120 * HOUR_MS, disableSpreadMs: 12 * HOUR_MS }
const WORKERS = [1, 2, 3, 4]

let test: TestApp
beforeAll(async () => {
  test = await startTestApp({ WEBHOOK_RETRY_DEADLINE: '1h' })
})
afterAll(() => test[Symbol.asyncDispose]())

/** The same sweep on several workers at once. */
const sweepTogether = (now: Date) =>
  Promise.all(WORKERS.map(() => sweepEndpointLife(test.app, SETTINGS, now)))

const readLife = async (scene: Awaited<ReturnType<typeof setWebhookScene>>, id: string) => {
  const { webhookEndpoint } = await ask(test.url, scene.org.owner, ReadLife, { id })
  if (webhookEndpoint === null || webhookEndpoint === undefined) throw new Error('no endpoint')
  return webhookEndpoint
}

/** An endpoint that has failed twice, as if so many hours lay between the two. */
async function addFailing(
  scene: Awaited<ReturnType<typeof setWebhookScene>>,
  url: string,
  spreadHours: number,
): Promise<{ id: string; since: Date }> {
  const id = await scene.addEndpoint(url, { eventTypes: ['*'] })
  await scene.addWorkOrder('never taken')
  await until(
    'two failures',
    async () => (await readLife(scene, id)).health.consecutiveFailures >= 2,
  )
  // Between attempts nobody writes: the next one may move the end on, which changes nothing here.
  const since = new Date(Date.now() - spreadHours * HOUR_MS)
  await test.app.database.pool.query(
    'UPDATE delivery_lane SET failing_since = $2 WHERE endpoint_id = $1',
    [id, since],
  )
  return { id, since }
}

const after = (since: Date, percent: number) =>
  new Date(since.getTime() + (SETTINGS.disableAfterMs * percent) / 100)

describe('an endpoint that does nothing but fail', () => {
  it('is warned of at 50, 70, 90 % of five days and disabled at 100 %, once each on many workers', async () => {
    const scene = await setWebhookScene(test)
    await using dead = await startReceiver()
    await using other = await startReceiver()
    dead.answer = () => ({ status: 500 })
    await scene.addEndpoint(other.url, { eventTypes: ['webhook.*'] })
    const { id, since } = await addFailing(scene, dead.url, 13)
    for (const [percent, told] of [
      [49, 0],
      [50, 1],
      [60, 1],
      [70, 2],
      [90, 3],
      [99, 3],
      [100, 4],
      [130, 4],
    ] as const) {
      await sweepTogether(after(since, percent))
      expect([percent, (await scene.told()).length]).toEqual([percent, told])
    }
    const expected = [
      'webhook.endpoint.failing',
      'webhook.endpoint.failing',
      'webhook.endpoint.failing',
      'webhook.endpoint.disabled',
    ]
    expect(types(await other.waitFor(4))).toEqual(expected)
    expect(other.received.slice(0, 3).map(({ event }) => event.data.object)).toMatchObject(
      [50, 70, 90].map((percent) => ({ endpointId: id, percent })),
    )
    expect(await readLife(scene, id)).toMatchObject({
      status: 'DISABLED',
      disabledReason: expect.stringContaining('Every attempt has failed since'),
    })
    for (const event of await storedEvents(test, scene.org.organizationId, id))
      expectPublished(event)
    // The live stream and the log of the owner have them, and nobody's who may not manage webhooks.
    const read = (credentials: typeof scene.org.owner) =>
      ask(test.url, credentials, ReadEvents, { types: ['webhook.*'] })
    expect((await read(scene.org.owner)).events.nodes.map(({ type }) => type)).toEqual(expected)
    const manager = await scene.org.addUser('MANAGER')
    expect((await read(manager.credentials)).events.nodes).toEqual([])
  })

  it('does not hear of itself', async () => {
    const scene = await setWebhookScene(test)
    await using dead = await startReceiver()
    dead.answer = () => ({ status: 500 })
    const { id, since } = await addFailing(scene, dead.url, 13)
    await sweepTogether(after(since, 100))
    expect(await scene.told()).toEqual(['webhook.endpoint.disabled'])
    await scene.settle()
    dead.answer = undefined
    await scene.resume(id)
    await scene.addWorkOrder('marker')
    await dead.waitUntil((all) => titles(all).includes('marker'))
    expect(new Set(types(dead.received))).toEqual(new Set(['workorder.created']))
  })

  it('is not disabled when its failures lie less than 12 hours apart', async () => {
    const scene = await setWebhookScene(test)
    await using dead = await startReceiver()
    dead.answer = () => ({ status: 500 })
    const { id, since } = await addFailing(scene, dead.url, 11)
    await sweepTogether(after(since, 101))
    expect(await scene.told()).toEqual(['webhook.endpoint.failing'])
    await sweepTogether(after(since, 200))
    expect(await scene.told()).toEqual(['webhook.endpoint.failing'])
    expect((await readLife(scene, id)).status).toBe('ACTIVE')
  })

  it('starts over with the first success', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    receiver.answer = () => ({ status: 500 })
    const first = await addFailing(scene, receiver.url, 13)
    await sweepTogether(after(first.since, 70))
    receiver.answer = undefined
    await until(
      'a success',
      async () => (await readLife(scene, first.id)).health.status === 'HEALTHY',
    )
    expect((await readLife(scene, first.id)).health).toMatchObject({
      consecutiveFailures: 0,
      failingSince: null,
      disabledAt: null,
    })
    await sweepTogether(after(first.since, 200))
    expect(await scene.told()).toEqual(['webhook.endpoint.failing'])
    receiver.answer = () => ({ status: 500 })
    await scene.addWorkOrder()
    await until(
      'a failure',
      async () => (await readLife(scene, first.id)).health.status === 'FAILING',
    )
    const { health } = await readLife(scene, first.id)
    const since = new Date(health.failingSince ?? '')
    expect(new Date(health.disabledAt ?? '').getTime()).toBe(after(since, 100).getTime())
    await sweepTogether(after(since, 51))
    expect((await scene.told()).length).toBe(2)
  })

  it('is left alone while a person has paused it', async () => {
    const scene = await setWebhookScene(test)
    await using dead = await startReceiver()
    dead.answer = () => ({ status: 500 })
    const { id, since } = await addFailing(scene, dead.url, 13)
    await scene.pause(id)
    await sweepTogether(after(since, 150))
    expect(await scene.told()).toEqual([])
    expect((await readLife(scene, id)).status).toBe('PAUSED')
  })

  it('and answers 410 is disabled at once, and told of once on many workers', async () => {
    const scene = await setWebhookScene(test)
    await using gone = await startReceiver()
    gone.answer = () => ({ status: 410 })
    const id = await scene.addEndpoint(gone.url)
    await scene.addWorkOrder()
    await until('the end', async () => (await readLife(scene, id)).status === 'DISABLED')
    await sweepTogether(new Date())
    await sweepTogether(new Date())
    expect(await scene.told()).toEqual(['webhook.endpoint.disabled'])
    const [told] = await storedEvents(test, scene.org.organizationId, id)
    expect(told?.data.object).toMatchObject({
      endpointId: id,
      endpointHost: new URL(gone.url).host,
      reason: 'The endpoint answered 410 Gone.',
    })
  })
})

describe('with short times in the configuration', () => {
  it('all of it happens by the sweeps that a worker runs', async () => {
    await using quick = await startTestApp({
      WEBHOOK_RETRY_DELAYS: '20ms',
      WEBHOOK_DISABLE_AFTER: '600ms',
      WEBHOOK_DISABLE_SPREAD: '200ms',
    })
    const scene = await setWebhookScene(quick)
    await using dead = await startReceiver()
    dead.answer = () => ({ status: 500 })
    await scene.addEndpoint(dead.url)
    await scene.addWorkOrder()
    await until('the end', async () => {
      const life = SWEEPS.filter(({ name }) => name === 'webhook endpoint life')
      for (const { run } of life) await run({ ...quick.app, config: quick.config })
      return (await scene.told()).includes('webhook.endpoint.disabled')
    })
    const told = await scene.told()
    expect(told.length).toBeLessThanOrEqual(4)
    expect(told.filter((type) => type === 'webhook.endpoint.disabled').length).toBe(1)
  })
})

describe('a delivery whose time is over', () => {
  it('is told of once, to others, and giving up on that is not told of', async () => {
    await using hasty = await startTestApp({ WEBHOOK_RETRY_DEADLINE: '100ms' })
    const scene = await setWebhookScene(hasty)
    await using dead = await startReceiver()
    dead.answer = () => ({ status: 503 })
    await using listening = await startReceiver()
    // Two that fail and hear of each other: the shape of an endless exchange.
    const [one, two] = [
      await scene.addEndpoint(dead.url, { eventTypes: ['*'] }),
      await scene.addEndpoint(dead.url, { eventTypes: ['*'] }),
    ]
    await scene.addEndpoint(listening.url, { eventTypes: ['webhook.delivery.exhausted'] })
    await scene.addWorkOrder()
    const tell = () => Promise.all(WORKERS.map(() => tellExhausted(hasty.app)))
    const allGivenUp = (count: number) =>
      until('both given up', async () => {
        const all = [await scene.statuses(one), await scene.statuses(two)]
        return all.every(
          (each) => each.length === count && each.every((status) => status === 'EXHAUSTED'),
        )
      })
    await allGivenUp(1)
    await tell()
    expect((await scene.told()).length).toBe(2)
    // Each heard of the other, and did not take it.
    await allGivenUp(2)
    await tell()
    await tell()
    expect((await scene.told()).length).toBe(2)
    const received = await listening.waitFor(2)
    expect(received.map(({ event }) => event.data.object['endpointId']).toSorted()).toEqual(
      [one, two].toSorted(),
    )
    expect(received[0]?.event.data.object).toMatchObject({
      eventType: 'workorder.created',
      sequence: 1,
      lastStatusCode: 503,
      lastFailure: 'response.status',
    })
    for (const event of await storedEvents(hasty, scene.org.organizationId, one))
      expectPublished(event)
  })
})

describe('what waits for a paused endpoint', () => {
  it('can be skipped however much it is: at once for the receiver, in batches in the database', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url, { ordering: 'OBJECT' })
    await scene.addWorkOrder('before')
    await receiver.waitFor(1)
    await scene.pause(id)
    await fillBacklog(test, id, 22_000)
    using statements = noteStatements()
    await scene.resume(id, true)
    expect(await countOf(id, 'CANCELLED')).toBe(5_000)
    expect((await readLife(scene, id)).health.pendingDeliveries).toBe(0)
    await scene.addWorkOrder('after')
    await receiver.waitUntil((all) => titles(all).includes('after'))
    expect(titles(receiver.received)).toEqual(['before', 'after'])
    expect(await countOf(id, 'PENDING')).toBeGreaterThan(10_000)
    statements.clear()
    await until('the last batch', async () => {
      await Promise.all(WORKERS.map(() => cancelSkipped(test.app)))
      return (await countOf(id, 'PENDING')) === 0
    })
    // A batch each, not one statement for all.
    const updates = statements.texts.filter((text) => text.includes("status = 'CANCELLED'"))
    expect(updates.length).toBeGreaterThanOrEqual(4)
    expect(await countOf(id, 'CANCELLED')).toBe(22_000)
    expect(receiver.received.length).toBe(2)
  })

  it('goes with a deleted endpoint, in batches too', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    await scene.pause(id)
    await fillBacklog(test, id, 12_000)
    await ask(test.url, scene.org.owner, DeleteAnEndpoint, { input: { id } })
    expect(await countOf(id, 'PENDING')).toBe(7_000)
    await until('the last batch', async () => {
      await cancelSkipped(test.app)
      return (await countOf(id, 'PENDING')) === 0
    })
    expect(receiver.received.length).toBe(1)
  })

  it('is kept for 30 days, and then removed with its log', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    await scene.pause(id)
    await fillBacklog(test, id, 3)
    const days = (count: number) => new Date(Date.now() + count * 24 * HOUR_MS)
    await keepHouse(test.app.database.pool, 30, days(29))
    expect(await countOf(id, 'PENDING')).toBe(3)
    await keepHouse(test.app.database.pool, 30, days(31))
    expect(await countOf(id, 'PENDING')).toBe(0)
  })

  it('is logged also on a day that nobody has made room for, and moves there once there is', async () => {
    const { pool } = test.app.database
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    // A month ahead, today is old enough to go.
    await keepHouse(pool, 30, new Date(Date.now() + 31 * 24 * HOUR_MS))
    await scene.addWorkOrder()
    await until('the log', async () => (await scene.statuses(id)).join() === 'SUCCEEDED')
    const logged = async () => {
      const { rows } = await pool.query<{ day: string }>(
        `SELECT attempt.tableoid::regclass::text AS day
           FROM webhook_attempt AS attempt JOIN webhook_delivery AS delivery ON delivery.id = delivery_id
          WHERE delivery.endpoint_id = $1`,
        [id],
      )
      return rows.map(({ day }) => day)
    }
    expect(await logged()).toEqual(['webhook_attempt_default'])
    await keepHouse(pool, 30)
    expect(await logged()).toEqual([expect.stringMatching(/^webhook_attempt_\d/)])
  })
})

async function countOf(endpointId: string, status: string): Promise<number> {
  const found = await test.app.database.pool.query<{ count: string }>(
    'SELECT count(*) FROM webhook_delivery WHERE endpoint_id = $1 AND status = $2::webhook_delivery_status',
    [endpointId, status],
  )
  return Number(found.rows[0]?.count)
}

it('events about sending are part of the catalogue and of no API key', async () => {
  const scene = await setWebhookScene(test)
  const key = await scene.org.addApiKey([])
  const answer = await send<{ eventTypes: { name: string; scopes: string[] }[] }, object>(
    test.url,
    key,
    '{ eventTypes { name scopes } }',
  )
  const found = answer.data.eventTypes.filter(({ name }) => name.startsWith('webhook.'))
  expect(Object.fromEntries(found.map(({ name, scopes }) => [name, scopes]))).toMatchObject({
    'webhook.delivery.exhausted': ['webhooks:manage'],
    'webhook.endpoint.disabled': ['webhooks:manage'],
    'webhook.endpoint.failing': ['webhooks:manage'],
  })
})
