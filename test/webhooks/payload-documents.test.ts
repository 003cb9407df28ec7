import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import { redactEvents } from '../../src/events/redact.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { schema } from '../../src/schema.ts'
import { checkAgainstSchema } from '../../src/webhooks/payloads/payload-status.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import {
  CreateEndpoint,
  CreateLocation,
  CreateWorkOrder,
  UpdateWorkOrder,
} from '../harness/documents.ts'
import { recordedEvents } from '../harness/recorded.ts'
import { until } from '../harness/process.ts'
import { type Received, type Receiver, startReceiver, verifyInfodeck } from '../harness/receiver.ts'
import { noteStatements } from '../harness/statements.ts'

const UpdateEndpoint = graphql(`
  mutation PayloadUpdateEndpoint($input: WebhookEndpointUpdateInput!) {
    webhookEndpointUpdate(input: $input) {
      endpoint {
        payload
        payloadStatus
        version
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

const ReadPayload = graphql(`
  query ReadPayload($id: ID!) {
    webhookEndpoint(id: $id) {
      payload
      payloadStatus
      payloadError {
        code
        message
        eventId
        eventType
        at
      }
    }
  }
`)

const ReadDeliveries = graphql(`
  query PayloadDeliveries($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 100) {
      nodes {
        id
        eventId
        eventType
        status
        attemptCount
        payload
      }
    }
  }
`)

const Resume = graphql(`
  mutation PayloadResume($input: WebhookEndpointResumeInput!) {
    webhookEndpointResume(input: $input) {
      userErrors {
        code
      }
    }
  }
`)

const Pause = graphql(`
  mutation PayloadPause($input: WebhookEndpointPauseInput!) {
    webhookEndpointPause(input: $input) {
      userErrors {
        code
      }
    }
  }
`)

const Delete = graphql(`
  mutation PayloadDelete($input: WebhookEndpointDeleteInput!) {
    webhookEndpointDelete(input: $input) {
      deletedId
    }
  }
