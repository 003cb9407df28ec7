import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import { ask, startTestApp, type TestApp } from '../harness/app.ts'
import { until } from '../harness/process.ts'
import { startReceiver } from '../harness/receiver.ts'
import { setWebhookScene, type WebhookScene } from '../harness/webhook-scene.ts'

const List = graphql(`
  query SkipsDeliveries($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 50) {
      nodes {
        id
        sequence
        status
        attemptCount
        attempts {
          trigger
        }
      }
    }
  }
`)

const Retry = graphql(`
  mutation SkipsRetry($input: WebhookDeliveryRetryInput!) {
    webhookDeliveryRetry(input: $input) {
      delivery {
        id
      }
      userErrors {
        code
        path
        ... on InFlightError {
          ids
        }
      }
    }
  }
`)

const RetrySeveral = graphql(`
  mutation SkipsRetrySeveral($input: WebhookDeliveriesRetryInput!) {
    webhookDeliveriesRetry(input: $input) {
      deliveries {
        id
      }
      userErrors {
        code
        path
        ... on InFlightError {
          ids
        }
      }
    }
  }
`)

const CreateIntegration = graphql(`
  mutation SkipsIntegration($input: IntegrationCreateInput!) {
    integrationCreate(input: $input) {
      integration {
        id
      }
    }
  }
`)

const NarrowIntegration = graphql(`
  mutation SkipsNarrow($input: IntegrationUpdateInput!) {
    integrationUpdate(input: $input) {
      userErrors {
        code
      }
    }
  }
`)

/** Less than a resume waits for the dispatcher. */
const HELD_MS = 300

let test: TestApp
let scene: WebhookScene
beforeAll(async () => {
  // Whatever fails waits longer than a test, unless it is asked for.
  test = await startTestApp({ WEBHOOK_RETRY_DELAYS: '10m' })
  scene = await setWebhookScene(test)
})
afterAll(() => test[Symbol.asyncDispose]())

async function deliveriesOf(endpointId: string) {
  const answer = await ask(test.url, scene.org.owner, List, { endpointId })
  return answer.webhookDeliveries.nodes.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
}

async function deliveryAt(endpointId: string, sequence: number): Promise<string> {
  const found = (await deliveriesOf(endpointId)).find((each) => each.sequence === sequence)
  if (found === undefined) throw new Error(`no delivery ${sequence}`)
  return found.id
}

const retry = async (id: string) =>
  (await ask(test.url, scene.org.owner, Retry, { input: { id } })).webhookDeliveryRetry

const statusesAre = (endpointId: string, wanted: string) =>
  until(wanted, async () => (await scene.statuses(endpointId)).join(' ') === wanted)

const attempted = (endpointId: string, sequence: number, count: number) =>
  until('the log', async () =>
    (await deliveriesOf(endpointId)).some(
      (each) => each.sequence === sequence && each.attemptCount >= count,
    ),
  )

/** Records events that the endpoint is not sent, and skips them. */
async function skip(endpointId: string, count: number): Promise<void> {
  await scene.pause(endpointId)
  for (let n = 0; n < count; n++) await scene.addWorkOrder()
  await scene.settle()
  await scene.resume(endpointId, true)
}

