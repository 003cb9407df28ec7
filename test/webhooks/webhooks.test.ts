import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import {
  ChangeStatus,
  CreateEndpoint,
  CreateLocation,
  CreateWorkOrder,
} from '../harness/documents.ts'
import { until } from '../harness/process.ts'
import {
  type Received,
  startReceiver,
  verifyInfodeck,
  verifyStandardWebhooks,
} from '../harness/receiver.ts'

const ListDeliveries = graphql(`
  query ListDeliveries($endpointId: ID!, $where: WebhookDeliveryWhere) {
    webhookDeliveries(endpointId: $endpointId, where: $where, first: 50) {
      totalCount
      nodes {
        id
        eventId
        eventType
        sequence
        status
        attemptCount
        nextAttemptAt
        lastStatusCode
        attempts {
          attempt
          trigger
          succeeded
          failure
          statusCode
          requestHeaders {
            name
            value
          }
          responseHeaders {
            name
            value
          }
          responseBody
          responseTruncated
          remoteAddress
          totalMs
        }
      }
    }
  }
`)

const ReadEndpoint = graphql(`
  query ReadEndpoint($id: ID!) {
    webhookEndpoint(id: $id) {
      id
      url
      status
      disabledReason
      eventTypes
      headerNames
      previousSecretExpiresAt
      version
    }
  }
`)

const UpdateEndpoint = graphql(`
  mutation UpdateEndpoint($input: WebhookEndpointUpdateInput!) {
    webhookEndpointUpdate(input: $input) {
      endpoint {
        url
        version
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const PauseEndpoint = graphql(`
  mutation PauseEndpoint($input: WebhookEndpointPauseInput!) {
    webhookEndpointPause(input: $input) {
      endpoint {
        status
      }
      userErrors {
        code
      }
    }
  }
`)

const ResumeEndpoint = graphql(`
  mutation ResumeEndpoint($input: WebhookEndpointResumeInput!) {
    webhookEndpointResume(input: $input) {
      endpoint {
        status
      }
      userErrors {
        code
      }
    }
  }
`)

const DeleteEndpoint = graphql(`
  mutation DeleteEndpoint($input: WebhookEndpointDeleteInput!) {
    webhookEndpointDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

const RotateSecret = graphql(`
  mutation RotateSecret($input: WebhookEndpointRotateSecretInput!) {
    webhookEndpointRotateSecret(input: $input) {
      signingSecret
      userErrors {
        code
        path
      }
    }
  }
`)

const TestEndpoint = graphql(`
  mutation TestEndpoint($input: WebhookEndpointTestInput!) {
    webhookEndpointTest(input: $input) {
      delivery {
        status
      }
      attempt {
        succeeded
        statusCode
        failure
        trigger
      }
      userErrors {
        code
      }
    }
  }
`)

const RetryDelivery = graphql(`
  mutation RetryDelivery($input: WebhookDeliveryRetryInput!) {
    webhookDeliveryRetry(input: $input) {
      delivery {
        status
      }
      userErrors {
        code
      }
    }
  }
`)

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

interface Scene {
  org: TestOrganization
  locationId: string
}

async function setScene(): Promise<Scene> {
  const org = await addOrganization(test)
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return { org, locationId: locationCreate.location?.id ?? '' }
}

async function addEndpoint(
  { org }: Scene,
  url: string,
  options: {
    eventTypes?: string[]
    customHeaders?: { name: string; value: string }[]
    filter?: { locationIds: string[] }
    ordering?: 'ENDPOINT' | 'OBJECT' | 'NONE'
  } = {},
) {
  const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
    input: { url, eventTypes: ['workorder.*'], ...options },
  })
  expect(webhookEndpointCreate.userErrors).toEqual([])
  return {
    id: webhookEndpointCreate.endpoint?.id ?? '',
    secret: webhookEndpointCreate.signingSecret ?? '',
  }
}

async function addWorkOrder({ org, locationId }: Scene, title = 'Fix it'): Promise<string> {
  const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
    input: { title, locationId },
  })
  return workOrderCreate.workOrder?.id ?? ''
}

async function deliveriesOf({ org }: Scene, endpointId: string) {
  const answer = await ask(test.url, org.owner, ListDeliveries, { endpointId })
  return answer.webhookDeliveries.nodes.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
}

const titles = (received: readonly Received[]) =>
  received.map((request) => request.event.data.object['title'])

