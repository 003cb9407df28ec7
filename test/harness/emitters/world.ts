import type { App } from '../../../src/app.ts'
import { FACET_KEYS, type FacetKey, type Facets } from '../../../src/events/match.ts'
import type { Role } from '../../../src/generated/prisma/enums.ts'
import { isObject, type RecordedEvent } from '../recorded.ts'
import { addOrganization, type Credentials, send, startTestApp, type TestApp } from '../app.ts'
import { until } from '../process.ts'
import { type Receiver, startReceiver } from '../receiver.ts'

type Input = Record<string, unknown>

/** An organization in which anything can be made to happen, and a note of what was done. */
export interface World extends AsyncDisposable {
  test: TestApp
  app: App
  organizationId: string
  ownerId: string
  owner: Credentials
  /** A site where it is about noon: what is to happen today has hours left. */
  siteId: string
  receiver: Receiver
  /** Operations since the last `done.splice(0)`, in order: GraphQL fields, and sweeps by their names. */
  done: string[]
  /** Runs one mutation; throws unless it succeeds. Answers with the selected payload. */
  run(name: string, input: Input, select?: string, by?: Credentials): Promise<Input>
  /** Runs one mutation that may be refused. Answers with the codes of the refusals. */
  attempt(name: string, input: Input, by?: Credentials): Promise<string[]>
  /** Runs one mutation that makes or changes a record, and answers with that record's id. */
  make(name: string, input: Input, record: string, by?: Credentials): Promise<string>
  /** Runs what the clock would run. */
  sweep(name: string, run: () => Promise<unknown>): Promise<void>
  /** A manager unless said otherwise. */
  /** Resolves when a delivery to an endpoint is there. */
  arrived(endpointId: string): Promise<void>
  /** Resolves when an event of a type about a record is there. */
  writtenOf(type: string, subjectId: string): Promise<void>
  /** Resolves when no booking waits for a hook any more. */
  settled(): Promise<void>
  addPerson(role?: Role): Promise<{ userId: string; credentials: Credentials }>
  /** Everything recorded or sent on its own (tests, hooks), oldest first. */
  written(): Promise<WrittenEvent[]>
}

interface WrittenEvent {
  /** The very text that is signed and sent, parsed. */
  envelope: RecordedEvent
  /** Kinds of record that filters find it by. */
  facets: FacetKey[]
}