describe('skips on resume are told on the wire', () => {
  it.each(['ENDPOINT', 'OBJECT', 'NONE'] as const)(
    'by every attempt of the next delivery, and by no other: %s',
    async (ordering) => {
      await using receiver = await startReceiver()
      const id = await scene.addEndpoint(receiver.url, { ordering })
      const told = () =>
        receiver.received.map(({ headers }) => [
          headers['webhook-sequence'],
          headers['webhook-skipped'],
        ])
      await scene.addWorkOrder()
      await scene.addWorkOrder()
      await statusesAre(id, 'SUCCEEDED SUCCEEDED')
      await skip(id, 3)
      receiver.answer = () => ({ status: 500 })
      await scene.addWorkOrder()
      await receiver.waitFor(3)
      await attempted(id, 6, 1)
      receiver.answer = undefined
      expect((await retry(await deliveryAt(id, 6))).userErrors).toEqual([])
      await receiver.waitFor(4)
      await attempted(id, 6, 2)
      await scene.addWorkOrder()
      await receiver.waitFor(5)
      await statusesAre(id, 'SUCCEEDED SUCCEEDED CANCELLED CANCELLED CANCELLED SUCCEEDED SUCCEEDED')
      // Long after, by hand: it is the same delivery.
      expect((await retry(await deliveryAt(id, 6))).userErrors).toEqual([])
      await receiver.waitFor(6)
      const before = [
        ['1', undefined],
        ['2', undefined],
      ].toSorted()
      expect(told().slice(0, 2).toSorted()).toEqual(before)
      expect(told().slice(2)).toEqual([
        ['6', '3-5'],
        ['6', '3-5'],
        ['7', undefined],
        ['6', '3-5'],
      ])
    },
  )

  it('together, when nothing was received in between', async () => {
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    await skip(id, 2)
    receiver.answer = () => ({ status: 500 })
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    expect(receiver.received[0]?.headers['webhook-skipped']).toBe('1-2')
    await attempted(id, 3, 1)
    await skip(id, 1)
    receiver.answer = undefined
    await scene.addWorkOrder()
    await receiver.waitFor(2)
    expect(receiver.received[1]?.headers).toMatchObject({
      'webhook-sequence': '5',
      'webhook-skipped': '1-4',
    })
    await statusesAre(id, 'CANCELLED CANCELLED CANCELLED CANCELLED SUCCEEDED')
    await skip(id, 1)
    await scene.addWorkOrder()
    await receiver.waitFor(3)
    expect(receiver.received[2]?.headers['webhook-skipped']).toBe('6-6')
  })

  it('also what was recorded before and has no place in the line yet', async () => {
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    await scene.settle()
    await scene.pause(id)
    // The dispatcher stands still meanwhile.
    const holder = await test.app.database.pool.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM event_stream_head WHERE organization_id = $1 FOR UPDATE', [
      scene.org.organizationId,
    ])
    await scene.addWorkOrder()
    await scene.addWorkOrder()
    const resumed = scene.resume(id, true)
    await Promise.race([resumed, new Promise((resolve) => setTimeout(resolve, HELD_MS))])
    await holder.query('COMMIT')
    holder.release()
    await resumed
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    expect(receiver.received[0]?.headers).toMatchObject({
      'webhook-sequence': '3',
      'webhook-skipped': '1-2',
    })
    await statusesAre(id, 'CANCELLED CANCELLED SUCCEEDED')
  })

  it('what has no place in the line after a second is sent, and the answer says that it is not covered', async () => {
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    await scene.settle()
    await scene.pause(id)
    const holder = await test.app.database.pool.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM event_stream_head WHERE organization_id = $1 FOR UPDATE', [
      scene.org.organizationId,
    ])
    await scene.addWorkOrder()
    expect(await scene.resume(id, true)).toBe('UNCONFIRMED')
    await holder.query('COMMIT')
    holder.release()
    await receiver.waitFor(1)
    await statusesAre(id, 'SUCCEEDED')
    await scene.pause(id)
    await scene.addWorkOrder()
    await scene.settle()
    expect(await scene.resume(id, true)).toBe('CONFIRMED')
    expect(await scene.statuses(id)).toEqual(['SUCCEEDED', 'CANCELLED'])
  })

  it('not where nothing was skipped', async () => {
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    await skip(id, 0)
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    await scene.pause(id)
    await scene.addWorkOrder()
    await scene.settle()
    await scene.resume(id)
    await receiver.waitFor(2)
    expect(receiver.received.map(({ headers }) => headers['webhook-skipped'])).toEqual([
      undefined,
      undefined,
    ])
  })

  it('by the one behind, where the next one may not be seen any more', async () => {
    await using receiver = await startReceiver()
    const made = await ask(test.url, scene.org.owner, CreateIntegration, {
      input: { name: 'Narrow', scopes: ['work-orders:read', 'locations:read'] },
    })
    const integrationId = made.integrationCreate.integration?.id ?? ''
    const id = await scene.addEndpoint(receiver.url, {
      eventTypes: ['workorder.created', 'location.created'],
      integrationId,
    })
    await skip(id, 2)
    await scene.pause(id)
    await scene.addFloor('First')
    await scene.addWorkOrder()
    await scene.settle()
    await ask(test.url, scene.org.owner, NarrowIntegration, {
      input: { id: integrationId, scopes: ['work-orders:read'] },
    })
    await scene.resume(id)
    await receiver.waitFor(1)
    expect(receiver.received[0]?.headers).toMatchObject({
      'webhook-sequence': '4',
      'webhook-skipped': '1-2',
    })
  })
})

