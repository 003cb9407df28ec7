import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepHouse } from '../../src/delivery/log/retention.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { ask, send, startTestApp, type TestApp } from '../harness/app.ts'
import { cloneDatabase } from '../harness/database.ts'
import { until } from '../harness/process.ts'
import { type Received, type Receiver, startReceiver } from '../harness/receiver.ts'
import {
  fillBacklog,
  setWebhookScene,
  titles,
  type WebhookScene,
} from '../harness/webhook-scene.ts'

const Preview = graphql(`
  query PreviewReplay($input: WebhookReplayPreviewInput!) {
    webhookReplayPreview(input: $input) {
      count
      first
      last
      perSecond
      seconds
    }
  }
`)

const StartReplay = graphql(`
  mutation StartReplay($input: WebhookReplayStartInput!) {
    webhookReplayStart(input: $input) {
      replay {
        id
        status
        total
        remainingSeconds
      }
      userErrors {
        code
        path
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const CancelReplay = graphql(`
  mutation CancelReplay($input: WebhookReplayCancelInput!) {
    webhookReplayCancel(input: $input) {
      replay {
        status
      }
      userErrors {
        code
      }
    }
  }
`)

const ReadReplay = graphql(`
  query ReadReplay($id: ID!) {
    webhookReplay(id: $id) {
      status
      total
      sent
      succeeded
      failed
      remaining
      finishedAt
    }
  }
`)

const ListReplays = graphql(`
  query ListReplays($endpointId: ID!) {
    webhookReplays(endpointId: $endpointId) {
      totalCount
      nodes {
        id
      }
    }
  }
`)

const RetryExhausted = graphql(`
  mutation RetryExhausted($input: WebhookDeliveriesRetryExhaustedInput!) {
    webhookDeliveriesRetryExhausted(input: $input) {
      replay {
        id
        total
        statuses
      }
      userErrors {
        code
      }
    }
  }
`)

const RetrySeveral = graphql(`
  mutation RetrySeveral($input: WebhookDeliveriesRetryInput!) {
    webhookDeliveriesRetry(input: $input) {
      deliveries {
        id
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const ListForReplay = graphql(`
  query ListForReplay($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 50) {
      nodes {
        id
        created
        status
        attempts {
          trigger
          attempt
          requestHeaders {
            name
            value
          }
        }
      }
    }
  }
`)

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

interface Delivered {
  scene: WebhookScene
  id: string
  /** What was received in the first place. */
  before: Received[]
}

/** An endpoint that has taken one, two, three, … */
async function deliver(
  app: TestApp,
  receiver: Receiver,
  count = 4,
  ordering: 'ENDPOINT' | 'NONE' = 'ENDPOINT',
): Promise<Delivered> {
  const scene = await setWebhookScene(app)
  const id = await scene.addEndpoint(receiver.url, { ordering })
  for (let n = 1; n <= count; n++) await scene.addWorkOrder(`number ${n}`)
  await receiver.waitFor(count)
  await until('the log', async () =>
    (await scene.statuses(id)).every((status) => status === 'SUCCEEDED'),
  )
  return { scene, id, before: receiver.received.splice(0) }
}

async function start(
  app: TestApp,
  scene: WebhookScene,
  input: {
    endpointId: string
    perSecond?: number
    statuses?: ('EXHAUSTED' | 'SUCCEEDED' | 'CANCELLED')[]
    types?: string[]
    from?: string
    to?: string
  },
): Promise<string> {
  const answer = await ask(app.url, scene.org.owner, StartReplay, { input })
  expect(answer.webhookReplayStart.userErrors).toEqual([])
  return answer.webhookReplayStart.replay?.id ?? ''
}

async function read(app: TestApp, scene: WebhookScene, id: string) {
  const { webhookReplay } = await ask(app.url, scene.org.owner, ReadReplay, { id })
  if (webhookReplay == null) throw new Error('no replay')
  return webhookReplay
}

const completed = (app: TestApp, scene: WebhookScene, id: string) =>
  until('the end of the replay', async () => (await read(app, scene, id)).status === 'COMPLETED')

const ids = (received: readonly Received[]) => received.map(({ event }) => event.id)

describe('a replay', () => {
  it('sends the same bodies and event ids again, in order, marked in webhook-attempt', async () => {
    await using receiver = await startReceiver()
    const { scene, id, before } = await deliver(test, receiver, 6, 'NONE')
    const inOrder = before.toSorted(
      (a, b) => Number(a.headers['webhook-sequence']) - Number(b.headers['webhook-sequence']),
    )
    const replay = await start(test, scene, { endpointId: id, perSecond: 100 })
    await completed(test, scene, replay)
    expect(ids(receiver.received)).toEqual(ids(inOrder))
    expect(receiver.received.map(({ body }) => body)).toEqual(inOrder.map(({ body }) => body))
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-attempt']))).toEqual(
      new Set(['2;replay']),
    )
    expect(await read(test, scene, replay)).toMatchObject({
      total: 6,
      sent: 6,
      succeeded: 6,
      failed: 0,
      remaining: 0,
      finishedAt: expect.any(String),
    })
    const { webhookDeliveries } = await ask(test.url, scene.org.owner, ListForReplay, {
      endpointId: id,
    })
    expect(webhookDeliveries.nodes[0]?.attempts.map(({ trigger }) => trigger)).toEqual([
      'SCHEDULED',
      'REPLAY',
    ])
    const listed = await ask(test.url, scene.org.owner, ListReplays, { endpointId: id })
    expect(listed.webhookReplays).toMatchObject({ totalCount: 1, nodes: [{ id: replay }] })
  })

  it('that has ended is kept for 30 days', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 1)
    const replay = await start(test, scene, { endpointId: id })
    await completed(test, scene, replay)
    const days = (count: number) => new Date(Date.now() + count * 86_400_000)
    const count = async () =>
      (await ask(test.url, scene.org.owner, ListReplays, { endpointId: id })).webhookReplays
        .totalCount
    await keepHouse(test.app.database.pool, 30, days(29))
    expect(await count()).toBe(1)
    await keepHouse(test.app.database.pool, 30, days(31))
    expect(await count()).toBe(0)
  })

  it('tells first what it would send: count, first, last, pace and duration; and sends nothing for it', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 5)
    const { webhookDeliveries } = await ask(test.url, scene.org.owner, ListForReplay, {
      endpointId: id,
    })
    const created = webhookDeliveries.nodes.map((delivery) => delivery.created).toSorted()
    const preview = async (input: { from?: string; to?: string; types?: string[] }) => {
      const answer = await ask(test.url, scene.org.owner, Preview, {
        input: { endpointId: id, perSecond: 2, ...input },
      })
      return answer.webhookReplayPreview
    }
    expect(await preview({})).toEqual({
      count: 5,
      first: created[0],
      last: created[4],
      perSecond: 2,
      seconds: 2.5,
    })
    const [, second, , fourth] = created
    expect(await preview({ from: second ?? '', to: fourth ?? '' })).toMatchObject({
      first: second,
      count: created.filter((at) => at >= (second ?? '') && at < (fourth ?? '')).length,
    })
    expect(await preview({ types: ['workorder.completed'] })).toMatchObject({
      count: 0,
      first: null,
      seconds: 0,
    })
    expect(await preview({ types: ['workorder.*'] })).toMatchObject({ count: 5 })
    expect(receiver.received).toEqual([])
  })

  it('says that a slow endpoint makes it slower than asked for', async () => {
    await using receiver = await startReceiver()
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return { status: 200 }
    }
    const { scene, id } = await deliver(test, receiver, 3)
    const { webhookReplayPreview } = await ask(test.url, scene.org.owner, Preview, {
      input: { endpointId: id, perSecond: 100 },
    })
    expect(webhookReplayPreview?.perSecond).toBeGreaterThan(2)
    expect(webhookReplayPreview?.perSecond).toBeLessThanOrEqual(10.5)
    expect(webhookReplayPreview?.seconds).toBeGreaterThanOrEqual(0.28)
  })

  it('takes only the time range, types and statuses that were asked for', async () => {
    await using receiver = await startReceiver()
    const { scene, id, before } = await deliver(test, receiver, 4)
    const { pool } = test.app.database
    await pool.query(
      `UPDATE webhook_delivery SET status = CASE WHEN sequence = 2 THEN 'EXHAUSTED' ELSE 'CANCELLED' END::webhook_delivery_status
        WHERE endpoint_id = $1 AND sequence IN (2, 3)`,
      [id],
    )
    const run = async (input: Partial<Parameters<typeof start>[2]>) => {
      const replay = await start(test, scene, { endpointId: id, perSecond: 100, ...input })
      await completed(test, scene, replay)
      return ids(receiver.received.splice(0))
    }
    const [first, second, third, fourth] = ids(before)
    expect(await run({ statuses: ['EXHAUSTED'] })).toEqual([second])
    expect(await scene.statuses(id)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'CANCELLED', 'SUCCEEDED'])
    expect(await run({ statuses: ['CANCELLED'] })).toEqual([third])
    expect(await run({ types: ['workorder.completed'] })).toEqual([])
    await pool.query(
      `UPDATE webhook_delivery SET created = created - interval '1 day' WHERE endpoint_id = $1 AND sequence <= 2`,
      [id],
    )
    const noon = new Date(Date.now() - 12 * 3_600_000).toISOString()
    expect(await run({ to: noon })).toEqual([first, second])
    expect(await run({ from: noon })).toEqual([third, fourth])
  })

  it('keeps the pace that was asked for', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 6)
    const replay = await start(test, scene, { endpointId: id, perSecond: 10 })
    await completed(test, scene, replay)
    const at = receiver.received.map((request) => request.at)
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThan(450)
  })

  it('does not hold up what happens meanwhile, and leaves it out', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 4)
    const replay = await start(test, scene, { endpointId: id, perSecond: 2 })
    await receiver.waitFor(1)
    await scene.addWorkOrder('meanwhile')
    await receiver.waitUntil((all) => titles(all).includes('meanwhile'))
    expect((await read(test, scene, replay)).status).toBe('RUNNING')
    await completed(test, scene, replay)
    expect(titles(receiver.received).filter((title) => title === 'meanwhile').length).toBe(1)
    expect((await read(test, scene, replay)).sent).toBe(4)
  })

  it('tells how far it has come, and ends when it is cancelled', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 5)
    const replay = await start(test, scene, { endpointId: id, perSecond: 4 })
    await until('half of it', async () => (await read(test, scene, replay)).sent >= 2)
    expect(await read(test, scene, replay)).toMatchObject({ status: 'RUNNING', total: 5 })
    await ask(test.url, scene.org.owner, CancelReplay, { input: { id: replay } })
    const { sent, remaining } = await read(test, scene, replay)
    expect(remaining).toBe(0)
    expect(sent).toBeLessThan(5)
    // One more may have been under way; then a whole replay runs, and nothing of the first between.
    const next = await start(test, scene, { endpointId: id, perSecond: 100 })
    await completed(test, scene, next)
    expect(receiver.received.length).toBeLessThanOrEqual(sent + 1 + 5)
    expect((await read(test, scene, replay)).status).toBe('CANCELLED')
  })

  it('counts what fails again and goes on', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 4)
    receiver.answer = (request) => ({ status: titles([request])[0] === 'number 2' ? 500 : 200 })
    const replay = await start(test, scene, { endpointId: id, perSecond: 100 })
    await completed(test, scene, replay)
    expect(await read(test, scene, replay)).toMatchObject({ sent: 4, succeeded: 3, failed: 1 })
    expect(await scene.statuses(id)).toEqual(Array.from({ length: 4 }, () => 'SUCCEEDED'))
  })

  it('waits while its endpoint is paused', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 4)
    await scene.pause(id)
    const replay = await start(test, scene, { endpointId: id, perSecond: 100 })
    // Whoever sweeps would have taken it up by the time that another endpoint's was done.
    await using other = await startReceiver()
    const second = await deliver(test, other, 2)
    const control = await start(test, second.scene, { endpointId: second.id, perSecond: 100 })
    await completed(test, second.scene, control)
    expect(receiver.received).toEqual([])
    expect((await read(test, scene, replay)).status).toBe('RUNNING')
    await scene.resume(id)
    await completed(test, scene, replay)
    expect(receiver.received.length).toBe(4)
  })

  it('is refused while another one of the endpoint runs, and with a senseless selection', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 2)
    await scene.pause(id)
    const running = await start(test, scene, { endpointId: id })
    const refusal = async (
      input: Omit<Parameters<typeof start>[2], 'statuses'> & { statuses?: 'PENDING'[] },
    ) =>
      (await ask(test.url, scene.org.owner, StartReplay, { input })).webhookReplayStart.userErrors
    expect(await refusal({ endpointId: id })).toMatchObject([{ code: 'CONFLICT', ids: [running] }])
    expect(await refusal({ endpointId: id, perSecond: 101 })).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'perSecond'] },
    ])
    expect(await refusal({ endpointId: id, statuses: ['PENDING'] })).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'statuses'] },
    ])
    expect(await refusal({ endpointId: id, types: ['workorder.craeted'] })).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'types'] },
    ])
    const now = new Date().toISOString()
    expect(await refusal({ endpointId: id, from: now, to: now })).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'to'] },
    ])
    const stranger = await setWebhookScene(test)
    const answer = await ask(test.url, stranger.org.owner, StartReplay, {
      input: { endpointId: id },
    })
    expect(answer.webhookReplayStart.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    const technician = await scene.org.addUser('TECHNICIAN')
    const forbidden = await send(test.url, technician.credentials, StartReplay, {
      input: { endpointId: id },
    })
    expect(forbidden.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })
})

