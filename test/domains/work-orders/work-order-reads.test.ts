import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import { addOrganization, ask, send } from '../../harness/app.ts'
import { countSelects, noteStatements } from '../../harness/statements.ts'
import { addPlace, openWorkPlace, type WorkPlace } from '../../harness/work-orders.ts'

const Search = graphql(`
  query Search($where: WorkOrderWhere) {
    workOrders(where: $where, first: 50) {
      totalCount
      nodes {
        title
      }
    }
  }
`)

const Metrics = graphql(`
  query Metrics($from: DateTime!, $to: DateTime!, $siteId: ID, $unit: TimeBucketUnit!) {
    workOrderMetrics(from: $from, to: $to, siteId: $siteId) {
      total {
        count
        open
        completed
        meanSecondsToRespond
        meanSecondsToResolve
      }
      byStatus {
        status
        count
      }
      byPriority {
        priority
        count
        completed
        meanSecondsToResolve
      }
      byLocation(first: 5) {
        location {
          name
        }
        count
      }
      slaCompliance {
        clock
        met
        breached
        running
        rate
      }
      overTime(unit: $unit, timezone: "Europe/Berlin") {
        start
        opened
        completed
      }
    }
  }
`)

let place: WorkPlace
beforeAll(async () => {
  place = await openWorkPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

describe('columns', () => {
  it('are read as far as the fields of a page need them, through fragments too', async () => {
    await place.create({ title: 'Narrow' })
    using statements = noteStatements()
    const { errors, data } = await send(
      place.test.url,
      place.org.owner,
      `{ workOrders(first: 1) { ...Page edges { node { dueAt } } } }
       fragment Page on WorkOrderConnection { nodes { title location { name } ... on WorkOrder { allowedStatuses } } }`,
    )
    expect(errors).toEqual([])
    expect(data).toMatchObject({
      workOrders: {
        nodes: [{ title: 'Narrow', allowedStatuses: expect.arrayContaining(['ACCEPTED']) }],
        edges: [{ node: { dueAt: null } }],
      },
    })
    const reads = statements.texts.filter((text) => text.includes('FROM "work_order"'))
    expect(reads.length).toBe(1)
    expect(reads[0]).toContain('due_at')
    expect(reads[0]).toContain('JOIN "location"')
    for (const left of ['description', 'checklist', 'sla_', 'address', 'timezone']) {
      expect(reads[0]).not.toContain(left)
    }
  })
})

describe('search', () => {
  const titles = async (where: object) =>
    (await ask(place.test.url, place.org.owner, Search, { where })).workOrders.nodes
      .map((node) => node.title)
      .toSorted()

  beforeAll(async () => {
    for (const [title, description] of [
      ['Leaking tap in kitchen 4b', undefined],
      ['Replace filter', 'The air handling unit in the kitchen smells'],
      ['Aufzug steckt fest', 'Türantrieb prüfen'],
      ['Painting', undefined],
      ['Filter of AHU-3, valve B2/014, Room 2.14', undefined],
    ]) {
      await place.create({ title: title ?? '', ...(description ? { description } : {}) })
    }
    const stranger = await addOrganization(place.test)
    const locationId = await addPlace(place.test, stranger.owner, {
      name: 'Theirs',
      kind: 'LOCATION',
    })
    await place.create({ title: 'Kitchen of strangers', locationId }, stranger.owner)
  })

  it.each([
    ['kitchen', ['Leaking tap in kitchen 4b', 'Replace filter']],
    ['KITCH', ['Leaking tap in kitchen 4b', 'Replace filter']],
    ['kitchen smell', ['Replace filter']],
    ['4b', ['Leaking tap in kitchen 4b']],
    ['türantrieb', ['Aufzug steckt fest']],
    ['kitchen painting', []],
    ["'; DROP TABLE work_order; --", []],
    ['& | ! ( )', []],
    ['ahu-3', ['Filter of AHU-3, valve B2/014, Room 2.14']],
    ['AHU-3 b2/014', ['Filter of AHU-3, valve B2/014, Room 2.14']],
    ['room 2.14', ['Filter of AHU-3, valve B2/014, Room 2.14']],
    ['2.14', ['Filter of AHU-3, valve B2/014, Room 2.14']],
    ['AHU-4', []],
    ['B2/_14', []],
    ['%', []],
  ])('"%s"', async (search, found) => {
    expect(await titles({ search })).toEqual(found)
  })

  it.each(['', '   '])('of nothing finds all: "%s"', async (search) => {
    expect(await titles({ search })).toEqual(await titles({}))
  })

  it('goes with other conditions, and with and, or, not', async () => {
    expect(await titles({ search: 'kitchen', not: { search: 'tap' } })).toEqual(['Replace filter'])
    expect(await titles({ or: [{ search: 'tap' }, { search: 'aufzug' }] })).toHaveLength(2)
    expect(await titles({ and: [{ search: 'kitchen' }, { search: 'filter' }] })).toHaveLength(1)
    expect(await titles({ search: 'kitchen', status: { in: ['CLOSED'] } })).toEqual([])
    expect(await titles({ search: 'kitchen', slaStatus: { in: ['ON_TRACK'] } })).toHaveLength(2)
  })

  it('follows a change of the text', async () => {
    const id = await place.create({ title: 'Zeppelin' })
    await place.sql(`UPDATE work_order SET title = 'Balloon' WHERE id = $1`, [id])
    expect(await titles({ search: 'zeppelin' })).toEqual([])
    expect(await titles({ search: 'balloon' })).toEqual(['Balloon'])
  })
})

describe('metrics', () => {
  it('count, compare and average in SQL, for one organization and span', async () => {
    const other = await openMetricsPlace()
    const { data } = other
    expect(data.total).toMatchObject({ count: 4, open: 2, completed: 2 })
    expect(data.total.meanSecondsToRespond).toBeCloseTo(1_800, 0)
    expect(data.total.meanSecondsToResolve).toBeCloseTo((7_200 + 72_000) / 2, 0)
    expect(data.byStatus).toEqual([
      { status: 'OPEN', count: 2 },
      { status: 'COMPLETED', count: 2 },
    ])
    expect(data.byPriority.map((row) => [row.priority, row.count, row.completed])).toEqual([
      ['HIGH', 3, 2],
      ['NONE', 1, 0],
    ])
    expect(data.byLocation).toEqual([
      { location: { name: 'Plant' }, count: 3 },
      { location: { name: 'Roof' }, count: 1 },
    ])
    expect(data.slaCompliance).toEqual([
      { clock: 'RESPONSE', met: 2, breached: 0, running: 1, rate: 1 },
      { clock: 'RESOLUTION', met: 1, breached: 1, running: 1, rate: 0.5 },
    ])
    // Midnight in Berlin; days without anything are there too.
    expect(data.overTime).toEqual([
      { start: '2026-03-27T23:00:00.000Z', opened: 2, completed: 1 },
      { start: '2026-03-28T23:00:00.000Z', opened: 0, completed: 1 },
      { start: '2026-03-29T22:00:00.000Z', opened: 2, completed: 0 },
    ])
  })

  it('need analytics:read; a requester is refused', async () => {
    const requester = await place.org.addUser('REQUESTER')
    const variables = {
      from: '2026-01-01T00:00:00Z',
      to: '2026-02-01T00:00:00Z',
      unit: 'DAY' as const,
    }
    const refused = await send(place.test.url, requester.credentials, Metrics, variables)
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const backwards = await send(place.test.url, place.org.owner, Metrics, {
      ...variables,
      to: '2025-01-01T00:00:00Z',
    })
    expect(backwards.errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  async function openMetricsPlace() {
    const { test, org } = place
    const siteId = await addPlace(test, org.owner, { name: 'Plant', kind: 'LOCATION' })
    const roofId = await addPlace(test, org.owner, {
      name: 'Roof',
      kind: 'SUB_LOCATION',
      parentId: siteId,
    })
    const make = async (locationId: string, priority: 'HIGH' | 'NONE') =>
      place.create({ locationId, priority })
    const done = [await make(siteId, 'HIGH'), await make(siteId, 'HIGH')]
    const open = [await make(siteId, 'HIGH'), await make(roofId, 'NONE')]
    for (const id of done) await place.move(id, 'IN_PROGRESS', 'COMPLETED')
    const set = (id: string | undefined, created: string, hours: number | null, late: boolean) =>
      place.sql(
        `UPDATE work_order SET created = $2,
                responded_at = CASE WHEN $3::float8 IS NULL THEN NULL ELSE $2::timestamptz + interval '30 minutes' END,
                completed_at = $2::timestamptz + make_interval(hours => $3::int),
                sla_resolution_status = CASE WHEN $4 THEN 'BREACHED'::sla_status ELSE sla_resolution_status END
          WHERE id = $1`,
        [id, created, hours, late],
      )
    await set(done[0], '2026-03-28T08:00:00Z', 2, false)
    await set(done[1], '2026-03-28T09:00:00Z', 20, true)
    await set(open[0], '2026-03-30T08:00:00Z', null, false)
    await set(open[1], '2026-03-30T09:00:00Z', null, false)
    const { workOrderMetrics: data } = await ask(test.url, org.owner, Metrics, {
      from: '2026-03-27T23:00:00Z',
      to: '2026-03-30T22:00:00Z',
      siteId,
      unit: 'DAY',
    })
    return { data }
  }
})

describe('statements do not grow with rows', () => {
  const LIST = {
    workOrders: `query { workOrders(first: FIRST, where: { siteId: "SITE" }) { totalCount nodes { id slaStatus checklist { text }
      location { name } assignee { name } reportedBy { name } completedBy { name } request { title } maintenanceSchedule { title }
      labor(first: 3) { totalCount nodes { seconds user { name } } }
      partUses(first: 3) { totalCount nodes { quantity part { name } usedBy { name } } }
      comments(first: 3) { totalCount nodes { text author { name } } } } } }`,
    workRequests: `query { workRequests(first: FIRST) { totalCount nodes { id location { name } requestedBy { name } decidedBy { name }
      workOrder { id title location { name } } } } }`,
    parts: `query { parts(first: FIRST) { totalCount nodes { name stock } } }`,
    slaPolicies: `query { slaPolicies(first: FIRST) { totalCount nodes { name location { name } targets { priority } } } }`,
    maintenanceSchedules: `query { maintenanceSchedules(first: FIRST) { totalCount nodes { title location { name } assignee { name }
      occurrences(first: 3) { totalCount nodes { occurrenceAt } } } } }`,
  }
  let counted: WorkPlace
  beforeAll(async () => {
    counted = await openWorkPlace()
    const { organizationId, ownerId } = counted.org
    const values = [organizationId, counted.siteId, ownerId]
    const fill = (text: string) => counted.sql(text, values)
    // 50 of everything, each with three of its own.
    await fill(`INSERT INTO work_request (id, organization_id, title, location_id, requested_by_id, decided_by_id)
      SELECT 'req-' || n, $1, 'Request ' || n, $2, $3, $3 FROM generate_series(1, 50) n`)
    await fill(`INSERT INTO maintenance_schedule (id, organization_id, title, location_id, assignee_id, frequency, starts_at)
      SELECT 'pm-' || n, $1, 'Schedule ' || n, $2, $3, 'DAILY', '2030-01-01' FROM generate_series(1, 50) n`)
    await fill(`INSERT INTO maintenance_occurrence (id, organization_id, schedule_id, occurrence_at, outcome)
      SELECT 'occ-' || n || '-' || m, $1, 'pm-' || n, '2026-01-01'::timestamptz + m * interval '1 day' + ($2 || $3 IS NULL)::int * interval '0', 'GENERATED'
        FROM generate_series(1, 50) n, generate_series(1, 3) m`)
    await fill(`INSERT INTO work_order (id, organization_id, title, location_id, assignee_id, reported_by_id, completed_by_id, request_id, maintenance_schedule_id, occurrence_at)
      SELECT 'wo-' || n, $1, 'Order ' || n, $2, $3, $3, $3, 'req-' || n, 'pm-' || n, '2026-01-01' FROM generate_series(1, 50) n`)
    await fill(`INSERT INTO labor (id, organization_id, work_order_id, user_id, started_at, ended_at, hourly_rate_cents)
      SELECT 'lab-' || n || '-' || m, $1, 'wo-' || n, $3, now(), now(), length($2) FROM generate_series(1, 50) n, generate_series(1, 3) m`)
    await fill(`INSERT INTO part (id, organization_id, name, part_number)
      SELECT 'prt-' || n, $1, 'Part ' || n, n || $2 || $3 FROM generate_series(1, 50) n`)
    await fill(`INSERT INTO part_use (id, organization_id, work_order_id, part_id, quantity, unit_cost_cents, used_by_id)
      SELECT 'use-' || n || '-' || m, $1, 'wo-' || n, 'prt-' || n, 1, length($2), $3 FROM generate_series(1, 50) n, generate_series(1, 3) m`)
    await fill(`INSERT INTO work_order_comment (id, organization_id, work_order_id, author_id, text)
      SELECT 'cmt-' || n || '-' || m, $1, 'wo-' || n, $3, 'Comment' || $2 FROM generate_series(1, 50) n, generate_series(1, 3) m`)
    await fill(`INSERT INTO location (id, organization_id, name, kind, site_id)
      SELECT 'loc-' || n, $1, 'Place ' || n || $3, 'LOCATION', $2 FROM generate_series(1, 50) n`)
    await fill(`INSERT INTO sla_policy (id, organization_id, name, location_id, targets)
      SELECT 'sla-' || n, $1, 'Policy ' || $2 || $3, 'loc-' || n, '{}' FROM generate_series(1, 50) n`)
  })
  afterAll(() => counted[Symbol.asyncDispose]())

  it.each(Object.entries(LIST))('%s', async (field, document) => {
    const count = async (first: number) => {
      const text = document.replaceAll('FIRST', String(first)).replaceAll('SITE', counted.siteId)
      let rows = 0
      const selects = await countSelects(async () => {
        const answer = await send<Record<string, { nodes: unknown[] }>, never>(
          counted.test.url,
          counted.org.owner,
          text,
        )
        expect(answer.errors).toEqual([])
        rows = answer.data[field]?.nodes.length ?? 0
      })
      expect(rows).toBe(first)
      return selects
    }
    const one = await count(1)
    const fifty = await count(50)
    expect(fifty).toBe(one)
    expect(one).toBeGreaterThan(0)
  })
})
