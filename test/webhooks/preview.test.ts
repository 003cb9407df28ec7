import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.ts'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  send,
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
import { type Receiver, startReceiver } from '../harness/receiver.ts'

const Preview = graphql(`
  mutation Preview($input: WebhookPayloadPreviewInput!) {
    webhookPayloadPreview(input: $input) {
      preview {
        body
        payload
        basis
        fault {
          code
          message
        }
      }
      eventCursor
      userErrors {
        code
        message
        path
      }
    }
  }
`)

const CreateIntegration = graphql(`
  mutation PreviewIntegration($input: IntegrationCreateInput!) {
    integrationCreate(input: $input) {
      integration {
        id
      }
    }
  }
`)

const SMALL =
  'subscription { events { ... on EventEnvelope { type subject { ... on WorkOrder { title } } } } }'
const WIDE =
  'subscription { events { ... on EventEnvelope { subject { ... on WorkOrder { location { name } } } } } }'

let test: TestApp
let org: TestOrganization
let receiver: Receiver
let orderId: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  receiver = await startReceiver()
  const site = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Tower', kind: 'LOCATION' },
  })
  const locationId = site.locationCreate.location?.id ?? ''
  const order = await ask(test.url, org.owner, CreateWorkOrder, {
    input: { title: 'Leak', locationId },
  })
  orderId = order.workOrderCreate.workOrder?.id ?? ''
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

async function preview(input: {
  eventType: string
  subjectId: string
  endpointId?: string
  payload?: string
}) {
  const answer = await ask(test.url, org.owner, Preview, { input })
  return answer.webhookPayloadPreview
}

async function addEndpoint(payload: string | null, integrationId?: string): Promise<string> {
  const answer = await ask(test.url, org.owner, CreateEndpoint, {
    input: {
      url: receiver.url,
      eventTypes: ['workorder.created'],
      payload,
      ...(integrationId === undefined ? {} : { integrationId }),
    },
  })
  return answer.webhookEndpointCreate.endpoint?.id ?? ''
}

