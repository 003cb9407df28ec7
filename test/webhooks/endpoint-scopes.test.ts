import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SCOPES } from '../../src/access/caller.ts'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateEndpoint, CreateLocation, CreateWorkOrder } from '../harness/documents.ts'
import { until } from '../harness/process.ts'
import { type Receiver, startReceiver } from '../harness/receiver.ts'
import { noteStatements } from '../harness/statements.ts'

const CreateIntegration = graphql(`
  mutation ScopesCreateIntegration($input: IntegrationCreateInput!) {
    integrationCreate(input: $input) {
      integration {
        id
      }
    }
  }
`)

const UpdateIntegration = graphql(`
  mutation ScopesUpdateIntegration($input: IntegrationUpdateInput!) {
    integrationUpdate(input: $input) {
      userErrors {
        message
      }
    }
  }
`)

const DeleteIntegration = graphql(`
  mutation ScopesDeleteIntegration($input: IntegrationDeleteInput!) {
    integrationDelete(input: $input) {
      deletedId
    }
  }
`)

const UpdateEndpoint = graphql(`
  mutation ScopesUpdateEndpoint($input: WebhookEndpointUpdateInput!) {
    webhookEndpointUpdate(input: $input) {
      endpoint {
        name
        integrationId
        payloadStatus
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

const ReadEndpoint = graphql(`
  query ScopesEndpoint($id: ID!) {
    webhookEndpoint(id: $id) {
      integrationId
      integration {
        id
        name
        webhookEndpoints {
          id
        }
      }
      payloadStatus
      payloadError {
        code
        message
      }
    }
  }
`)

const ReadDeliveries = graphql(`
  query ScopesDeliveries($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 100) {
      nodes {
        id
        eventType
        sequence
        status
        skipReason
        attemptCount
        completedAt
        nextAttemptAt
      }
    }
  }
`)

const Retry = graphql(`
  mutation ScopesRetry($input: WebhookDeliveryRetryInput!) {
    webhookDeliveryRetry(input: $input) {
      userErrors {
        code
      }
    }
  }