describe('a delivery', () => {
  it('is signed in both schemes, carries its place in the order, and is logged', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    receiver.answer = () => ({ status: 202, headers: { 'X-Trace': 'abc' }, body: 'thank you' })
    const { id, secret } = await addEndpoint(scene, receiver.url)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
    const order = await addWorkOrder(scene)
    await ask(test.url, scene.org.owner, ChangeStatus, {
      input: { id: order, status: 'IN_PROGRESS' },
    })
    const [first, second] = await receiver.waitFor(2)
    for (const request of [first, second]) {
      if (request === undefined) throw new Error('nothing received')
      verifyInfodeck(request, secret)
      verifyStandardWebhooks(request, secret)
      expect(request.headers['content-type']).toBe('application/json')
      expect(request.headers['user-agent']).toMatch(/^Plantroom\/\d+\.\d+\.\d+/)
      expect(request.headers['webhook-id']).toBe(request.event.id)
      expect(request.headers['webhook-attempt']).toBe('1')
      expect(request.event).toMatchObject({
        organizationId: scene.org.organizationId,
        livemode: true,
      })
    }
    expect(first?.headers['webhook-sequence']).toBe('1')
    expect(second?.headers['webhook-sequence']).toBe('2')
    expect(second?.event).toMatchObject({
      type: 'workorder.status.changed',
      data: { object: { id: order, status: 'InProgress' }, previousAttributes: { status: 'Open' } },
    })
    await until('the log', async () =>
      (await deliveriesOf(scene, id)).every((delivery) => delivery.status === 'SUCCEEDED'),
    )
    const [logged] = await deliveriesOf(scene, id)
    expect(logged).toMatchObject({ sequence: 1, attemptCount: 1, eventId: first?.event.id })
    const [attempt] = logged?.attempts ?? []
    expect(attempt).toMatchObject({
      attempt: 1,
      trigger: 'SCHEDULED',
      succeeded: true,
      failure: null,
      statusCode: 202,
      responseBody: 'thank you',
      responseTruncated: false,
      remoteAddress: '127.0.0.1',
    })
    expect(attempt?.totalMs).toBeGreaterThan(0)
    expect(attempt?.responseHeaders).toContainEqual({ name: 'x-trace', value: 'abc' })
    expect(attempt?.requestHeaders.map((header) => header.name)).toContain('x-infodeck-signature')
  })

  it('is retried with the same bytes, the same id and a new signature until it succeeds', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    let refusals = 3
    receiver.answer = () => ({ status: refusals-- > 0 ? 503 : 200 })
    const { id, secret } = await addEndpoint(scene, receiver.url)
    await addWorkOrder(scene)
    const received = await receiver.waitFor(4)
    for (const request of received) verifyInfodeck(request, secret)
    expect(new Set(received.map((request) => request.body)).size).toBe(1)
    expect(received.map((request) => request.headers['webhook-attempt'])).toEqual([
      '1',
      '2',
      '3',
      '4',
    ])
    expect(new Set(received.map((request) => request.headers['webhook-sequence']))).toEqual(
      new Set(['1']),
    )
    await until('the log', async () => (await deliveriesOf(scene, id))[0]?.status === 'SUCCEEDED')
    const [delivery] = await deliveriesOf(scene, id)
    expect(delivery?.attempts.map((attempt) => attempt.statusCode)).toEqual([503, 503, 503, 200])
    expect(delivery?.attempts[0]?.failure).toBe('response.status')
  })

  it('waits behind a failing one: order holds through an outage', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    let isDown = true
    receiver.answer = () => ({ status: isDown ? 500 : 200 })
    await addEndpoint(scene, receiver.url)
    for (const title of ['one', 'two', 'three']) await addWorkOrder(scene, title)
    await receiver.waitFor(3)
    expect(new Set(titles(receiver.received))).toEqual(new Set(['one']))
    isDown = false
    await receiver.waitUntil((all) => titles(all).includes('three'))
    const firsts = [...new Set(titles(receiver.received))]
    expect(firsts).toEqual(['one', 'two', 'three'])
  })

  it('of one object does not wait for another one where order is per object', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    receiver.answer = (request) => ({ status: titles([request])[0] === 'bad' ? 500 : 200 })
    await addEndpoint(scene, receiver.url, { ordering: 'OBJECT' })
    await addWorkOrder(scene, 'bad')
    await addWorkOrder(scene, 'good')
    await receiver.waitUntil((all) => titles(all).includes('good') && titles(all).length > 3)
  })

  it('does not follow a redirect', async () => {
    const scene = await setScene()
    await using elsewhere = await startReceiver()
    await using receiver = await startReceiver()
    receiver.answer = () => ({ status: 307, headers: { Location: elsewhere.url } })
    const { id } = await addEndpoint(scene, receiver.url)
    await addWorkOrder(scene)
    await receiver.waitFor(2)
    expect(elsewhere.received).toEqual([])
    await until('the log', async () => ((await deliveriesOf(scene, id))[0]?.attemptCount ?? 0) > 0)
    expect((await deliveriesOf(scene, id))[0]?.attempts[0]).toMatchObject({
      succeeded: false,
      statusCode: 307,
    })
  })

  it('keeps 16 KiB of an answer of 200 KB', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    receiver.answer = () => ({ status: 200, body: 'y'.repeat(200_000) })
    const { id } = await addEndpoint(scene, receiver.url)
    await addWorkOrder(scene)
    await until('the log', async () => (await deliveriesOf(scene, id))[0]?.status === 'SUCCEEDED')
    const [attempt] = (await deliveriesOf(scene, id))[0]?.attempts ?? []
    expect(attempt?.responseTruncated).toBe(true)
    expect(attempt?.responseBody?.length).toBe(16_384)
  })

  it('to nobody is logged as refused and tried again', async () => {
    const scene = await setScene()
    const receiver = await startReceiver()
    const { url } = receiver
    await receiver[Symbol.asyncDispose]()
    const { id } = await addEndpoint(scene, url)
    await addWorkOrder(scene)
    await until(
      'two attempts',
      async () => ((await deliveriesOf(scene, id))[0]?.attemptCount ?? 0) >= 2,
    )
    const [delivery] = await deliveriesOf(scene, id)
    expect(delivery?.status).toBe('PENDING')
    expect(delivery?.attempts[0]).toMatchObject({
      succeeded: false,
      failure: 'connect.refused',
      statusCode: null,
    })
  })
})