describe('replays of one organization', () => {
  it('as many as it may have at once leave places to those of another', async () => {
    await using receiver = await startReceiver()
    const scene = await setWebhookScene(test)
    const endpointIds: string[] = []
    for (let n = 0; n < 40; n++) endpointIds.push(await scene.addEndpoint(receiver.url))
    await scene.addWorkOrder('to be sent again')
    await receiver.waitFor(endpointIds.length)
    for (const id of endpointIds) {
      await until('the log', async () => (await scene.statuses(id))[0] === 'SUCCEEDED')
    }
    // From now on it hangs: none of them ends.
    receiver.answer = () => new Promise(() => undefined)
    for (const endpointId of endpointIds) await start(test, scene, { endpointId })
    const taken = async () => {
      const found = await test.app.database.pool.query(
        'SELECT 1 FROM webhook_replay WHERE organization_id = $1 AND worker_id IS NOT NULL',
        [scene.org.organizationId],
      )
      return found.rows.length
    }
    await until('their places', async () => (await taken()) >= 20)

    await using healthy = await startReceiver()
    const other = await deliver(test, healthy, 2)
    await completed(test, other.scene, await start(test, other.scene, { endpointId: other.id }))
    expect(await taken(), 'they still have theirs').toBeGreaterThanOrEqual(20)
    expect(await taken(), 'and not all there are').toBeLessThan(40)
    for (const id of endpointIds) await scene.pause(id)
  }, 120_000)
})

