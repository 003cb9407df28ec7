import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { openDatabase } from '../../src/database/database.ts'
import type { ListAttemptsQuery, ReadEventsQuery } from '../../src/generated/client/graphql.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { ask, TEST_ENVIRONMENT } from '../harness/app.ts'
import { cloneDatabase } from '../harness/database.ts'
import {
  CreateEndpoint,
  CreateLocation,
  CreateWorkOrder,
  ReadEvents,
} from '../harness/documents.ts'
import { freePort, isReady, type ProductProcess, spawnProduct, until } from '../harness/process.ts'
import { type Received, startReceiver, verifyInfodeck } from '../harness/receiver.ts'

const MUTATIONS = 500
const CLIENTS = 4
const RECEIVERS = 3
const MIN_KILLS = 5

const CountDeliveries = graphql(`
  query CountDeliveries {
    pending: webhookDeliveries(where: { status: [PENDING] }) {
      totalCount
    }
    all: webhookDeliveries {
      totalCount
    }
  }
`)

const ListAttempts = graphql(`
  query ListAttempts($endpointId: ID!, $after: String) {
    webhookDeliveries(endpointId: $endpointId, first: 100, after: $after) {
      nodes {
        eventId
        status
        attempts {
          succeeded
          statusCode
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

describe('a process that is killed again and again', () => {
  it(
    'loses no event, keeps the order, and repeats only with the same id',
    { timeout: 180_000 },
    async () => {
      await using database = await cloneDatabase()
      const env = { DATABASE_URL: database.url, PORT: String(await freePort()) }
      const url = `http://127.0.0.1:${env.PORT}`
      const config = loadConfig({ ...TEST_ENVIRONMENT, ...env }, () => {
        throw new Error('no own secrets')
      })
      await using own = openDatabase(database.url, 3)
      const owner = await createOrganization(own, {
        name: 'Crash test',
        plan: 'ENTERPRISE',
        owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
      })
      const credentials = {
        Authorization: `Bearer ${(await issueAccessToken(config.auth, owner.userId)).token}`,
      }

      let product: ProductProcess = spawnProduct(env)
      await until('the first start', () => isReady(url))
      const { locationCreate } = await ask(url, credentials, CreateLocation, {
        input: { name: 'Site', kind: 'LOCATION' },
      })
      const locationId = locationCreate.location?.id ?? ''
      await using receivers = new AsyncDisposableStack()
      const targets: { endpointId: string; secret: string; received: Received[] }[] = []
      for (let n = 0; n < RECEIVERS; n++) {
        const receiver = receivers.use(await startReceiver())
        const { webhookEndpointCreate } = await ask(url, credentials, CreateEndpoint, {
          input: { url: receiver.url, eventTypes: ['workorder.*'] },
        })
        targets.push({
          endpointId: webhookEndpointCreate.endpoint?.id ?? '',
          secret: webhookEndpointCreate.signingSecret ?? '',
          received: receiver.received,
        })
      }

      let started = 0
      let kills = 0
      const confirmed: string[] = []
      const client = async () => {
        while (started < MUTATIONS || kills < MIN_KILLS) {
          const n = ++started
          // A request that breaks off may have been committed or not: the log decides, not the client.
          const answer = await ask(url, credentials, CreateWorkOrder, {
            input: { title: `Work ${n}`, locationId },
          }).catch(() => undefined)
          if (answer === undefined) await until('the restart', () => isReady(url))
          else confirmed.push(answer.workOrderCreate.workOrder?.id ?? '')
        }
      }
      let finished = false
      const killer = async () => {
        while (!finished) {
          const target = confirmed.length + 40 + ((kills * 17) % 60)
          await until('work between kills', () => finished || confirmed.length >= target, 60_000)
          if (finished) return
          product.signal('SIGKILL')
          await product.exited
          kills++
          product = spawnProduct(env)
          await until('the restart', () => isReady(url))
        }
      }
      const killing = killer()
      await Promise.all(Array.from({ length: CLIENTS }, client))
      finished = true
      await killing
      await until('the restart', () => isReady(url))

      const count = async () => ask(url, credentials, CountDeliveries)
      const orders = await own.pool.query<{ id: string }>('SELECT id FROM work_order')
      const expected = orders.rows.length * RECEIVERS
      await until(
        'every delivery',
        async () => {
          const { pending, all } = await count()
          return pending.totalCount === 0 && all.totalCount === expected
        },
        60_000,
      )
      expect(kills).toBeGreaterThanOrEqual(MIN_KILLS)
      expect(confirmed.length).toBeGreaterThanOrEqual(MUTATIONS - kills * CLIENTS)

      // Every committed change has its event, at positions 1…N without gap or repeat.
      const events = await readAllEvents(url, credentials)
      expect(events.map((event) => event.position)).toEqual(events.map((_, index) => index + 1))
      const created = events.filter((event) => event.type === 'workorder.created')
      const subjects = created.map((event) => subjectOf(event.data))
      expect(subjects.toSorted()).toEqual(orders.rows.map((row) => row.id).toSorted())
      for (const id of confirmed) expect(subjects).toContain(id)

      // Every receiver got every event, first times in the order of positions, every one signed.
      for (const { endpointId, secret, received } of targets) {
        for (const request of received) verifyInfodeck(request, secret)
        const firsts = [...new Set(received.map((request) => request.event.id))]
        expect(firsts).toEqual(created.map((event) => event.id))
        const sequences = new Map(
          received.map((request) => [
            request.event.id,
            Number(request.headers['webhook-sequence']),
          ]),
        )
        expect(firsts.map((id) => sequences.get(id))).toEqual(firsts.map((_, index) => index + 1))
        for (const delivery of await readAllDeliveries(url, credentials, endpointId)) {
          expect(delivery.status).toBe('SUCCEEDED')
          expect(delivery.attempts.some((attempt) => attempt.succeeded)).toBe(true)
        }
      }
      product.signal('SIGTERM')
      expect(await product.exited).toBe(0)
    },
  )
})

function subjectOf(data: Record<string, unknown>): string {
  const object = data['object']
  return typeof object === 'object' && object !== null && 'id' in object ? String(object.id) : ''
}

async function readAllEvents(url: string, credentials: { Authorization: string }) {
  const events: ReadEventsQuery['events']['nodes'] = []
  for (let after: string | null = null; ;) {
    const { events: page }: ReadEventsQuery = await ask(url, credentials, ReadEvents, {
      first: 100,
      ...(after === null ? {} : { after }),
    })
    events.push(...page.nodes)
    if (!page.pageInfo.hasNextPage) return events
    after = page.pageInfo.endCursor ?? null
  }
}

async function readAllDeliveries(
  url: string,
  credentials: { Authorization: string },
  endpointId: string,
) {
  const deliveries: ListAttemptsQuery['webhookDeliveries']['nodes'] = []
  for (let after: string | null = null; ;) {
    const { webhookDeliveries: page }: ListAttemptsQuery = await ask(
      url,
      credentials,
      ListAttempts,
      {
        endpointId,
        ...(after === null ? {} : { after }),
      },
    )
    deliveries.push(...page.nodes)
    if (!page.pageInfo.hasNextPage) return deliveries
    after = page.pageInfo.endCursor ?? null
  }
}
