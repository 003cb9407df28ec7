import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  addOrganization,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'

const HOUR_MS = 3_600_000
const BEGIN = Date.parse('2026-03-01T00:00:00Z')
const EVENTS = 37

let test: TestApp
let one: TestOrganization
let other: TestOrganization
beforeAll(async () => {
  test = await startTestApp()
  one = await addOrganization(test)
  other = await addOrganization(test)
  for (const { organizationId } of [one, other]) await writeLog(organizationId)
})
afterAll(() => test[Symbol.asyncDispose]())

/** An event an hour; some positions are no longer kept, as after their retention. */
async function writeLog(organizationId: string): Promise<void> {
  const { pool } = test.app.database
  await pool.query(
    `INSERT INTO event (id, organization_id, type, body, subject_id, changed_fields, facets, actor, created, position)
     SELECT 'evt_' || $1 || n, $1, 'location.created', '{"data":{"object":{"id":"loc-' || n || '"}}}', 'loc-' || n, '{}', '{}',
            '{"type":"system"}', $2::timestamptz + n * interval '1 hour', n
       FROM generate_series(1, $3) AS n WHERE n NOT IN (1, 2, 20, 21)`,
    [organizationId, new Date(BEGIN), EVENTS],
  )
  await pool.query(
    `INSERT INTO event_stream_head (organization_id, last_position) VALUES ($1, $2)
     ON CONFLICT (organization_id) DO UPDATE SET last_position = $2`,
    [organizationId, EVENTS],
  )
}

interface Page {
  events: { nodes: { position: number }[]; pageInfo: { endCursor: string } }
}

const read = (document: string, variables: object) =>
  send<Page, object>(test.url, one.owner, document, variables)

it('events(since:) begins with the first event that was recorded from then on, wherever that lies', async () => {
  const kept = Array.from({ length: EVENTS }, (_, at) => at + 1).filter(
    (n) => ![1, 2, 20, 21].includes(n),
  )
  for (let half = -2; half <= 2 * EVENTS + 2; half++) {
    const since = new Date(BEGIN + (half * HOUR_MS) / 2).toISOString()
    const { data } = await read(
      'query ($since: DateTime!) { events(since: $since, first: 100) { nodes { position } } }',
      { since },
    )
    expect(
      data.events.nodes.map(({ position }) => position),
      since,
    ).toEqual(kept.filter((n) => n >= half / 2))
  }
})

it('first: 0 gives the cursor to follow from; a later cursor counts more than an earlier moment', async () => {
  const since = new Date(BEGIN + 30 * HOUR_MS).toISOString()
  const begin = await read(
    'query ($since: DateTime!) { events(since: $since, first: 0) { pageInfo { endCursor } } }',
    { since },
  )
  const after = begin.data.events.pageInfo.endCursor
  const early = new Date(BEGIN).toISOString()
  const both =
    'query ($since: DateTime!, $after: EventCursor!) { events(since: $since, after: $after, first: 2) { nodes { position } } }'
  expect((await read(both, { since: early, after })).data.events.nodes).toEqual([
    { position: 30 },
    { position: 31 },
  ])
})