/** @param beside a world in whose process this one is another organization, with a receiver of its own */
export async function openWorld(beside?: World): Promise<World> {
  await using started = new AsyncDisposableStack()
  const receiver = started.use(await startReceiver())
  const test =
    beside?.test ??
    started.use(
      await startTestApp({ WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8' }),
    )
  const org = await addOrganization(test)
  const done: string[] = []

  async function mutate(
    name: string,
    input: Input,
    select: string,
    by: Credentials,
  ): Promise<{ payload: Input; refusals: readonly unknown[] }> {
    done.push(name)
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
    const errors = 'userErrors { code message path }'
    // Signing in has no payload of its own.
    const refusals = name === 'invitationAccept' ? '' : errors
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${select} ${refusals} } }`
    const answer = await send<Input, { input: Input }>(test.url, by, document, { input })
    const payload = answer.data?.[name]
    if (answer.errors.length > 0 || !isObject(payload)) {
      throw new Error(`${name}: ${JSON.stringify(answer.errors)}`)
    }
    const refused: unknown = payload['userErrors']
    return { payload, refusals: Array.isArray(refused) ? refused : [] }
  }

  async function run(
    name: string,
    input: Input,
    select = '__typename',
    by: Credentials = org.owner,
  ): Promise<Input> {
    const { payload, refusals } = await mutate(name, input, select, by)
    if (refusals.length > 0) throw new Error(`${name}: ${JSON.stringify(refusals)}`)
    return payload
  }

  async function make(name: string, input: Input, record: string, by?: Credentials) {
    const made = (await run(name, input, `${record} { id }`, by))[record]
    if (!isObject(made) || typeof made['id'] !== 'string') throw new Error(`${name}: no ${record}`)
    return made['id']
  }

  const siteId = await make(
    'locationCreate',
    { name: 'Campus', kind: 'LOCATION', timezone: noonZone() },
    'location',
  )
  const { pool } = test.app.database
  const stack = started.move()
  return {
    test,
    app: test.app,
    organizationId: org.organizationId,
    ownerId: org.ownerId,
    owner: org.owner,
    siteId,
    receiver,
    done,
    run,
    async attempt(name, input, by = org.owner) {
      const { refusals } = await mutate(name, input, '__typename', by)
      return refusals.map((refusal) => String(isObject(refusal) && refusal['code']))
    },
    make,
    arrived: (endpointId) =>
      until('a delivery', async () => {
        const sql = 'SELECT 1 FROM webhook_delivery WHERE endpoint_id = $1'
        return (await pool.query(sql, [endpointId])).rows.length > 0
      }),
    writtenOf: (type, subjectId) =>
      until(type, async () => {
        const sql = 'SELECT 1 FROM event WHERE type = $1 AND subject_id = $2'
        return (await pool.query(sql, [type, subjectId])).rows.length > 0
      }),
    settled: () =>
      until('every answer of a hook', async () => {
        const { rows } = await pool.query('SELECT 1 FROM booking WHERE hook_at IS NOT NULL LIMIT 1')
        return rows.length === 0
      }),
    async sweep(name, work) {
      done.push(name)
      await work()
    },
    addPerson: (role = 'MANAGER') => org.addUser(role),
    async written() {
      const { rows } = await pool.query<{ body: string; facets: Facets }>(
        `SELECT body, facets FROM (
           SELECT body, facets, created, ordinal FROM event WHERE organization_id = $1
           UNION ALL
           SELECT body, '{}', created, 0 FROM webhook_delivery
            WHERE organization_id = $1 AND sequence IS NULL) AS written
          ORDER BY ordinal`,
        [org.organizationId],
      )
      return rows.map(({ body, facets }) => ({
        envelope: JSON.parse(body),
        facets: FACET_KEYS.filter((key) => key in facets),
      }))
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/**
 * How a type of event comes about: the operation that emits it (a GraphQL field, or the name of a
 * sweep where the clock is the cause), and what has to be there before. `arrange` answers with the
 * cause, which must be that one operation.
 */
export interface Emitter {
  by: string
  arrange: (world: World) => Promise<() => Promise<unknown>>
}

export type Emitters = Record<string, Emitter>

/** An emitter that needs the id of one record, made beforehand. */
export function on(
  by: string,
  make: (world: World) => Promise<string>,
  cause: (world: World, id: string) => Promise<unknown>,
): Emitter {
  return {
    by,
    async arrange(world) {
      const id = await make(world)
      return () => cause(world, id)
    },
  }
}

/** An emitter that needs nothing. */
export function plain(by: string, cause: (world: World) => Promise<unknown>): Emitter {
  return { by, arrange: async (world) => () => cause(world) }
}

/** A time zone in which it is about noon now. The names of these zones count westwards. */
export function noonZone(): string {
  const eastwards = 12 - new Date().getUTCHours()
  return `Etc/GMT${eastwards > 0 ? '-' : '+'}${Math.abs(eastwards)}`
}

let count = 0

/** A text that no other record has. */
export const unique = (text: string) => `${text} ${++count}`
export const newEmail = () => `person-${++count}@example.com`

/** A moment so many minutes from now, on the minute. */
export function inMinutes(minutes: number): string {
  return new Date(Math.ceil(Date.now() / 60_000) * 60_000 + minutes * 60_000).toISOString()
}

/** For the clock of a sweep: so many minutes from now. */
export const later = (minutes: number) => new Date(Date.now() + minutes * 60_000)
