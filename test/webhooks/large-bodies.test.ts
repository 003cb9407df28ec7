import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listEvents } from '../../src/events/define.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { reducePayload } from '../../src/webhooks/payloads/reduce-payload.ts'
import '../../src/schema.ts'
import { ask, startTestApp, type TestApp } from '../harness/app.ts'
import { CreateEndpoint, CreateLocation } from '../harness/documents.ts'
import { until } from '../harness/process.ts'
import { startReceiver, verifyInfodeck, verifyStandardWebhooks } from '../harness/receiver.ts'
import { setWebhookScene, type WebhookScene } from '../harness/webhook-scene.ts'

const List = graphql(`
  query LargeDeliveries($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 50) {
      nodes {
        id
        status
        attemptCount
        payload
        attempts {
          requestHeaders {
            name
            value
          }
        }
      }
    }
  }
`)

const Update = graphql(`
  mutation LargeUpdate($input: WebhookEndpointUpdateInput!) {
    webhookEndpointUpdate(input: $input) {
      endpoint {
        maxBodyBytes
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const RetryDelivery = graphql(`
  mutation LargeRetry($input: WebhookDeliveryRetryInput!) {
    webhookDeliveryRetry(input: $input) {
      userErrors {
        code
      }
    }
  }
`)

const Preview = graphql(`
  mutation LargePreview($input: WebhookPayloadPreviewInput!) {
    webhookPayloadPreview(input: $input) {
      preview {
        body
        fault {
          code
        }
      }
    }
  }
`)

const CreateAssetType = graphql(`
  mutation LargeAssetType($input: AssetTypeCreateInput!) {
    assetTypeCreate(input: $input) {
      assetType {
        id
      }
    }
  }
`)

const CreateAsset = graphql(`
  mutation LargeAsset($input: AssetCreateInput!) {
    assetCreate(input: $input) {
      asset {
        id
      }
      userErrors {
        message
      }
    }
  }
`)

let test: TestApp
let scene: WebhookScene
let place: { locationId: string; assetTypeId: string }
beforeAll(async () => {
  test = await startTestApp()
  scene = await setWebhookScene(test)
  const { locationCreate } = await ask(test.url, scene.org.owner, CreateLocation, {
    input: { name: 'Plant', kind: 'LOCATION' },
  })
  const { assetTypeCreate } = await ask(test.url, scene.org.owner, CreateAssetType, {
    input: { name: 'Chillers' },
  })
  place = {
    locationId: locationCreate.location?.id ?? '',
    assetTypeId: assetTypeCreate.assetType?.id ?? '',
  }
  await scene.settle()
})
afterAll(() => test[Symbol.asyncDispose]())

/** One event asset.created with so many thousand bytes of metadata, in characters of three bytes. */
async function addAsset(kilobytes: number): Promise<string> {
  const metadata = Object.fromEntries(
    Array.from({ length: Math.ceil(kilobytes / 3) }, (_, n) => [`key${n}`, '€'.repeat(1_000)]),
  )
  const input = { name: 'Chiller', ...place, metadata }
  const { assetCreate } = await ask(test.url, scene.org.owner, CreateAsset, { input })
  expect(assetCreate.userErrors).toEqual([])
  return assetCreate.asset?.id ?? ''
}

const addEndpoint = (url: string, options: Parameters<WebhookScene['addEndpoint']>[1] = {}) =>
  scene.addEndpoint(url, { eventTypes: ['asset.created'], ...options })

const setLimit = async (id: string, maxBodyBytes: number | null) =>
  (await ask(test.url, scene.org.owner, Update, { input: { id, maxBodyBytes } }))
    .webhookEndpointUpdate

/** Newest first. */
const deliveriesOf = async (endpointId: string) =>
  (await ask(test.url, scene.org.owner, List, { endpointId })).webhookDeliveries.nodes

const statusesAre = (endpointId: string, wanted: string) =>
  until(wanted, async () => (await scene.statuses(endpointId)).join(' ') === wanted)

const reducedTo = (id: string) => ({
  data: { object: { id } },
  payloadError: { code: 'TOO_LARGE', message: expect.stringMatching(/bytes/) },
})

describe('an event whose body is larger than 64 kB', () => {
  it('says so in a header, which others do not have', async () => {
    await using receiver = await startReceiver()
    const id = await addEndpoint(receiver.url)
    await addAsset(3)
    await addAsset(66)
    const [small, large] = await receiver.waitFor(2)
    expect(small?.headers['webhook-body-bytes']).toBeUndefined()
    const bytes = Buffer.byteLength(large?.body ?? '')
    expect(bytes).toBeGreaterThan(64_000)
    expect(large?.headers['webhook-body-bytes']).toBe(String(bytes))
    await statusesAre(id, 'SUCCEEDED SUCCEEDED')
    expect((await deliveriesOf(id))[0]?.attempts[0]?.requestHeaders).toContainEqual({
      name: 'webhook-body-bytes',
      value: String(bytes),
    })
  })
})

describe('a limit per endpoint', () => {
  it('gets a receiver going that takes no more than 100 kB', async () => {
    await using receiver = await startReceiver()
    receiver.answer = ({ body }) => ({ status: Buffer.byteLength(body) > 100_000 ? 413 : 200 })
    const made = await ask(test.url, scene.org.owner, CreateEndpoint, {
      input: { url: receiver.url, eventTypes: ['asset.created'] },
    })
    const { endpoint, signingSecret } = made.webhookEndpointCreate
    const id = endpoint?.id ?? ''
    const assetId = await addAsset(120)
    await addAsset(3)
    await receiver.waitFor(2)
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body)
    expect(await setLimit(id, 100_000)).toEqual({
      endpoint: { maxBodyBytes: 100_000 },
      userErrors: [],
    })
    await statusesAre(id, 'SUCCEEDED SUCCEEDED')
    const whole = receiver.received[0]
    const [reduced, next] = receiver.received.slice(-2)
    if (whole === undefined || reduced === undefined) throw new Error('nothing received')
    const { payloadError, data, ...envelope } = JSON.parse(reduced.body)
    expect({ data, payloadError }).toEqual(reducedTo(assetId))
    const { data: _, ...wholeEnvelope } = JSON.parse(whole.body)
    expect(envelope).toEqual(wholeEnvelope)
    expect(reduced.headers['webhook-id']).toBe(whole.event.id)
    expect(reduced.headers['webhook-body-bytes']).toBe(String(Buffer.byteLength(whole.body)))
    verifyInfodeck(reduced, signingSecret ?? '')
    verifyStandardWebhooks(reduced, signingSecret ?? '')
    const [later, first] = await deliveriesOf(id)
    expect(first?.payload).toEqual(JSON.parse(reduced.body))
    // What fits is whole.
    expect(next?.event).not.toHaveProperty('payloadError')
    expect(later?.payload).toEqual(next?.event)
  })

  it.each(['ENDPOINT', 'OBJECT', 'NONE'] as const)(
    'gives the same bytes on every attempt, also once it is lifted: %s',
    async (ordering) => {
      await using receiver = await startReceiver()
      receiver.answer = () => ({ status: 500 })
      const id = await addEndpoint(receiver.url, { ordering, maxBodyBytes: 2_000 })
      const assetId = await addAsset(3)
      await receiver.waitFor(1)
      await setLimit(id, null)
      const before = receiver.received.length
      await receiver.waitFor(before + 1)
      receiver.answer = undefined
      await statusesAre(id, 'SUCCEEDED')
      const [delivery] = await deliveriesOf(id)
      const count = receiver.received.length
      await ask(test.url, scene.org.owner, RetryDelivery, { input: { id: delivery?.id ?? '' } })
      await receiver.waitFor(count + 1)
      const [first] = receiver.received
      expect(new Set(receiver.received.map(({ body }) => body))).toEqual(new Set([first?.body]))
      expect(
        new Set(receiver.received.map(({ headers }) => headers['webhook-body-bytes'])).size,
      ).toBe(1)
      expect(first?.event).toMatchObject(reducedTo(assetId))
      expect(delivery?.payload).toEqual(first?.event)
      await addAsset(3)
      await receiver.waitFor(count + 2)
      expect(receiver.received.at(-1)?.event).not.toHaveProperty('payloadError')
    },
  )

  it('is shown of what waits, and goes by what it is when its turn comes', async () => {
    await using receiver = await startReceiver()
    const id = await addEndpoint(receiver.url, { maxBodyBytes: 2_000 })
    await scene.pause(id)
    const assetId = await addAsset(3)
    await scene.settle()
    expect((await deliveriesOf(id))[0]?.payload).toMatchObject(reducedTo(assetId))
    await setLimit(id, 20_000)
    const [waiting] = await deliveriesOf(id)
    expect(waiting?.payload).not.toHaveProperty('payloadError')
    await scene.resume(id)
    const [request] = await receiver.waitFor(1)
    expect(request?.event).toEqual(waiting?.payload)
    // What was sent whole is shown whole.
    await statusesAre(id, 'SUCCEEDED')
    await setLimit(id, 2_000)
    expect((await deliveriesOf(id))[0]?.payload).toEqual(request?.event)
  })

  it('holds for what a document makes, and reduces nobody else', async () => {
    await using limited = await startReceiver()
    await using other = await startReceiver()
    const payload =
      'subscription { events { ... on EventEnvelope { type subject { ... on Asset { metadata } } } } }'
    const id = await addEndpoint(limited.url, { payload, maxBodyBytes: 2_000 })
    await addEndpoint(other.url, { payload })
    const assetId = await addAsset(3)
    const [[reduced], [whole]] = await Promise.all([limited.waitFor(1), other.waitFor(1)])
    expect(reduced?.event).toMatchObject(reducedTo(assetId))
    expect(whole?.event.data).toHaveProperty('subject')
    expect(whole?.event).not.toHaveProperty('payloadError')
    await statusesAre(id, 'SUCCEEDED')
    expect((await deliveriesOf(id))[0]?.payload).toEqual(reduced?.event)
  })

  it('is part of a preview, byte for byte', async () => {
    await using receiver = await startReceiver()
    const endpointId = await addEndpoint(receiver.url, { maxBodyBytes: 2_000 })
    const subjectId = await addAsset(3)
    const [request] = await receiver.waitFor(1)
    const answer = await ask(test.url, scene.org.owner, Preview, {
      input: { endpointId, subjectId, eventType: 'asset.created' },
    })
    expect(answer.webhookPayloadPreview.preview).toEqual({
      body: request?.body,
      fault: { code: 'TOO_LARGE' },
    })
  })

  it('lies between 1 kB and 10 MB, or is none', async () => {
    const id = await addEndpoint('http://127.0.0.1:9999/hooks')
    for (const maxBodyBytes of [-1, 0, 1_023, 10_485_761]) {
      expect((await setLimit(id, maxBodyBytes)).userErrors).toEqual([
        { code: 'VALIDATION', path: ['input', 'maxBodyBytes'] },
      ])
    }
    for (const maxBodyBytes of [1_024, 10_485_760, null]) {
      expect((await setLimit(id, maxBodyBytes)).endpoint).toEqual({ maxBodyBytes })
    }
  })

  it.each(listEvents())('is never too small for what is reduced: $type', (definition) => {
    const object = { ...Object(definition.example), notes: '€'.repeat(100_000) }
    const envelope = {
      id: 'evt_1k5x8r2qd9c7m3v6t0wz4h',
      type: definition.type,
      organizationId: 'o-1k5x8r2qd9c7m3v6t0wz4h',
      created: 1_780_003_600,
      data: { object, previousAttributes: { notes: 'x'.repeat(100_000) } },
      livemode: true,
    }
    const reduced = reducePayload(JSON.stringify(envelope), 'sub-1', 1_024)
    expect(Buffer.byteLength(reduced?.body ?? '')).toBeLessThanOrEqual(1_024)
    const sent: Record<string, string> = JSON.parse(reduced?.body ?? '').data.object
    expect(Object.keys(sent).length).toBeGreaterThan(0)
    // The id of the record, where it has one.
    expect(sent['id'] ?? object.id).toBe(object.id ?? sent['id'])
  })
})
