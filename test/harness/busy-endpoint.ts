import { createHmac } from 'node:crypto'
import { expect, onTestFinished } from 'vitest'
import type { WebhookEndpointCreateInput } from '../../src/generated/client/graphql.ts'
import type { Config } from '../../src/config/config.ts'
import type { Database } from '../../src/database/database.ts'
import { addOrganization, send, type Credentials } from './app.ts'
import { until } from './process.ts'
import { type Received, type Receiver, startReceiver } from './receiver.ts'
import { fillBacklog } from './webhook-scene.ts'

/** Where changes are asked for, by whatever processes that is. */
export interface Host {
  url: string
  config: Config
  app: { database: Database }
}

/** What is done to an endpoint in the midst of its work. */
export interface Change {
  name: string
  endpoint?: Partial<WebhookEndpointCreateInput>
  /** One after the other. */
  mutations: (busy: BusyEndpoint) => { name: string; input: object }[]
  /** Of a request that began after the answer: whether it is as before. Whatever is sent, unless said. */
  isOld?: (request: Request, busy: BusyEndpoint) => boolean
  /** How the deliveries that were under way end; SUCCEEDED, unless said. */
  end?: 'CANCELLED'
}

/** One request as a receiver got it. */
interface Request extends Received {
  receiver: Receiver
  /** Others that were under way when it came. */
  beside: number
}

export interface BusyEndpoint {
  id: string
  integrationId: string
  secret: string
  old: Receiver
  other: Receiver
  organizationId: string
  owner: Credentials
  /** Asks for the change; resolves when it is answered, with what its first mutation said. */
  change(): Promise<{ inForce: string; tookMs: number }>
  /** Answers what is under way, and soon what comes. */
  beginAnswering(): void
  /** The same; resolves when nothing more or enough has come. */
  answerAll(): Promise<void>
  /** Requests that began after the answer and are as before it. */
  findOld(): string[]
  /** How the deliveries that were under way stand once their attempts are logged. */
  readEnds(): Promise<string[]>
}

const WAITING = 300
const IN_FLIGHT = 5
/** New requests after which enough has been seen. */
const ENOUGH = 8
const ANSWER_MS = 10
const ALL_SCOPES = ['locations:read', 'work-orders:read', 'users:read', 'assets:read']
const OTHER_SCOPES = ['devices:read']
const document = (field: string) =>
  `subscription { events { ... on EventEnvelope { ${field}: type } } }`

const update = (input: object) => (busy: BusyEndpoint) => [
  { name: 'webhookEndpointUpdate', input: { id: busy.id, ...input } },
]

/** Every change that says what is sent, where, how, or whether. */
export const CHANGES: readonly Change[] = [
  {
    name: 'paused',
    mutations: ({ id }) => [{ name: 'webhookEndpointPause', input: { id } }],
  },
  {
    name: 'deleted',
    end: 'CANCELLED',
    mutations: ({ id }) => [{ name: 'webhookEndpointDelete', input: { id } }],
  },
  {
    name: 'with another URL',
    mutations: (busy) => update({ url: busy.other.url })(busy),
    isOld: (request, busy) => request.receiver === busy.old,
  },
  {
    name: 'with a new secret and no grace',
    mutations: ({ id }) => [
      { name: 'webhookEndpointRotateSecret', input: { id, graceSeconds: 0 } },
    ],
    isOld: (request, busy) => isSignedWith(busy.secret, request),
  },
  {
    name: 'with other custom headers',
    endpoint: { customHeaders: [{ name: 'x-token', value: 'before' }] },
    mutations: update({ customHeaders: [{ name: 'x-token', value: 'after' }] }),
    isOld: ({ headers }) => headers['x-token'] !== 'after',
  },
  {
    name: 'resumed without what was kept',
    end: 'CANCELLED',
    mutations: ({ id }) => [
      { name: 'webhookEndpointPause', input: { id } },
      { name: 'webhookEndpointResume', input: { id, skipBuffered: true } },
    ],
  },
  {
    name: 'with an integration that loses its scopes',
    endpoint: { integrationId: 'own' },
    mutations: ({ integrationId }) => [
      { name: 'integrationUpdate', input: { id: integrationId, scopes: OTHER_SCOPES } },
    ],
  },
  {
    name: 'with an integration that is deleted',
    endpoint: { integrationId: 'own' },
    mutations: ({ integrationId }) => [{ name: 'integrationDelete', input: { id: integrationId } }],
  },
  {
    name: 'of an organization whose plan has no webhooks any more',
    mutations: () => [{ name: 'organizationChangePlan', input: { plan: 'BASIC' } }],
  },
  {
    name: 'with another payload document',
    endpoint: { payload: document('before') },
    mutations: update({ payload: document('after') }),
    isOld: ({ body }) => !body.includes('"after"'),
  },
  {
    name: 'without a payload document',
    endpoint: { payload: document('before') },
    mutations: update({ payload: null }),
    isOld: ({ body }) => body.includes('"before"'),
  },
  {
    name: 'with fewer requests at once',
    endpoint: { ordering: 'NONE' },
    mutations: update({ maxInFlight: 1 }),
    isOld: ({ beside }) => beside > 0,
  },
  {
    name: 'with another order',
    endpoint: { ordering: 'NONE' },
    mutations: update({ ordering: 'ENDPOINT' }),
    isOld: ({ beside }) => beside > 0,
  },
]

