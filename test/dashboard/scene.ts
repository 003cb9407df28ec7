import { vi } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import { ask, type Credentials, type TestApp } from '../harness/app.ts'
import { startReceiver } from '../harness/receiver.ts'
import { CreateLocation, CreateWorkOrder } from '../harness/documents.ts'
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

/** Has a work order created beside the browser. */
export async function changeSomething(
  test: TestApp,
  organizationId: string,
  title = 'Chiller reports low refrigerant',
): Promise<void> {
  const owner = await ownerOf(test, organizationId)
  const { locations } = await ask(test.url, owner, FirstLocation)
  const locationId =
    locations.nodes[0]?.id ??
    (await ask(test.url, owner, CreateLocation, { input: { name: 'Plant', kind: 'LOCATION' } }))
      .locationCreate.location?.id
  if (locationId === undefined) throw new Error('There is no place')
  await ask(test.url, owner, CreateWorkOrder, { input: { title, locationId } })
}

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
  const delivery = await vi.waitUntil(
    async () => (await ask(test.url, owner, SomeDelivery)).webhookDeliveries.nodes[0],
    { timeout: 15_000 },
  )
  const stack = started.move()
  const tabs = ['deliveries', 'settings', 'signing', 'replays']
  return {
    screens: [
      ['endpoint', `/webhooks/${endpointId}`],
      ...tabs.map((tab): [string, string] => [`endpoint ${tab}`, `/webhooks/${endpointId}/${tab}`]),
      ['delivery', `/deliveries/${delivery.id}`],
      ['nothing', '/webhooks/whk-none/overview'],
    ],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
