import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../src/seed/random.ts'
import { seedCampus } from '../src/seed/seed-campus.ts'
import { addOrganization, send, startTestApp, type TestApp } from './harness/app.ts'

const NOW = new Date('2026-06-17T10:00:00Z')

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

async function campus(scale = 1) {
  const org = await addOrganization(test)
  const { organizationId, ownerId } = org
  const began = performance.now()
  const { events } = await seedCampus(test.app.database.pool, {
    organizationId,
    ownerId,
    scale,
    now: NOW,
  })
  return { ...org, events, ms: performance.now() - began }
}

async function rows<T extends object>(sql: string, organizationId: string): Promise<T[]> {
  return (await test.app.database.pool.query<T>(sql, [organizationId])).rows
}

describe('the demo campus', () => {
  it('has what a first look needs, within 5 s, all of it readable through the API', async () => {
    const seeded = await campus()
    expect(seeded.ms).toBeLessThan(5_000)
    const { data, errors } = await send<Record<string, { totalCount: number }>, undefined>(
      test.url,
      seeded.owner,
      `{
        sites: locations(where: { kinds: [LOCATION] }) { totalCount }
        locations { totalCount }
        workOrders { totalCount }
        open: workOrders(where: { status: { in: [OPEN, ACCEPTED, IN_PROGRESS, ON_HOLD] } }) { totalCount }
        closed: workOrders(where: { status: { in: [CLOSED] } }) { totalCount }
        quotations { totalCount nodes { status totalAmountCents } }
        waiting: quotations(where: { statuses: [SUBMITTED] }) { totalCount }
        rateSchedules(where: { inForceAt: "${NOW.toISOString()}" }) { totalCount nodes { itemCount items { totalCount } } }
      }`,
    )
    expect(errors).toEqual([])
    expect(data['sites']?.totalCount).toBe(3)
    expect(data['locations']?.totalCount).toBe(40)
    expect(data['workOrders']?.totalCount).toBe(600)
    expect(data['open']?.totalCount).toBeGreaterThan(20)
    expect(data['closed']?.totalCount).toBeGreaterThan(300)
    expect(data['quotations']?.totalCount).toBeGreaterThan(30)
    expect(data['waiting']?.totalCount).toBeGreaterThan(1)
    expect(data['rateSchedules']).toMatchObject({
      totalCount: 1,
      nodes: [{ itemCount: 245, items: { totalCount: 245 } }],
    })
  })

  it('tells its year in the log without gap and in order, up to where everything stands', async () => {
    const { organizationId, events } = await campus()
    const log = await rows<{ position: string; created: Date; type: string }>(
      'SELECT position, created, type FROM event WHERE organization_id = $1 ORDER BY position',
      organizationId,
    )
    expect(log.length).toBe(events)
    expect(log.map((event) => Number(event.position))).toEqual(log.map((_, index) => index + 1))
    const times = log.map((event) => event.created.getTime())
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.every((time) => time < NOW.getTime())).toBe(true)
    expect(new Set(log.map((event) => event.type))).toEqual(
      new Set([
        'location.created',
        'sor.quotation.approved',
        'sor.quotation.rejected',
        'sor.quotation.submitted',
        'sor.quotation.withdrawn',
        'sor.schedule.expired',
        'sor.schedule.published',
        'workorder.completed',
        'workorder.created',
        'workorder.sla.at_risk',
        'workorder.sla.breached',
        'workorder.status.changed',
        'workorder.updated',
      ]),
    )
    const heads = await rows<{ last_position: string }>(
      'SELECT last_position FROM event_stream_head WHERE organization_id = $1',
      organizationId,
    )
    expect(heads).toEqual([{ last_position: String(events) }])
    const differing = await rows(
      `SELECT w.id FROM work_order w
         JOIN LATERAL (SELECT body::jsonb #> '{data,object}' AS object FROM event
                        WHERE subject_id = w.id ORDER BY position DESC LIMIT 1) AS last ON true
        WHERE w.organization_id = $1 AND (
              (last.object ->> 'updated')::bigint <> extract(epoch FROM w.updated)::bigint
           OR lower(last.object ->> 'status') <> lower(replace(w.status::text, '_', '')))`,
      organizationId,
    )
    expect(differing).toEqual([])
  })

  it('keeps the rules of the product', async () => {
    const { organizationId } = await campus()
    for (const broken of [
      `SELECT q.id FROM quotation q JOIN work_order w ON w.id = q.work_order_id
        WHERE q.organization_id = $1 AND q.status = 'SUBMITTED' AND w.status NOT IN ('IN_PROGRESS')`,
      `SELECT q.id FROM quotation q JOIN quotation_line l ON l.quotation_id = q.id
        WHERE q.organization_id = $1 GROUP BY q.id
       HAVING q.total_amount_cents <> sum(l.amount_cents) OR q.line_item_count <> count(*)`,
      `SELECT id FROM quotation_line WHERE organization_id = $1
          AND amount_cents <> round(quantity_milli::numeric * rate_cents / 1000)`,
      `SELECT q.id FROM quotation q JOIN app_user u ON u.id = q.approved_by_id
        WHERE q.organization_id = $1 AND (q.approved_by_id = q.submitted_by_id
           OR u.approval_limit_cents < q.total_amount_cents)`,
      `SELECT id FROM work_order WHERE organization_id = $1
          AND (completed_at < started_at OR responded_at < created OR updated < created)`,
    ]) {
      expect(await rows(broken, organizationId)).toEqual([])
    }
  })

  it('is the same each time but for ids, and grows with the scale', async () => {
    const tell = (organizationId: string) =>
      rows(
        `SELECT title, status, priority, created, updated, version FROM work_order
          WHERE organization_id = $1 ORDER BY created, title`,
        organizationId,
      )
    const [first, second, double] = [await campus(), await campus(), await campus(2)]
    expect(await tell(first.organizationId)).toEqual(await tell(second.organizationId))
    expect(first.events).toBe(second.events)
    expect((await tell(double.organizationId)).length).toBe(1_200)
  })
})

describe('chance', () => {
  it('repeats itself for one seed, and is even', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 1_000 }, () => random.next())
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    const mean = draw(3).reduce((sum, value) => sum + value, 0) / 1_000
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05)
  })

  it('weights count', () => {
    const random = createRandom(7)
    const counts = { often: 0, seldom: 0, never: 0 }
    for (let n = 0; n < 1_000; n++) counts[random.weighted({ often: 9, seldom: 1, never: 0 })]++
    expect(counts.never).toBe(0)
    expect(counts.often).toBeGreaterThan(800)
    expect(counts.seldom).toBeGreaterThan(50)
  })
})
