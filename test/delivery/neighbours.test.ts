import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../harness/app.ts'
import { type Receiver, startReceiver } from '../harness/receiver.ts'
import { setWebhookScene, titles, type WebhookScene } from '../harness/webhook-scene.ts'

/** What is not held up arrives long before what hangs gives up. */
const SOON_MS = 8_000
const NEVER = new Promise<never>(() => undefined)

let test: TestApp
let receivers: Receiver[]

beforeEach(async () => {
  receivers = []
  test = await startTestApp({ WEBHOOK_CONCURRENCY: '8', WEBHOOK_RETRY_DELAYS: '50ms,1h' })
})
afterEach(async () => {
  // What hangs ends with its receiver.
  await Promise.all(receivers.map((receiver) => receiver[Symbol.asyncDispose]()))
  await test[Symbol.asyncDispose]()
})

async function addReceiver(answer?: Receiver['answer']): Promise<Receiver> {
  const receiver = await startReceiver()
  receiver.answer = answer
  receivers.push(receiver)
  return receiver
}

/** An organization with so many endpoints that take a request and never answer it. */
async function addHanging(endpoints: number, ordering: 'ENDPOINT' | 'NONE') {
  const scene = await setWebhookScene(test)
  const receiver = await addReceiver(() => NEVER)
  for (let n = 0; n < endpoints; n++) {
    await scene.addEndpoint(receiver.url, { ordering, maxInFlight: 50 })
  }
  return { scene, receiver }
}

async function arrives(scene: WebhookScene, receiver: Receiver, title: string): Promise<void> {
  await scene.addWorkOrder(title)
  await receiver.waitUntil((all) => titles(all).includes(title), SOON_MS)
}

describe('organizations and endpoints do not wait for each other', () => {
  it('hanging requests of one organization hold up nobody else, nor its own other endpoints', async () => {
    const hanging = await addHanging(20, 'ENDPOINT')
    await hanging.scene.addWorkOrder('hangs')
    await hanging.receiver.waitFor(6, SOON_MS)

    const neighbour = await setWebhookScene(test)
    const healthy = await addReceiver()
    await neighbour.addEndpoint(healthy.url)
    await arrives(neighbour, healthy, 'of another organization')

    const own = await addReceiver()
    await hanging.scene.addEndpoint(own.url, { eventTypes: ['workorder.created'] })
    await arrives(hanging.scene, own, 'of another endpoint')
    expect(hanging.receiver.received.length).toBeGreaterThanOrEqual(6)
  })

  it('nor do hanging requests of several', async () => {
    for (let n = 0; n < 3; n++) {
      const { scene, receiver } = await addHanging(1, 'NONE')
      for (let order = 0; order < 12; order++) await scene.addWorkOrder(`hangs ${order}`)
      await receiver.waitFor(1, SOON_MS)
    }
    const neighbour = await setWebhookScene(test)
    const healthy = await addReceiver()
    await neighbour.addEndpoint(healthy.url)
    await arrives(neighbour, healthy, 'of a newcomer')
  })
})

describe('records do not wait for each other', () => {
  it.each(['OBJECT', 'NONE'] as const)(
    'a retry that waits for room does not stop its lane in %s order',
    async (ordering) => {
      const scene = await setWebhookScene(test)
      // More retries that hang than there is room for.
      const hanging = await addReceiver(({ headers }) =>
        headers['webhook-attempt'] === '1' ? { status: 500 } : NEVER,
      )
      for (let n = 0; n < 40; n++) await scene.addEndpoint(hanging.url)
      await scene.addWorkOrder('hangs')
      const isRetry = (each: { headers: Record<string, unknown> }) =>
        each.headers['webhook-attempt'] !== '1'
      await hanging.waitUntil((all) => all.length - all.filter(isRetry).length === 40, SOON_MS)
      await hanging.waitUntil((all) => all.filter(isRetry).length > 0, SOON_MS)
      const failing = new Set(['fails', 'fails too'])
      const receiver = await addReceiver(({ event }) => ({
        status: failing.has(String(event.data.object['title'])) ? 500 : 200,
      }))
      await scene.addEndpoint(receiver.url, { ordering, maxInFlight: 2 })
      await scene.addWorkOrder('fails')
      await scene.addWorkOrder('fails too')
      await receiver.waitFor(2, SOON_MS)
      await arrives(scene, receiver, 'of another record')
      await arrives(scene, receiver, 'of one more')
    },
  )
})