describe('preview of a payload', () => {
  it('is byte for byte what the endpoint is sent, for an event that happened', async () => {
    const endpointId = await addEndpoint(SMALL)
    const site = await ask(test.url, org.owner, CreateLocation, {
      input: { name: 'Other', kind: 'LOCATION' },
    })
    const order = await ask(test.url, org.owner, CreateWorkOrder, {
      input: { title: 'Sent', locationId: site.locationCreate.location?.id ?? '' },
    })
    const all = await receiver.waitUntil((each) => each.some(({ body }) => body.includes('Sent')))
    const received = all.find(({ body }) => body.includes('Sent'))
    const sent = all.length
    const shown = await preview({
      endpointId,
      eventType: 'workorder.created',
      subjectId: order.workOrderCreate.workOrder?.id ?? '',
    })
    expect(shown.preview).toEqual({
      body: received?.body,
      payload: JSON.parse(received?.body ?? ''),
      basis: 'EVENT',
      fault: null,
    })
    expect(receiver.received.length).toBe(sent)
  })

  it('shows any type on a real record: as the log knows it, or else the example with its id', async () => {
    await ask(test.url, org.owner, UpdateWorkOrder, { input: { id: orderId, title: 'Flood' } })
    const before = await recordedEvents(test.app, org.organizationId)
    const completed = await preview({
      eventType: 'workorder.status.changed',
      subjectId: orderId,
      payload: SMALL,
    })
    expect(completed.preview?.basis).toBe('SNAPSHOT')
    expect(completed.preview?.payload).toMatchObject({
      type: 'workorder.status.changed',
      organizationId: org.organizationId,
      livemode: true,
      data: { type: 'workorder.status.changed', subject: { title: 'Flood' } },
    })
    const plain = await preview({ eventType: 'workorder.status.changed', subjectId: orderId })
    expect(plain.preview?.payload).toMatchObject({
      data: { object: { id: orderId, title: 'Flood' }, previousAttributes: {} },
    })
    const deleted = await preview({ eventType: 'workorder.deleted', subjectId: orderId })
    expect(deleted.preview?.basis).toBe('EXAMPLE')
    expect(deleted.preview?.payload).toMatchObject({ data: { object: { id: orderId } } })
    expect(await recordedEvents(test.app, org.organizationId)).toEqual(before)
  })

  it('uses a document that is given instead of the saved one, under the same rules', async () => {
    const endpointId = await addEndpoint(SMALL)
    const common = { endpointId, eventType: 'workorder.created', subjectId: orderId }
    const other = await preview({ ...common, payload: WIDE })
    expect(other.preview?.payload).toMatchObject({
      data: { subject: { location: { name: 'Tower' } } },
    })
    const refused = await preview({ ...common, payload: 'subscription { events { nothing } }' })
    expect(refused).toMatchObject({
      preview: null,
      userErrors: [{ code: 'VALIDATION', path: ['input', 'payload'] }],
    })
  })

  it('has the rights of the endpoint, not of whoever looks', async () => {
    const made = await ask(test.url, org.owner, CreateIntegration, {
      input: { name: 'Narrow', scopes: ['work-orders:read', 'locations:read'] },
    })
    const integrationId = made.integrationCreate.integration?.id ?? ''
    const endpointId = await addEndpoint(WIDE, integrationId)
    await test.app.database.unscoped.integration.update({
      where: { id: integrationId },
      data: { scopes: ['work-orders:read'] },
    })
    const common = { endpointId, eventType: 'workorder.created', subjectId: orderId }
    const shown = await preview(common)
    expect(shown.preview?.fault).toEqual({
      code: 'FORBIDDEN',
      message: 'Missing permission locations:read',
    })
    expect(shown.preview?.payload).toMatchObject({
      data: { object: { id: orderId } },
      payloadError: { code: 'FORBIDDEN' },
    })
    const refused = await preview({ ...common, payload: WIDE })
    expect(refused.userErrors[0]?.message).toContain('needs locations:read')
  })

  it('finds nothing of another organization, and no type that does not exist', async () => {
    const other = await addOrganization(test)
    const theirs = await ask(test.url, other.owner, CreateLocation, {
      input: { name: 'Theirs', kind: 'LOCATION' },
    })
    const foreign = theirs.locationCreate.location?.id ?? ''
    for (const subjectId of [foreign, newId('location'), 'nonsense']) {
      const shown = await preview({ eventType: 'location.created', subjectId })
      expect(shown).toMatchObject({
        preview: null,
        userErrors: [
          {
            code: 'NOT_FOUND',
            message: `Record ${subjectId} was not found`,
            path: ['input', 'subjectId'],
          },
        ],
      })
    }
    const unknown = await preview({ eventType: 'workorder.eaten', subjectId: orderId })
    expect(unknown.userErrors[0]?.path).toEqual(['input', 'eventType'])
    const noEndpoint = await preview({
      endpointId: newId('webhookEndpoint'),
      eventType: 'workorder.created',
      subjectId: orderId,
    })
    expect(noEndpoint.userErrors[0]).toMatchObject({
      code: 'NOT_FOUND',
      path: ['input', 'endpointId'],
    })
  })

  it('is for Owners and Admins', async () => {
    const { credentials } = await org.addUser('MANAGER')
    const answer = await send(test.url, credentials, Preview, {
      input: { eventType: 'workorder.created', subjectId: orderId },
    })
    expect(answer.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })

  it('twenty at once do not wait for each other', async () => {
    const shown = await Promise.all(
      Array.from({ length: 20 }, () =>
        preview({ eventType: 'workorder.created', subjectId: orderId, payload: WIDE }),
      ),
    )
    expect(shown.map((each) => each.preview?.fault)).toEqual(shown.map(() => null))
  })
})