`)

/** As pasted from a dashboard: arguments, variables and the other kinds of items included. */
const DASHBOARD = `subscription Board($after: EventCursor) {
  feed: events(after: $after, types: ["workorder.*"]) {
    ... on EventEnvelope {
      what: type
      position
      changedFields
      data
      subject { id ... on WorkOrder { title priority location { name } } }
    }
    ... on StreamCheckpoint { cursor }
    ... on StreamGap { oldestAvailable }
  }
}`

const SMALL =
  'subscription { events { ... on EventEnvelope { type subject { ... on WorkOrder { title } } } } }'

let test: TestApp
let org: TestOrganization
let receiver: Receiver
let locationId: string
const made: string[] = []

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  const site = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Tower', kind: 'LOCATION' },
  })
  locationId = site.locationCreate.location?.id ?? ''
  receiver = await startReceiver()
})
afterEach(async () => {
  for (const id of made.splice(0)) await ask(test.url, org.owner, Delete, { input: { id } })
  receiver.answer = undefined
  receiver.received.length = 0
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

async function addEndpoint(
  payload: string | null,
  more: Partial<Parameters<typeof ask<unknown, { input: object }>>[3] & object> = {},
): Promise<{ id: string; secret: string }> {
  const answer = await ask(test.url, org.owner, CreateEndpoint, {
    input: { url: receiver.url, eventTypes: ['workorder.*'], payload, ...more },
  })
  expect(answer.webhookEndpointCreate.userErrors).toEqual([])
  const id = answer.webhookEndpointCreate.endpoint?.id ?? ''
  made.push(id)
  return { id, secret: answer.webhookEndpointCreate.signingSecret ?? '' }
}

async function createOrder(title: string): Promise<string> {
  const answer = await ask(test.url, org.owner, CreateWorkOrder, { input: { title, locationId } })
  return answer.workOrderCreate.workOrder?.id ?? ''
}

const envelopeOf = (received: Received | undefined): Record<string, unknown> =>
  JSON.parse(received?.body ?? '{}')

async function statusOf(id: string) {
  const { webhookEndpoint } = await ask(test.url, org.owner, ReadPayload, { id })
  return webhookEndpoint
}

describe('what goes out', () => {
  it('is `data` as the document shapes it, in the same envelope, with the same headers and signature', async () => {
    const { id, secret } = await addEndpoint(DASHBOARD)
    const orderId = await createOrder('Leak')
    const [received] = await receiver.waitFor(1)
    if (received === undefined) throw new Error('nothing received')
    verifyInfodeck(received, secret)
    const [recorded] = await recordedEvents(test.app, org.organizationId, ['workorder.created'])
    const envelope = envelopeOf(received)
    expect(envelope).toEqual({
      ...recorded,
      data: {
        what: 'workorder.created',
        position: expect.any(Number),
        changedFields: [],
        data: recorded?.data,
        subject: { id: orderId, title: 'Leak', priority: 'MEDIUM', location: { name: 'Tower' } },
      },
    })
    expect(Object.keys(envelope)).toEqual(Object.keys(recorded ?? {}))
    expect(received.headers['webhook-id']).toBe(recorded?.id)
    const { webhookDeliveries } = await ask(test.url, org.owner, ReadDeliveries, { endpointId: id })
    expect(webhookDeliveries.nodes[0]?.payload).toEqual(envelope)
    expect(await statusOf(id)).toMatchObject({ payloadStatus: 'VALID', payloadError: null })
  })

  it('is the same bytes on every attempt, whatever the record looks like by then', async () => {
    await addEndpoint(SMALL)
    const orderId = await createOrder('Before')
    let failures = 0
    receiver.answer = async () => {
      if (failures++ > 0) return { status: 200 }
      const input = { id: orderId, title: 'After' }
      await ask(test.url, org.owner, UpdateWorkOrder, { input })
      return { status: 500 }
    }
    const received = await receiver.waitUntil((all) => all.length >= 3)
    const created = received.filter((each) => each.event.type === 'workorder.created')
    expect(created.map((each) => each.headers['webhook-attempt'])).toEqual(['1', '2'])
    expect(created[1]?.body).toBe(created[0]?.body)
    expect(envelopeOf(created[0])['data']).toEqual({
      type: 'workorder.created',
      subject: { title: 'Before' },
    })
  })

  it('shows fields of the event as recorded, and the subject as it is when it is rendered', async () => {
    const { id } = await addEndpoint(
      'subscription { events { ... on EventEnvelope { data subject { ... on WorkOrder { title } } } } }',
    )
    await ask(test.url, org.owner, Pause, { input: { id } })
    const orderId = await createOrder('Then')
    await ask(test.url, org.owner, UpdateWorkOrder, { input: { id: orderId, title: 'Now' } })
    await ask(test.url, org.owner, Resume, { input: { id } })
    const [created] = await receiver.waitFor(2)
    expect(envelopeOf(created)['data']).toMatchObject({
      data: { object: { title: 'Then' } },
      subject: { title: 'Now' },
    })
  })

  it('is rendered once per document and event: two endpoints with one document send the same bytes', async () => {
    const first = await addEndpoint(SMALL)
    const second = await addEndpoint(SMALL)
    await ask(test.url, org.owner, Pause, { input: { id: second.id } })
    const orderId = await createOrder('Once')
    await receiver.waitFor(1)
    await test.app.database.unscoped.workOrder.update({
      where: { id: orderId },
      data: { title: 'Changed behind the back of the log' },
    })
    await ask(test.url, org.owner, Resume, { input: { id: second.id } })
    const received = await receiver.waitFor(2)
    expect(received[1]?.body).toBe(received[0]?.body)
    expect(first.id).not.toBe(second.id)
  })

  it('costs the same statements for many events as for one, a turn at a time, and none for other endpoints', async () => {
    const { id } = await addEndpoint(DASHBOARD, { ordering: 'NONE' } as never)
    const count = async (orders: number) => {
      await ask(test.url, org.owner, Pause, { input: { id } })
      receiver.received.length = 0
      for (let n = 0; n < orders; n++) await createOrder(`Order ${n}`)
      await until('every position', async () => {
        const open = await test.app.database.pool.query(
          'SELECT 1 FROM event WHERE position IS NULL',
        )
        return open.rowCount === 0
      })
      using statements = noteStatements()
      await ask(test.url, org.owner, Resume, { input: { id } })
      await receiver.waitFor(orders)
      return {
        loads: statements.texts.filter((text) => /FROM "public"."work_order"/.test(text)).length,
        events: statements.texts.filter((text) => text.includes('AS rendered')).length,
        stores: statements.texts.filter((text) =>
          text.includes('coalesce(delivery.body, given.body)'),
        ).length,
      }
    }
    expect(await count(1)).toEqual({ loads: 1, events: 1, stores: 1 })
    expect(await count(20)).toEqual({ loads: 1, events: 1, stores: 1 })
    // Forty are more than one turn of rendering takes.
    expect(await count(40)).toEqual({ loads: 2, events: 1, stores: 1 })
    await ask(test.url, org.owner, UpdateEndpoint, { input: { id, payload: null } })
    expect(await count(5)).toEqual({ loads: 0, events: 0, stores: 0 })
  })

  it('keeps the order over more events than are shaped at once', async () => {
    const { id } = await addEndpoint(SMALL)
    await ask(test.url, org.owner, Pause, { input: { id } })
    for (let n = 0; n < 130; n++) await createOrder(`Order ${n}`)
    await ask(test.url, org.owner, Resume, { input: { id } })
    const received = await receiver.waitFor(130, 60_000)
    expect(received.map((each) => Number(each.headers['webhook-sequence']))).toEqual(
      Array.from({ length: 130 }, (_, n) => n + 1),
    )
    expect(received.map((each) => envelopeOf(each)['data'])).toEqual(
      Array.from({ length: 130 }, (_, n) => ({
        type: 'workorder.created',
        subject: { title: `Order ${n}` },
      })),
    )
  }, 120_000)

  it('holds nothing any more of a person who was erased', async () => {
    const { id } = await addEndpoint(SMALL)
    const orderId = await createOrder('Name of a person')
    await receiver.waitFor(1)
    const caller = {
      kind: 'system',
      organizationId: org.organizationId,
      plan: 'PROFESSIONAL',
    } as const
    await transaction(test.app, caller, (unit) =>
      redactEvents(unit, [orderId], (payload) => {
        payload['title'] = 'Erased'
      }),
    )
    const { webhookDeliveries } = await ask(test.url, org.owner, ReadDeliveries, { endpointId: id })
    expect(JSON.stringify(webhookDeliveries.nodes)).toContain('Erased')
    expect(JSON.stringify(webhookDeliveries.nodes)).not.toContain('Name of a person')
  })
})

describe('what cannot be rendered', () => {
  it('goes out in the form of the catalogue with payloadError, and the owner hears of it once', async () => {
    const { id, secret } = await addEndpoint(SMALL)
    await using other = await startReceiver()
    const watching = await ask(test.url, org.owner, CreateEndpoint, {
      input: { url: other.url, eventTypes: ['webhook.*'] },
    })
    made.push(watching.webhookEndpointCreate.endpoint?.id ?? '')
    // As if an upgrade had taken the field away.
    const broken = SMALL.replace('title', 'nickname')
    await test.app.database.pool.query(
      `UPDATE webhook_endpoint SET payload = $2, payload_hash = md5($2) || md5($2), version = version + 1
        WHERE id = $1`,
      [id, broken],
    )
    await createOrder('First')
    await createOrder('Second')
    const received = await receiver.waitFor(2)
    const recorded = (
      await recordedEvents(test.app, org.organizationId, ['workorder.created'])
    ).slice(-2)
    for (const [index, each] of received.entries()) {
      verifyInfodeck(each, secret)
      expect(envelopeOf(each)).toEqual({
        ...recorded[index],
        payloadError: {
          code: 'INVALID_DOCUMENT',
          message: 'Cannot query field "nickname" on type "WorkOrder".',
        },
      })
    }
    const [told] = await other.waitFor(1)
    expect(told?.event).toMatchObject({
      type: 'webhook.endpoint.payload.invalid',
      data: {
        object: { endpointId: id, code: 'INVALID_DOCUMENT', eventType: 'workorder.created' },
      },
    })
    expect(await statusOf(id)).toMatchObject({
      payloadStatus: 'INVALID',
      payloadError: { code: 'INVALID_DOCUMENT', eventId: recorded[0]?.id },
    })
    await createOrder('Third')
    await receiver.waitFor(3)
    const events = await recordedEvents(test.app, org.organizationId, [
      'webhook.endpoint.payload.invalid',
    ])
    expect(events.filter((event) => event.data.object['endpointId'] === id).length).toBe(1)

    // Saved again it is valid, and what comes is shaped.
    const saved = await ask(test.url, org.owner, UpdateEndpoint, { input: { id, payload: SMALL } })
    expect(saved.webhookEndpointUpdate.endpoint?.payloadStatus).toBe('VALID')
    await createOrder('Fourth')
    const [, , , fourth] = await receiver.waitFor(4)
    expect(envelopeOf(fourth)['data']).toMatchObject({ subject: { title: 'Fourth' } })
    expect(await statusOf(id)).toMatchObject({ payloadError: null })
  })

  it('is one event and not its neighbours, when one alone is too large', async () => {
    const { id } = await addEndpoint(
      `subscription { events { ... on EventEnvelope { ${Array.from({ length: 29 }, (_, n) => `d${n}: data`).join(' ')} } } }`,
    )
    await ask(test.url, org.owner, Pause, { input: { id } })
    await createOrder('small')
    await ask(test.url, org.owner, CreateWorkOrder, {
      input: { title: 'large', locationId, description: 'x'.repeat(9_900) },
    })
    await ask(test.url, org.owner, CreateWorkOrder, { input: { title: 'small too', locationId } })
    // 29 times some 10 KB is beyond 256 KB, 29 times one KB is not.
    await ask(test.url, org.owner, Resume, { input: { id } })
    const received = await receiver.waitFor(3)
    expect(received.map((each) => envelopeOf(each)['payloadError'])).toEqual([
      undefined,
      { code: 'TOO_LARGE', message: expect.stringMatching(/at most 262144 are allowed/) },
      undefined,
    ])
    expect(await statusOf(id)).toMatchObject({ payloadStatus: 'INVALID' })
    // Saving the same document again is how an owner says that it was seen to.
    const { payload } = (await statusOf(id)) ?? {}
    const saved = await ask(test.url, org.owner, UpdateEndpoint, {
      input: { id, payload: payload ?? '' },
    })
    expect(saved.webhookEndpointUpdate.endpoint?.payloadStatus).toBe('VALID')
  })

  it('is found at the next start, when the schema has changed, and found to fit again likewise', async () => {
    const good = await addEndpoint(SMALL)
    const bad = await addEndpoint(SMALL)
    const { pool } = test.app.database
    const broken = SMALL.replace('title', 'nickname')
    await pool.query(
      `UPDATE webhook_endpoint SET payload = $2, payload_hash = md5($2) || md5($2), payload_checked = 'another schema'
        WHERE id = $1`,
      [bad.id, broken],
    )
    const check = () => checkAgainstSchema(test.app, async () => schema, 1)
    expect(await check()).toBe(1)
    expect(await statusOf(bad.id)).toMatchObject({
      payloadStatus: 'INVALID',
      payloadError: { code: 'INVALID_DOCUMENT', eventId: null },
    })
    expect(await statusOf(good.id)).toMatchObject({ payloadStatus: 'VALID' })
    // Once per change of state, however often it is started.
    await pool.query(`UPDATE webhook_endpoint SET payload_checked = NULL WHERE id = $1`, [bad.id])
    expect(await check()).toBe(1)
    expect(await check()).toBe(0)
    const events = await recordedEvents(test.app, org.organizationId, [
      'webhook.endpoint.payload.invalid',
    ])
    expect(events.filter((event) => event.data.object['endpointId'] === bad.id).length).toBe(1)
    // The next upgrade brings the field back.
    await pool.query(
      `UPDATE webhook_endpoint SET payload = $2, payload_checked = NULL WHERE id = $1`,
      [bad.id, SMALL],
    )
    await check()
    expect(await statusOf(bad.id)).toMatchObject({ payloadStatus: 'VALID', payloadError: null })
  })
})

describe('a document is refused at save', () => {
  const field = (inner: string) => `subscription { events { ... on EventEnvelope { ${inner} } } }`
  const deep = `subject { ... on WorkOrder { location { ${'parent { '.repeat(8)} name ${'}'.repeat(8)} } } }`
  it.each([
    ['that is no GraphQL', 'subscription {', /Syntax Error/],
    ['that is a query', '{ viewer { plan } }', /one operation, a subscription/],
    [
      'with two operations',
      `subscription A { events { __typename } } subscription B { events { __typename } }`,
      /one operation/,
    ],
    [
      'of another subscription',
      'subscription { webhookDeliveries(endpointId: "x") { cursor } }',
      /must be `subscription \{ events/,
    ],
    ['with an unknown field', field('nickname'), /Cannot query field "nickname"/],
    [
      'that asks for nothing of an event',
      'subscription { events { __typename } }',
      /no field of EventEnvelope/,
    ],
    [
      'with a variable that nobody gives',
      `subscription ($types: [EventType!]!) { events(types: $types) { ... on EventEnvelope { id } } }`,
      /nobody gives its variables a value/,
    ],
    ['over 8 KB', field(`id ${' '.repeat(8_200)}`), /at most 8192 bytes/],
    ['over ten levels', field(deep), /levels deep; at most 10/],
    [
      'that costs too much',
      field(
        'subject { ... on WorkOrder { comments(first: 100) { nodes { id text author { id name email } created } } labor(first: 100) { nodes { id user { id name email } } } } }',
      ),
      /points for each event; at most 1000/,
    ],
    [
      'with more aliases than any document may have',
      field(Array.from({ length: 31 }, (_, n) => `a${n}: id`).join(' ')),
      /at most 30 are allowed/,
    ],
    [
      'that reads what only people may',
      field('subject { ... on WebhookEndpoint { url } }'),
      /needs webhooks:manage, which this endpoint does not have/,
    ],
  ])('%s', async (_name, payload, message) => {
    const answer = await ask(test.url, org.owner, CreateEndpoint, {
      input: { url: receiver.url, eventTypes: ['workorder.*'], payload },
    })
    expect(answer.webhookEndpointCreate.userErrors).toEqual([
      { code: 'VALIDATION', message: expect.stringMatching(message), path: ['input', 'payload'] },
    ])
    expect(answer.webhookEndpointCreate.endpoint).toBeNull()
  })

  it('and the endpoint keeps the one that it has', async () => {
    const { id } = await addEndpoint(SMALL)
    const answer = await ask(test.url, org.owner, UpdateEndpoint, {
      input: { id, payload: field('nickname') },
    })
    expect(answer.webhookEndpointUpdate.userErrors[0]?.path).toEqual(['input', 'payload'])
    expect((await statusOf(id))?.payload).toBe(SMALL)
  })
})
