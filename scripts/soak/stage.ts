import { randomUUID } from 'node:crypto'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import { Agent, request } from 'undici'
import { graphql } from '../../src/generated/client/index.ts'
import { openTenant, type Send } from '../bench/load.ts'
import { startBenchReceiver } from '../bench/stage.ts'
import { watchHealth, type Health } from './health.ts'
import { type Machine, startMachine } from './machine.ts'
import { type Neighbours, startNeighbours } from './neighbours.ts'
import { type Probe, startProbe } from './probe.ts'
import { type SoakReceiver, startReceivers } from './receivers.ts'
import { startSteadyLoad } from './steady-load.ts'
import { startStorms, type Storms } from './storms.ts'

type Ordering = 'ENDPOINT' | 'OBJECT' | 'NONE'

/** One mutation; again and again, with the same idempotency key, until it gives what is wanted. */
export type Ask = <T, V, R>(
  document: TypedDocumentNode<T, V>,
  variables: V,
  wanted: (data: T) => R,
) => Promise<NonNullable<R>>

/** Everything that takes part in a soak. */
export interface Soak extends AsyncDisposable {
  machine: Machine
  organizationId: string
  endpoints: { id: string; ordering: Ordering; receiver: SoakReceiver }[]
  ask: Ask
  load: ReturnType<typeof startSteadyLoad>
  probe: Probe
  health: Health
  startNeighbours(): Neighbours
  startStorms(): Storms
  /** All receivers are well, all endpoints are sent to. */
  heal(): Promise<void>
}

const ORDERINGS: Ordering[] = ['ENDPOINT', 'OBJECT', 'NONE'].flatMap((ordering) =>
  Array<Ordering>(3).fill(ordering as Ordering),
)
const ANSWER_TIMEOUT_MS = 20_000
const PAUSE_MS = 100

const AddEndpoint = graphql(`
  mutation SoakAddEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      endpoint {
        id
      }
    }
  }
`)

export const Resume = graphql(`
  mutation SoakResume($input: WebhookEndpointResumeInput!) {
    webhookEndpointResume(input: $input) {
      endpoint {
        status
      }
    }
  }
`)

export async function openSoak(
  eventsPerSecond: number,
  say: (text: string) => void,
): Promise<Soak> {
  await using stack = new AsyncDisposableStack()
  const machine = stack.use(await startMachine(say))
  const receiver = stack.use(await startBenchReceiver())
  const agent = new Agent({ connections: 64 })
  stack.defer(() => agent.destroy())
  const post = (token: string, body: string, key: string | undefined) =>
    request(`${machine.url}/graphql`, {
      dispatcher: agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body,
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    }).then((answer) => answer.body.text())
  /** Until there is an answer without an error, or nobody wants it any more. */
  const sendUntil =
    (signal?: AbortSignal): Send =>
    async (token, body) => {
      for (;;) {
        const said = await post(token, body, undefined).catch(() => '{"errors":[]}')
        if (!('errors' in JSON.parse(said)) || signal?.aborted === true) return said
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    }
  const tenant = await openTenant(machine.database, sendUntil(), receiver.origin, 'Soak')
  const ask: Ask = async (document, variables, wanted) => {
    const body = JSON.stringify({ query: print(document), variables })
    const key = randomUUID()
    for (;;) {
      const said = await post(tenant.token, body, key).catch(() => '{"errors":[]}')
      const answer = JSON.parse(said)
      const found = answer.errors === undefined ? wanted(answer.data) : undefined
      if (found !== undefined && found !== null) return found
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  const { receivers } = stack.use(await startReceivers(ORDERINGS))
  const endpoints: Soak['endpoints'] = []
  for (const [nth, ordering] of ORDERINGS.entries()) {
    const to = receivers[nth]
    if (to === undefined) throw new Error('too few receivers')
    const input = { url: to.url, eventTypes: ['workorder.*'], ordering }
    const { id } = await ask(AddEndpoint, { input }, (data) => data.webhookEndpointCreate.endpoint)
    endpoints.push({ id, ordering, receiver: to })
  }
  const probe = await startProbe(machine.database, tenant, receiver, ask)
  const load = startSteadyLoad(ask, await tenant.addPlace('Site'), eventsPerSecond)
  stack.defer(() => load.stop())

  const moved = stack.move()
  return {
    machine,
    organizationId: tenant.organizationId,
    endpoints,
    ask,
    load,
    probe,
    health: watchHealth(machine),
    startNeighbours: () => startNeighbours(machine, sendUntil, say),
    startStorms: () => startStorms(machine),
    async heal() {
      for (const { id, receiver: to } of endpoints) {
        to.mood = 'well'
        await ask(Resume, { input: { id } }, (data) => data)
      }
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}