/** By turns, for changes that do not say. */
const ORDERINGS = ['NONE', 'ENDPOINT', 'OBJECT'] as const

/** What may be asked of the mutations here. */
interface Answered {
  userErrors: object[]
  inForce: string
  integration: { id: string }
  endpoint: { id: string; ordering: string }
  signingSecret: string
}

/** An endpoint with all the requests under way that it may have, none answered, and much that waits. */
export async function makeBusy(host: Host, change: Change): Promise<BusyEndpoint> {
  const { pool } = host.app.database
  const { organizationId, owner } = await addOrganization(host, 'ENTERPRISE')
  const old = await startReceiver()
  const other = await startReceiver()
  onTestFinished(async () => {
    await Promise.all([old[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
  })
  const requests: Request[] = []
  let underWay = 0
  let open: (() => void) | undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  for (const receiver of [old, other]) {
    receiver.answer = async (received) => {
      requests.push({ ...received, receiver, beside: underWay++ })
      await opened
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS))
      underWay--
      return { status: 200 }
    }
  }

  async function mutate(name: string, input: object, selection: string) {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
    const query = `mutation ($input: ${type}!) {
      ${name}(input: $input) { ${selection} userErrors { message } } }`
    const answer = await send<Record<string, Answered>, object>(host.url, owner, query, { input })
    expect(answer.errors).toEqual([])
    const answered = answer.data[name]
    expect(answered?.userErrors).toEqual([])
    if (answered === undefined) throw new Error(`${name} answered nothing`)
    return answered
  }

  await mutate('locationCreate', { name: 'Site', kind: 'LOCATION' }, 'location { id }')
  const { integration } = await mutate(
    'integrationCreate',
    { name: 'System', scopes: ALL_SCOPES },
    'integration { id }',
  )
  await until('positions', async () => {
    const found = await pool.query(
      `SELECT 1 FROM event WHERE organization_id = $1 AND position IS NULL`,
      [organizationId],
    )
    return found.rowCount === 0
  })
  const ordering = ORDERINGS[CHANGES.indexOf(change) % ORDERINGS.length] ?? 'NONE'
  const { endpoint, signingSecret } = await mutate(
    'webhookEndpointCreate',
    {
      url: old.url,
      eventTypes: ['location.*'],
      ordering,
      maxInFlight: IN_FLIGHT,
      ...change.endpoint,
      ...(change.endpoint?.integrationId === undefined ? {} : { integrationId: integration.id }),
    },
    'endpoint { id ordering } signingSecret',
  )
  const { id } = endpoint
  await mutate('webhookEndpointPause', { id }, 'endpoint { id }')
  await fillBacklog(host, id, WAITING)
  await mutate('webhookEndpointResume', { id }, 'endpoint { id }')
  const held = endpoint.ordering === 'NONE' ? IN_FLIGHT : 1
  await until('requests under way', () => requests.length >= held)

  const busy: BusyEndpoint = {
    id,
    integrationId: integration.id,
    secret: signingSecret,
    old,
    other,
    organizationId,
    owner,
    async change() {
      const all = change.mutations(busy)
      expect(requests).toHaveLength(held)
      const answers: { inForce: string; tookMs: number }[] = []
      for (const { name, input } of all) {
        const askedMs = performance.now()
        const { inForce } = await mutate(name, input, 'inForce')
        answers.push({ inForce, tookMs: performance.now() - askedMs })
      }
      const [first] = answers
      if (first === undefined) throw new Error('a change changes something')
      return first
    },
    beginAnswering() {
      expect(requests).toHaveLength(held)
      open?.()
    },
    async answerAll() {
      open?.()
      await until('the end of what was under way', async () => {
        const found = await pool.query<{ logged: number; claimed: boolean }>(
          `SELECT (SELECT count(*)::int FROM webhook_attempt WHERE endpoint_id = $1) AS logged,
                  EXISTS (SELECT FROM delivery_lane
                           WHERE endpoint_id = $1 AND worker_id IS NOT NULL) AS claimed`,
          [id],
        )
        const [row] = found.rows
        if (row === undefined || row.logged < held) return false
        return requests.length >= held + ENOUGH || !row.claimed
      })
    },
    findOld: () =>
      requests
        .slice(held)
        .filter((request) => change.isOld?.(request, busy) ?? true)
        .map((request) => `${String(request.headers['webhook-sequence'])} ${request.body}`),
    async readEnds() {
      const found = await pool.query<{ status: string }>(
        `SELECT DISTINCT status FROM webhook_delivery
          WHERE endpoint_id = $1 AND event_id = $2 AND sequence = ANY($3)`,
        [
          id,
          requests[0]?.event.id,
          requests.slice(0, held).map((request) => String(request.headers['webhook-sequence'])),
        ],
      )
      return found.rows.map((row) => row.status)
    },
  }
  return busy
}

function isSignedWith(secret: string, { headers, body }: Received): boolean {
  const [, seconds = '', signatures = ''] =
    /^t=(\d+),(.*)$/.exec(String(headers['x-infodeck-signature'])) ?? []
  const hex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return signatures.includes(hex)
}