`)

let test: TestApp
let org: TestOrganization
let receiver: Receiver
let locationId: string

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
  // What comes later is none of their business.
  await test.app.database.pool.query('UPDATE webhook_endpoint SET deleted_at = now()')
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

async function addIntegration(scopes: string[], name = 'Building automation'): Promise<string> {
  const answer = await ask(test.url, org.owner, CreateIntegration, { input: { name, scopes } })
  return answer.integrationCreate.integration?.id ?? ''
}

async function narrow(id: string, scopes: string[]): Promise<void> {
  const answer = await ask(test.url, org.owner, UpdateIntegration, { input: { id, scopes } })
  expect(answer.integrationUpdate.userErrors).toEqual([])
}

const register = (eventTypes: string[], integrationId: string, payload: string | null = null) =>
  ask(test.url, org.owner, CreateEndpoint, {
    input: { url: receiver.url, eventTypes, integrationId, payload },
  })

async function endpointOf(eventTypes: string[], integrationId: string): Promise<string> {
  const answer = await register(eventTypes, integrationId)
  expect(answer.webhookEndpointCreate.userErrors).toEqual([])
  return answer.webhookEndpointCreate.endpoint?.id ?? ''
}

const createOrder = (title: string) =>
  ask(test.url, org.owner, CreateWorkOrder, { input: { title, locationId } })

const createSite = (name: string) =>
  ask(test.url, org.owner, CreateLocation, { input: { name, kind: 'LOCATION' } })

/** Oldest first, once this many have ended. */
async function ended(endpointId: string, count: number) {
  let nodes: Awaited<ReturnType<typeof read>> = []
  const read = async () => {
    const answer = await ask(test.url, org.owner, ReadDeliveries, { endpointId })
    // What was recorded in one moment the log lists in no order.
    return answer.webhookDeliveries.nodes.toSorted(
      (a, b) => (a.sequence ?? Infinity) - (b.sequence ?? Infinity),
    )
  }
  await until(`${count} ended deliveries`, async () => {
    nodes = await read()
    return nodes.filter((node) => node.status !== 'PENDING').length === count
  })
  return nodes
}

describe('when an endpoint subscribes', () => {
  it('its integration must hold the scopes of every event, exact or by a pattern; write implies read', async () => {
    const orders = await addIntegration(['work-orders:write'])
    await endpointOf(['workorder.created', 'workorder.*'], orders)
    for (const [pattern, type] of [
      ['location.created', 'location.created'],
      ['location.*', 'location.created'],
    ] as const) {
      const refused = await register(['workorder.created', pattern], orders)
      expect(refused.webhookEndpointCreate.userErrors).toEqual([
        {
          code: 'VALIDATION',
          message: `eventTypes: the integration "Building automation" lacks locations:read, which ${type} needs`,
          path: ['input', 'eventTypes', '1'],
        },
      ])
    }
    const all = await register(['*'], orders)
    expect(all.webhookEndpointCreate.userErrors[0]?.path).toEqual(['input', 'eventTypes', '0'])
  })

  it('what only people may see is no reason to refuse a pattern, but cannot be asked for by name', async () => {
    const everything = await addIntegration([...SCOPES])
    await endpointOf(['*'], everything)
    const refused = await register(['webhook.endpoint.payload.invalid'], everything)
    expect(refused.webhookEndpointCreate.userErrors[0]?.message).toContain('lacks webhooks:manage')
  })

  it('changing types or the integration is checked again; changing the name is not', async () => {
    const orders = await addIntegration(['work-orders:read'])
    const id = await endpointOf(['workorder.created'], orders)
    const update = (input: object) =>
      ask(test.url, org.owner, UpdateEndpoint, { input: { id, ...input } })
    const wider = await update({ eventTypes: ['location.created'] })
    expect(wider.webhookEndpointUpdate.userErrors[0]?.path).toEqual(['input', 'eventTypes', '0'])
    const places = await addIntegration(['locations:read'], 'Places')
    const moved = await update({ integrationId: places })
    expect(moved.webhookEndpointUpdate.userErrors[0]?.message).toContain('lacks work-orders:read')
    await narrow(orders, ['assets:read'])
    const renamed = await update({ name: 'Renamed' })
    expect(renamed.webhookEndpointUpdate.endpoint?.name).toBe('Renamed')
    const both = await update({ integrationId: places, eventTypes: ['location.*'] })
    expect(both.webhookEndpointUpdate.endpoint?.integrationId).toBe(places)
  })

  it('an integration of another organization is no integration', async () => {
    const other = await addOrganization(test)
    const answer = await ask(test.url, other.owner, CreateIntegration, {
      input: { name: 'Theirs', scopes: ['work-orders:read'] },
    })
    const id = answer.integrationCreate.integration?.id ?? ''
    const refused = await register(['workorder.created'], id)
    expect(refused.webhookEndpointCreate.userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'integrationId'] },
    ])
  })

  it('an endpoint and its integration name each other', async () => {
    const orders = await addIntegration(['work-orders:read'], 'Named')
    const id = await endpointOf(['workorder.created'], orders)
    const { webhookEndpoint } = await ask(test.url, org.owner, ReadEndpoint, { id })
    expect(webhookEndpoint?.integration).toEqual({
      id: orders,
      name: 'Named',
      webhookEndpoints: [{ id }],
    })
  })

  it('a document may name nothing that its integration may not read', async () => {
    const orders = await addIntegration(['work-orders:read'])
    const payload =
      'subscription { events { ... on EventEnvelope { subject { ... on WorkOrder { location { name } } } } } }'
    const refused = await register(['workorder.created'], orders, payload)
    expect(refused.webhookEndpointCreate.userErrors).toEqual([
      {
        code: 'VALIDATION',
        message:
          'payload: WorkOrder.location needs locations:read, which this endpoint does not have',
        path: ['input', 'payload'],
      },
    ])
  })
})

describe('when it is delivered to', () => {
  it('a lost scope skips the delivery and says so in the log; what is still allowed goes on, in order', async () => {
    const both = await addIntegration(['work-orders:read', 'locations:read'], 'Twofold')
    const id = await endpointOf(['workorder.*', 'location.*'], both)
    await createOrder('one')
    await createSite('two')
    await ended(id, 2)
    await narrow(both, ['work-orders:read'])
    await createSite('three')
    await createOrder('four')
    await createSite('five')
    await createOrder('six')
    const nodes = await ended(id, 6)
    expect(nodes.map((node) => [node.eventType, node.status, node.sequence])).toEqual([
      ['workorder.created', 'SUCCEEDED', 1],
      ['location.created', 'SUCCEEDED', 2],
      ['location.created', 'SKIPPED', 3],
      ['workorder.created', 'SUCCEEDED', 4],
      ['location.created', 'SKIPPED', 5],
      ['workorder.created', 'SUCCEEDED', 6],
    ])
    expect(nodes[2]).toMatchObject({
      skipReason: 'The integration "Twofold" lacks locations:read',
      attemptCount: 0,
      nextAttemptAt: null,
      completedAt: expect.any(String),
    })
    // By hand neither, until the scope is back.
    const { webhookDeliveryRetry } = await ask(test.url, org.owner, Retry, {
      input: { id: nodes[2]?.id ?? '' },
    })
    expect(webhookDeliveryRetry.userErrors).toEqual([])
    await until('the retry to be refused', async () => {
      const [, , third] = await ended(id, 6)
      return third?.nextAttemptAt === null
    })
    expect((await ended(id, 6))[2]).toMatchObject({ status: 'SKIPPED', attemptCount: 0 })
    await narrow(both, ['work-orders:read', 'locations:read'])
    await ask(test.url, org.owner, Retry, { input: { id: nodes[2]?.id ?? '' } })
    await until('the retry', async () => (await ended(id, 6))[2]?.status === 'SUCCEEDED')
    await createSite('seven')
    expect((await ended(id, 7))[6]).toMatchObject({ status: 'SUCCEEDED', skipReason: null })
  })

  it.each(['ENDPOINT', 'OBJECT', 'NONE'] as const)(
    'a backlog of more than one window is skipped whole, with ordering %s',
    async (ordering) => {
      const orders = await addIntegration(['work-orders:read'], 'Soon narrowed')
      const answer = await ask(test.url, org.owner, CreateEndpoint, {
        input: {
          url: receiver.url,
          eventTypes: ['workorder.created'],
          integrationId: orders,
          ordering,
        },
      })
      const id = answer.webhookEndpointCreate.endpoint?.id ?? ''
      const { pool } = test.app.database
      await pool.query(`UPDATE webhook_endpoint SET status = 'PAUSED' WHERE id = $1`, [id])
      await pool.query(
        `INSERT INTO webhook_delivery (id, organization_id, endpoint_id, event_id, event_type, subject_id, sequence, due_at, next_attempt_at)
         SELECT $1 || '-' || n, $2, $1, 'evt_x' || n, 'workorder.created', 'wo-' || n, n, now(), now()
           FROM generate_series(1, 450) AS n`,
        [id, org.organizationId],
      )
      await pool.query('UPDATE delivery_lane SET last_sequence = 450 WHERE endpoint_id = $1', [id])
      await narrow(orders, ['assets:read'])
      const before = receiver.received.length
      await pool.query(`UPDATE webhook_endpoint SET status = 'ACTIVE' WHERE id = $1`, [id])
      await pool.query(
        `UPDATE delivery_lane SET wake_at = now() - interval '2 s' WHERE endpoint_id = $1`,
        [id],
      )
      await until('all to be skipped', async () => {
        const { rows } = await pool.query(
          `SELECT count(*)::int FROM webhook_delivery WHERE endpoint_id = $1 AND status = 'SKIPPED'`,
          [id],
        )
        return rows[0].count === 450
      })
      expect(receiver.received.length).toBe(before)
    },
  )

  it('a deleted integration ends all sending, and nothing is widened by it', async () => {
    const orders = await addIntegration(['work-orders:read'], 'Deleted')
    const id = await endpointOf(['workorder.created'], orders)
    await createOrder('before')
    await ended(id, 1)
    await ask(test.url, org.owner, DeleteIntegration, { input: { id: orders } })
    await createOrder('after')
    const nodes = await ended(id, 2)
    expect(nodes[1]).toMatchObject({
      status: 'SKIPPED',
      skipReason: `The integration ${orders} was deleted`,
    })
    const { webhookEndpoint } = await ask(test.url, org.owner, ReadEndpoint, { id })
    expect(webhookEndpoint).toMatchObject({ integrationId: orders, integration: null })
    // Until a person says whose it is now.
    await ask(test.url, org.owner, UpdateEndpoint, { input: { id, integrationId: null } })
    await createOrder('freed')
    expect((await ended(id, 3))[2]?.status).toBe('SUCCEEDED')
  })

  it('a document that may not read what it names any more falls back, and says so', async () => {
    const both = await addIntegration(['work-orders:read', 'locations:read'], 'Reader')
    const payload =
      'subscription { events { ... on EventEnvelope { subject { ... on WorkOrder { location { name } } } } } }'
    const answer = await register(['workorder.created'], both, payload)
    const id = answer.webhookEndpointCreate.endpoint?.id ?? ''
    await narrow(both, ['work-orders:read'])
    const before = receiver.received.length
    await createOrder('unread')
    await receiver.waitUntil((all) =>
      all.slice(before).some((each) => JSON.parse(each.body).payloadError !== undefined),
    )
    const { webhookEndpoint } = await ask(test.url, org.owner, ReadEndpoint, { id })
    expect(webhookEndpoint).toMatchObject({
      payloadStatus: 'INVALID',
      payloadError: { code: 'FORBIDDEN', message: 'Missing permission locations:read' },
    })
  })

  it('costs no statement per delivery', async () => {
    const orders = await addIntegration(['work-orders:read'], 'Counted')
    const id = await endpointOf(['workorder.created'], orders)
    await createOrder('first')
    await ended(id, 1)
    using statements = noteStatements()
    for (let n = 0; n < 20; n++) await createOrder(`Order ${n}`)
    await ended(id, 21)
    const about = statements.texts.filter((text) => /LEFT JOIN integration|'SKIPPED'/.test(text))
    expect(about).toEqual([])
  })
})
