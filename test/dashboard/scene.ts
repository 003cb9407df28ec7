import { vi } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import { ask, type Credentials, type TestApp } from '../harness/app.ts'
import { startReceiver } from '../harness/receiver.ts'
import { CreateLocation, CreateWorkOrder } from '../harness/documents.ts'
import { writeAudit } from '../../src/database/audit.ts'
import { newId } from '../../src/database/ids.ts'
import { generateApiKey, hashApiKey } from '../../src/identity/keys/api-keys.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'

const FirstLocation = graphql(`
  query DashboardFirstLocation {
    locations(first: 1) {
      nodes {
        id
      }
    }
  }
`)

async function ownerOf(test: TestApp, organizationId: string): Promise<Credentials> {
  const owner = await test.app.database.unscoped.user.findFirstOrThrow({
    where: { organizationId, role: 'OWNER' },
  })
  const { token } = await issueAccessToken(test.config.auth, owner.id)
  return { Authorization: `Bearer ${token}` }
}

async function somePlace(test: TestApp, owner: Credentials): Promise<string> {
  const { locations } = await ask(test.url, owner, FirstLocation)
  const locationId =
    locations.nodes[0]?.id ??
    (await ask(test.url, owner, CreateLocation, { input: { name: 'Plant', kind: 'LOCATION' } }))
      .locationCreate.location?.id
  if (locationId === undefined) throw new Error('There is no place')
  return locationId
}

/** Has a work order created beside the browser. */
export async function changeSomething(
  test: TestApp,
  organizationId: string,
  title = 'Chiller reports low refrigerant',
): Promise<void> {
  const owner = await ownerOf(test, organizationId)
  const locationId = await somePlace(test, owner)
  await ask(test.url, owner, CreateWorkOrder, { input: { title, locationId } })
}

const RequestWork = graphql(`
  mutation DashboardRequestWork($input: WorkRequestCreateInput!) {
    workRequestCreate(input: $input) {
      workRequest {
        id
      }
    }
  }
`)

const RegisterEndpoint = graphql(`
  mutation DashboardRegisterEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      endpoint {
        id
      }
    }
  }
`)

const SomeDelivery = graphql(`
  query DashboardSomeDelivery {
    webhookDeliveries(first: 1, where: { status: [SUCCEEDED] }) {
      nodes {
        id
      }
    }
  }
`)

/** A key and a person in every state, so that every word of state is on screen. */
export async function addAccess(test: TestApp, organizationId: string): Promise<void> {
  const { unscoped } = test.app.database
  const owner = await unscoped.user.findFirstOrThrow({ where: { organizationId, role: 'OWNER' } })
  const past = new Date(Date.now() - 100 * 86_400_000)
  const keys = {
    Gateway: {},
    Forgotten: { created: past },
    Trial: { expiresAt: past },
    Leaked: { revokedAt: past },
  }
  for (const [name, state] of Object.entries(keys)) {
    const key = generateApiKey()
    await unscoped.apiKey.create({
      data: {
        id: newId('apiKey'),
        organizationId,
        name,
        scopes: ['assets:read', 'locations:read', 'work-orders:write'],
        keyHash: hashApiKey(key),
        lastFour: key.slice(-4),
        createdById: owner.id,
        ...state,
      },
    })
  }
  for (const status of ['ACTIVE', 'INVITED', 'SUSPENDED'] as const) {
    const id = newId('user')
    const data = { id, organizationId, email: `${id}@example.com`, name: `Somebody ${status}` }
    await unscoped.user.create({ data: { ...data, role: 'TECHNICIAN', status } })
  }
  await writeAudit(unscoped, organizationId, {
    action: 'apiKeyCreate',
    actor: { type: 'USER', id: owner.id },
    remoteAddress: '127.0.0.1',
    detail: { fields: ['name', 'scopes'] },
    at: new Date(),
  })
}

export interface Filled extends AsyncDisposable {
  /** Screens of single records: name and path. */
  screens: [string, string][]
}

/** Gives an organization something on every screen. */
export async function fillOrganization(test: TestApp, organizationId: string): Promise<Filled> {
  await using started = new AsyncDisposableStack()
  const receiver = started.use(await startReceiver())
  const owner = await ownerOf(test, organizationId)
  const { webhookEndpointCreate } = await ask(test.url, owner, RegisterEndpoint, {
    input: { url: receiver.url, eventTypes: ['workorder.*'], name: 'Ticket system' },
  })
  const endpointId = webhookEndpointCreate.endpoint?.id ?? ''
  await changeSomething(test, organizationId)
  const locationId = await somePlace(test, owner)
  await ask(test.url, owner, RequestWork, { input: { title: 'Cold meeting room', locationId } })
  const delivery = await vi.waitUntil(
    async () => (await ask(test.url, owner, SomeDelivery)).webhookDeliveries.nodes[0],
    { timeout: 15_000 },
  )
  await addAccess(test, organizationId)
  const stack = started.move()
  const tabs = ['deliveries', 'settings', 'signing', 'replays']
  return {
    screens: [
      ['endpoint', `/webhooks/${endpointId}`],
      ...tabs.map((tab): [string, string] => [`endpoint ${tab}`, `/webhooks/${endpointId}/${tab}`]),
      ['delivery', `/deliveries/${delivery.id}`],
      ['event type', '/event-types/workorder.status.changed'],
      ['nothing', '/webhooks/whk-none/overview'],
    ],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
