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

/** Some 900 points for each event. */
const COSTLY = `subscription { events { ... on EventEnvelope { subject { ... on WorkOrder { location {
  a: children(first: 60) { nodes { id name kind } } b: children(first: 60) { nodes { id name kind } }
  c: children(first: 60) { nodes { id name kind } }
} } } } } }`

/** The most that this thread worked without looking after anything else: not what others took from it. */
function watchTurns() {
  let longestMs = 0
  let before = process.threadCpuUsage()
  let next = setImmediate(function look() {
    const used = process.threadCpuUsage(before)
    longestMs = Math.max(longestMs, (used.user + used.system) / 1_000)
    before = process.threadCpuUsage()
    next = setImmediate(look)
  })
  return {
    get longestMs() {
      return longestMs
    },
    [Symbol.dispose]: () => clearImmediate(next),
  }
}

describe('what one organization has rendered', () => {
  it('costly payload documents of one organization hold up nobody else', async () => {
    const COUNT = 60
    const neighbour = await setWebhookScene(test)
    const healthy = await addReceiver()
    await neighbour.addEndpoint(healthy.url)
    await arrives(neighbour, healthy, 'before')
    const scene = await setWebhookScene(test)
    for (let n = 0; n < COUNT; n++) await scene.addFloor(`Floor ${n}`)
    const receiver = await addReceiver()
    const endpointId = await scene.addEndpoint(receiver.url, { ordering: 'NONE', payload: COSTLY })
    await scene.pause(endpointId)
    for (let n = 0; n < COUNT; n++) await scene.addWorkOrder(`costly ${n}`)
    await scene.settle()
    using turns = watchTurns()
    await scene.resume(endpointId)
    for (let n = 0; n < 3; n++) await arrives(neighbour, healthy, `meanwhile ${n}`)
    expect(receiver.received.length).toBeLessThan(COUNT)
    await receiver.waitFor(COUNT)
    for (const { body } of receiver.received) expect(body).not.toContain('payloadError')
    expect(turns.longestMs).toBeLessThan(200)
  })
})