/** A receiver that answers when it is told to. */
async function startHanging() {
  const receiver = await startReceiver()
  const gate = Promise.withResolvers<{ status: number }>()
  receiver.answer = () => gate.promise
  return { receiver, answer: (status: number) => gate.resolve({ status }) }
}

describe('a retry of a delivery that is in flight says so', () => {
  it.each(['ENDPOINT', 'OBJECT', 'NONE'] as const)('in its line: %s', async (ordering) => {
    const { receiver, answer } = await startHanging()
    await using _receiver = receiver
    const id = await scene.addEndpoint(receiver.url, { ordering })
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    const deliveryId = await deliveryAt(id, 1)
    expect(await retry(deliveryId)).toEqual({
      delivery: null,
      userErrors: [{ code: 'IN_FLIGHT', path: ['input', 'id'], ids: [deliveryId] }],
    })
    answer(500)
    await attempted(id, 1, 1)
    // It waits for its next attempt: asked for, it goes at once.
    receiver.answer = undefined
    expect((await retry(deliveryId)).userErrors).toEqual([])
    await statusesAre(id, 'SUCCEEDED')
    expect(receiver.received.map(({ headers }) => headers['webhook-attempt'])).toEqual(['1', '2'])
  })

  it('outside of it', async () => {
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    await scene.addWorkOrder()
    await statusesAre(id, 'SUCCEEDED')
    const deliveryId = await deliveryAt(id, 1)
    const gate = Promise.withResolvers<{ status: number }>()
    receiver.answer = () => gate.promise
    expect((await retry(deliveryId)).userErrors).toEqual([])
    await receiver.waitFor(2)
    expect((await retry(deliveryId)).userErrors).toMatchObject([{ code: 'IN_FLIGHT' }])
    gate.resolve({ status: 200 })
    await attempted(id, 1, 2)
    expect((await retry(deliveryId)).userErrors).toEqual([])
    await receiver.waitFor(3)
  })

  it('one among several: then none is retried', async () => {
    await using done = await startReceiver()
    const { receiver, answer } = await startHanging()
    await using _receiver = receiver
    const first = await scene.addEndpoint(done.url)
    const second = await scene.addEndpoint(receiver.url)
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    await statusesAre(first, 'SUCCEEDED')
    const ids = [await deliveryAt(first, 1), await deliveryAt(second, 1)]
    const refused = await ask(test.url, scene.org.owner, RetrySeveral, { input: { ids } })
    expect(refused.webhookDeliveriesRetry).toEqual({
      deliveries: null,
      userErrors: [{ code: 'IN_FLIGHT', path: ['input', 'ids', '1'], ids: [ids[1]] }],
    })
    answer(200)
    await statusesAre(second, 'SUCCEEDED')
    const accepted = await ask(test.url, scene.org.owner, RetrySeveral, { input: { ids } })
    expect(accepted.webhookDeliveriesRetry.userErrors).toEqual([])
    await Promise.all([done.waitFor(2), receiver.waitFor(2)])
    expect((await deliveriesOf(first))[0]?.attempts.length).toBeLessThanOrEqual(2)
  })

  it('not one that waits behind it, or in a pause', async () => {
    const { receiver, answer } = await startHanging()
    await using _receiver = receiver
    const id = await scene.addEndpoint(receiver.url)
    await scene.addWorkOrder()
    await scene.addWorkOrder()
    await receiver.waitFor(1)
    await scene.settle()
    expect((await retry(await deliveryAt(id, 2))).userErrors).toEqual([])
    answer(200)
    await statusesAre(id, 'SUCCEEDED SUCCEEDED')
    await scene.pause(id)
    await scene.addWorkOrder()
    await scene.settle()
    expect((await retry(await deliveryAt(id, 3))).userErrors).toEqual([])
  })
})