describe('an endpoint', () => {
  it('gets only the types and places it asked for', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    await addEndpoint(scene, receiver.url, {
      eventTypes: ['workorder.created'],
      filter: { locationIds: [scene.locationId] },
    })
    const elsewhere = await ask(test.url, scene.org.owner, CreateLocation, {
      input: { name: 'Other site', kind: 'LOCATION' },
    })
    const otherId = elsewhere.locationCreate.location?.id ?? ''
    await addWorkOrder({ ...scene, locationId: otherId }, 'elsewhere')
    const order = await addWorkOrder(scene, 'here')
    await ask(test.url, scene.org.owner, ChangeStatus, {
      input: { id: order, status: 'IN_PROGRESS' },
    })
    await addWorkOrder(scene, 'marker')
    await receiver.waitUntil((all) => titles(all).includes('marker'))
    expect(titles(receiver.received)).toEqual(['here', 'marker'])
  })

  it("never gets another organization's events", async () => {
    const [mine, theirs] = [await setScene(), await setScene()]
    await using receiver = await startReceiver()
    await addEndpoint(mine, receiver.url, { eventTypes: ['*'] })
    await addWorkOrder(theirs, 'secret')
    await addWorkOrder(mine, 'marker')
    await receiver.waitUntil((all) => titles(all).includes('marker'))
    expect(titles(receiver.received)).not.toContain('secret')
  })

  it('sends custom headers along and never shows their values again', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    const value = 'token-that-nobody-else-may-see'
    const { id } = await addEndpoint(scene, receiver.url, {
      customHeaders: [{ name: 'X-Shared-Token', value }],
    })
    await addWorkOrder(scene)
    const [request] = await receiver.waitFor(1)
    expect(request?.headers['x-shared-token']).toBe(value)
    const { webhookEndpoint } = await ask(test.url, scene.org.owner, ReadEndpoint, { id })
    expect(webhookEndpoint?.headerNames.map((name) => name.toLowerCase())).toEqual([
      'x-shared-token',
    ])
    await until('the log', async () => (await deliveriesOf(scene, id))[0]?.status === 'SUCCEEDED')
    expect(JSON.stringify(await deliveriesOf(scene, id))).not.toContain(value)
  })

  it('keeps its secret encrypted', async () => {
    const scene = await setScene()
    const { secret } = await addEndpoint(scene, 'https://example.com/hooks')
    const rows = await test.app.database.pool.query(
      'SELECT s::text AS text FROM webhook_endpoint_secret AS s',
    )
    const text = JSON.stringify(rows.rows)
    expect(rows.rows.length).toBeGreaterThan(0)
    for (const form of [
      secret,
      secret.slice(6),
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret.slice(6), 'base64').toString('hex'),
      createHash('sha256').update(secret).digest('hex'),
    ]) {
      expect(text).not.toContain(form)
    }
  })

  it('signs with both secrets during a rotation, the old one first', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    const { id, secret } = await addEndpoint(scene, receiver.url)
    const rotated = await ask(test.url, scene.org.owner, RotateSecret, {
      input: { id, graceSeconds: 3_600 },
    })
    const fresh = rotated.webhookEndpointRotateSecret.signingSecret ?? ''
    expect(fresh).not.toBe(secret)
    await addWorkOrder(scene)
    const [request] = await receiver.waitFor(1)
    if (request === undefined) throw new Error('nothing received')
    for (const live of [secret, fresh]) {
      verifyInfodeck(request, live)
      verifyStandardWebhooks(request, live)
    }
    const [time, first] = String(request.headers['x-infodeck-signature']).split(',v1=')
    verifyInfodeck(
      { ...request, headers: { 'x-infodeck-signature': `${time},v1=${first}` } },
      secret,
    )

    await ask(test.url, scene.org.owner, RotateSecret, { input: { id, graceSeconds: 0 } })
    await addWorkOrder(scene)
    const [, second] = await receiver.waitFor(2)
    if (second === undefined) throw new Error('nothing received')
    for (const dead of [secret, fresh])
      expect(() => verifyInfodeck(second, dead)).toThrow('not verify')
  })

  it('paused, keeps what happens and drains it in order on resume', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    const { id } = await addEndpoint(scene, receiver.url)
    await ask(test.url, scene.org.owner, PauseEndpoint, { input: { id } })
    for (const title of ['one', 'two', 'three']) await addWorkOrder(scene, title)
    await until('the buffer', async () => (await deliveriesOf(scene, id)).length === 3)
    expect(receiver.received).toEqual([])
    await ask(test.url, scene.org.owner, ResumeEndpoint, { input: { id } })
    expect(titles(await receiver.waitFor(3))).toEqual(['one', 'two', 'three'])
  })

  it('may skip what was kept while it was paused', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    const { id } = await addEndpoint(scene, receiver.url)
    await ask(test.url, scene.org.owner, PauseEndpoint, { input: { id } })
    await addWorkOrder(scene, 'skipped')
    await until('the buffer', async () => (await deliveriesOf(scene, id)).length === 1)
    await ask(test.url, scene.org.owner, ResumeEndpoint, { input: { id, skipBuffered: true } })
    await addWorkOrder(scene, 'marker')
    expect(titles(await receiver.waitFor(1))).toEqual(['marker'])
    expect((await deliveriesOf(scene, id)).map((delivery) => delivery.status)).toContain(
      'CANCELLED',
    )
  })

  it('that answers 410 is disabled, keeps its deliveries, and can be resumed', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    receiver.answer = () => ({ status: 410 })
    const { id } = await addEndpoint(scene, receiver.url)
    await addWorkOrder(scene, 'one')
    await until('the end', async () => {
      const { webhookEndpoint } = await ask(test.url, scene.org.owner, ReadEndpoint, { id })
      return webhookEndpoint?.status === 'DISABLED'
    })
    await addWorkOrder(scene, 'two')
    await until('the buffer', async () => (await deliveriesOf(scene, id)).length === 2)
    receiver.answer = undefined
    await ask(test.url, scene.org.owner, ResumeEndpoint, { input: { id } })
    await receiver.waitUntil((all) => titles(all).includes('two'))
    expect(titles(receiver.received)).toEqual(['one', 'one', 'two'])
  })

  it('is changed under a version, and its next delivery goes to the new address', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    await using other = await startReceiver()
    const { id } = await addEndpoint(scene, receiver.url)
    const change = (expectedVersion: number) =>
      ask(test.url, scene.org.owner, UpdateEndpoint, {
        input: { id, url: other.url, expectedVersion },
      })
    expect((await change(7)).webhookEndpointUpdate.userErrors).toMatchObject([
      { code: 'VERSION_CONFLICT' },
    ])
    expect((await change(1)).webhookEndpointUpdate.endpoint).toMatchObject({
      url: other.url,
      version: 2,
    })
    await addWorkOrder(scene)
    await other.waitFor(1)
    expect(receiver.received).toEqual([])
  })

  it('deleted, gets nothing more and is gone', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    await using marker = await startReceiver()
    const { id } = await addEndpoint(scene, receiver.url)
    const { webhookEndpointDelete } = await ask(test.url, scene.org.owner, DeleteEndpoint, {
      input: { id },
    })
    expect(webhookEndpointDelete.deletedId).toBe(id)
    await addEndpoint(scene, marker.url)
    await addWorkOrder(scene)
    await marker.waitFor(1)
    expect(receiver.received).toEqual([])
    expect((await ask(test.url, scene.org.owner, ReadEndpoint, { id })).webhookEndpoint).toBeNull()
  })

  it('of another organization answers as one that does not exist', async () => {
    const [mine, theirs] = [await setScene(), await setScene()]
    const { id } = await addEndpoint(mine, 'https://example.com/hooks')
    const input = { id }
    expect((await ask(test.url, theirs.org.owner, ReadEndpoint, { id })).webhookEndpoint).toBeNull()
    const refusals = [
      (await ask(test.url, theirs.org.owner, PauseEndpoint, { input })).webhookEndpointPause,
      (await ask(test.url, theirs.org.owner, ResumeEndpoint, { input })).webhookEndpointResume,
      (await ask(test.url, theirs.org.owner, DeleteEndpoint, { input })).webhookEndpointDelete,
      (await ask(test.url, theirs.org.owner, RotateSecret, { input })).webhookEndpointRotateSecret,
      (await ask(test.url, theirs.org.owner, TestEndpoint, { input })).webhookEndpointTest,
    ]
    for (const refusal of refusals)
      expect(refusal.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    expect(
      (await ask(test.url, mine.org.owner, ReadEndpoint, { id })).webhookEndpoint?.status,
    ).toBe('ACTIVE')
  })
})