describe('a replay on many workers', () => {
  it('is run by one of them', async () => {
    await using second = await startTestApp({ ROLES: 'worker' }, test.databaseUrl)
    await using third = await startTestApp({ ROLES: 'worker' }, test.databaseUrl)
    expect(second.url + third.url).toBe('')
    await using receiver = await startReceiver()
    const { scene, id, before } = await deliver(test, receiver, 12)
    const replay = await start(test, scene, { endpointId: id, perSecond: 20 })
    await completed(test, scene, replay)
    expect(ids(receiver.received)).toEqual(ids(before))
  })

  it('goes on with another one where a worker stopped', async () => {
    await using database = await cloneDatabase()
    await using server = await startTestApp({ ROLES: 'server' }, database.url)
    await using receiver = await startReceiver()
    const first = await startTestApp({ ROLES: 'worker' }, database.url)
    const { scene, id, before } = await deliver(server, receiver, 10)
    const replay = await start(server, scene, { endpointId: id, perSecond: 10 })
    await receiver.waitFor(4)
    await first[Symbol.asyncDispose]()
    const stoppedAt = receiver.received.length
    expect(stoppedAt).toBeLessThan(10)
    expect((await read(server, scene, replay)).sent).toBe(stoppedAt)
    await using next = await startTestApp({ ROLES: 'worker' }, database.url)
    expect(next.url).toBe('')
    await completed(server, scene, replay)
    expect(ids(receiver.received)).toEqual(ids(before))
    expect((await read(server, scene, replay)).sent).toBe(10)
  })

  it('is taken over from a worker that was killed', async () => {
    await using receiver = await startReceiver()
    const { scene, id, before } = await deliver(test, receiver, 4)
    await scene.pause(id)
    const replay = await start(test, scene, { endpointId: id, perSecond: 100 })
    // As a worker leaves it that died after the first: its number holds no lock any more.
    await test.app.database.pool.query(
      `UPDATE webhook_replay SET worker_id = 99999, epoch = 1, reached = 1, succeeded = 1,
              claimed_until = now() + interval '1 hour' WHERE id = $1`,
      [replay],
    )
    await scene.resume(id)
    await completed(test, scene, replay)
    expect(ids(receiver.received)).toEqual(ids(before).slice(1))
  })
})

describe('by hand', () => {
  it('several deliveries are retried at once, or none when one does not exist', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 3)
    const { webhookDeliveries } = await ask(test.url, scene.org.owner, ListForReplay, {
      endpointId: id,
    })
    const [one = '', two = ''] = webhookDeliveries.nodes.map((delivery) => delivery.id)
    const retry = async (given: string[]) =>
      (await ask(test.url, scene.org.owner, RetrySeveral, { input: { ids: given } }))
        .webhookDeliveriesRetry
    expect((await retry([one, 'dlv-none'])).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'ids', '1'] },
    ])
    expect((await retry([one, two])).deliveries?.map((delivery) => delivery.id)).toEqual([one, two])
    await receiver.waitFor(2)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-attempt']))).toEqual(
      new Set(['2;manual']),
    )
  })

  it('all that was given up is retried, in the background', async () => {
    await using hasty = await startTestApp({ WEBHOOK_RETRY_DEADLINE: '1ms' })
    await using receiver = await startReceiver()
    receiver.answer = () => ({ status: 500 })
    const scene = await setWebhookScene(hasty)
    const id = await scene.addEndpoint(receiver.url)
    for (const title of ['one', 'two', 'three']) await scene.addWorkOrder(title)
    await until('giving up', async () => {
      const statuses = await scene.statuses(id)
      return statuses.length === 3 && statuses.every((status) => status === 'EXHAUSTED')
    })
    receiver.received.splice(0)
    receiver.answer = undefined
    const answer = await ask(hasty.url, scene.org.owner, RetryExhausted, {
      input: { endpointId: id, perSecond: 100 },
    })
    expect(answer.webhookDeliveriesRetryExhausted.replay).toMatchObject({
      total: 3,
      statuses: ['EXHAUSTED'],
    })
    await completed(hasty, scene, answer.webhookDeliveriesRetryExhausted.replay?.id ?? '')
    expect(titles(receiver.received)).toEqual(['one', 'two', 'three'])
    expect(await scene.statuses(id)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
  })

  it('20,000 of them are asked for in a moment', async () => {
    await using receiver = await startReceiver()
    const { scene, id } = await deliver(test, receiver, 1)
    await scene.pause(id)
    await fillBacklog(test, id, 20_000, { status: 'EXHAUSTED', completedAt: new Date() })
    const startedAt = performance.now()
    const answer = await ask(test.url, scene.org.owner, RetryExhausted, {
      input: { endpointId: id },
    })
    expect(answer.webhookDeliveriesRetryExhausted.replay?.total).toBe(20_000)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