describe('by hand', () => {
  it('a test is sent once, also to a paused endpoint, marked as one and outside the sequence', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    receiver.answer = () => ({ status: 500 })
    const { id, secret } = await addEndpoint(scene, receiver.url)
    await ask(test.url, scene.org.owner, PauseEndpoint, { input: { id } })
    const { webhookEndpointTest } = await ask(test.url, scene.org.owner, TestEndpoint, {
      input: { id },
    })
    expect(webhookEndpointTest.attempt).toMatchObject({
      succeeded: false,
      statusCode: 500,
      failure: 'response.status',
      trigger: 'TEST',
    })
    const [request] = receiver.received
    if (request === undefined) throw new Error('nothing received')
    verifyInfodeck(request, secret)
    expect(request.event).toMatchObject({ type: 'webhook.test', isTest: true, livemode: false })
    expect(request.event.id).toMatch(/^evt_test_/)
    expect(request.headers['webhook-sequence']).toBeUndefined()
    await ask(test.url, scene.org.owner, ResumeEndpoint, { input: { id } })
    receiver.answer = undefined
    await addWorkOrder(scene)
    await receiver.waitFor(2)
    expect(receiver.received[1]?.headers['webhook-sequence']).toBe('1')
  })

  it('a delivery that succeeded can be sent again, out of line', async () => {
    const scene = await setScene()
    await using receiver = await startReceiver()
    const { id } = await addEndpoint(scene, receiver.url)
    await addWorkOrder(scene)
    await until('the log', async () => (await deliveriesOf(scene, id))[0]?.status === 'SUCCEEDED')
    const [delivery] = await deliveriesOf(scene, id)
    await ask(test.url, scene.org.owner, RetryDelivery, { input: { id: delivery?.id ?? '' } })
    const [first, second] = await receiver.waitFor(2)
    expect(second?.body).toBe(first?.body)
    await until('the log', async () => (await deliveriesOf(scene, id))[0]?.attempts.length === 2)
    expect((await deliveriesOf(scene, id))[0]?.attempts[1]).toMatchObject({
      trigger: 'MANUAL',
      succeeded: true,
    })
  })
})
