import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedCampus } from '../../src/demo/seed-campus.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { ask, type Credentials, startTestApp, type TestApp } from '../harness/app.ts'
import { until } from '../harness/process.ts'
import { type Receiver, startReceiver } from '../harness/receiver.ts'
import { noteStatements } from '../harness/statements.ts'
import { setWebhookScene, type WebhookScene } from '../harness/webhook-scene.ts'

const ReadAttention = graphql(`
  query ReadAttention {
    attention {
      hasMore
      items {
        kind
        title
        since
        dueAt
        subject {
          id
          __typename
        }
      }
    }
  }
`)

let test: TestApp
let scene: WebhookScene
let receiver: Receiver
let endpointId: string
beforeAll(async () => {
  test = await startTestApp({ WEBHOOK_RETRY_DELAYS: '1h' })
  scene = await setWebhookScene(test)
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

const read = async (who: Credentials = scene.org.owner) =>
  (await ask(test.url, who, ReadAttention)).attention

async function ids(text: string): Promise<string[]> {
  const { rows } = await test.app.database.pool.query<{ id: string }>(text, [
    scene.org.organizationId,
  ])
  return rows.map(({ id }) => id)
}

/** What the tables hold, asked without the product. */
const OPEN = "status NOT IN ('COMPLETED', 'CLOSED', 'CANCELLED', 'SKIPPED')"
const DIRECTLY: [kind: string, type: string, condition: string][] = [
  ['SLA_BREACHED', 'work_order', `sla_status = 'BREACHED' AND ${OPEN}`],
  ['SLA_AT_RISK', 'work_order', `sla_status IN ('AT_RISK', 'CRITICAL') AND ${OPEN}`],
  ['SENSOR_STALE', 'sensor', 'stale_since IS NOT NULL'],
  ['APPROVAL', 'quotation', "status = 'SUBMITTED'"],
  ['APPROVAL', 'work_request', "status = 'PENDING'"],
  ['APPROVAL', 'booking', "status = 'PENDING' AND approved_at IS NULL AND end_time > now()"],
  ['APPROVAL', 'visitor', "status = 'PENDING_APPROVAL'"],
]

describe('what needs attention', () => {
  it('is nothing where nothing does', async () => {
    expect(await read()).toEqual({ hasMore: false, items: [] })
  })

  it('is an endpoint that fails, with when it began and when it will be disabled', async () => {
    receiver.answer = () => ({ status: 500 })
    endpointId = await scene.addEndpoint(receiver.url, { name: 'Maintenance system' })
    await scene.addWorkOrder()
    await until('the failure', async () => (await read()).items.length > 0)
    const [item] = (await read()).items
    expect(item).toMatchObject({
      kind: 'ENDPOINT_FAILING',
      title: 'Maintenance system',
      subject: { id: endpointId, __typename: 'WebhookEndpoint' },
    })
    const days = (Date.parse(item?.dueAt ?? '') - Date.parse(item?.since ?? '')) / 86_400_000
    expect(days).toBe(5)
  })

  it('is work at risk or late, silent sensors and what waits for a decision, in this order', async () => {
    const { organizationId, ownerId } = scene.org
    await seedCampus(test.app.database.pool, { organizationId, ownerId, scale: 1, now: new Date() })
    const put = (text: string) => test.app.database.pool.query(text, [organizationId])
    await put(`UPDATE sensor SET stale_since = now()
                WHERE id IN (SELECT id FROM sensor WHERE organization_id = $1 ORDER BY id LIMIT 2)`)
    await put(`UPDATE work_order SET sla_status = CASE WHEN nth % 2 = 0 THEN 'BREACHED' ELSE 'CRITICAL' END::sla_status
                 FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM work_order
                        WHERE organization_id = $1 AND status = 'OPEN') AS chosen
                WHERE work_order.id = chosen.id`)
    await put(`UPDATE work_order SET sla_status = 'BREACHED'
                WHERE organization_id = $1 AND status = 'CLOSED'`)
    // Handed in by others: nobody decides about what they handed in themselves.
    await put(`UPDATE quotation SET submitted_by_id = created_by_id, status = 'SUBMITTED'
                WHERE id IN (SELECT DISTINCT ON (work_order_id) id FROM quotation
                              WHERE organization_id = $1 ORDER BY work_order_id, status = 'SUBMITTED' DESC LIMIT 5)`)
    const { items } = await read()
    for (const [kind, table, condition] of DIRECTLY) {
      const type = table.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())
      const found = items
        .filter((item) => item.kind === kind && item.subject?.__typename === type)
        .map(({ subject }) => subject?.id)
      const directly = await ids(
        `SELECT id FROM ${table} WHERE organization_id = $1 AND ${condition}`,
      )
      expect(directly, table).toEqual(expect.arrayContaining(found))
      expect(found.length, `${kind} ${table}`).toBe(Math.min(20, directly.length))
    }
    const kinds = [...new Set(items.map(({ kind }) => kind))]
    expect(kinds).toEqual([
      'ENDPOINT_FAILING',
      'SLA_BREACHED',
      'SLA_AT_RISK',
      'SENSOR_STALE',
      'APPROVAL',
    ])
  })

  it('is told by role: who may not decide or manage is told of nothing that they could not mend', async () => {
    const kindsOf = async (role: 'TECHNICIAN' | 'REQUESTER' | 'MANAGER') => {
      const { credentials } = await scene.org.addUser(role)
      return new Set((await read(credentials)).items.map(({ kind }) => kind))
    }
    expect(await kindsOf('MANAGER')).toEqual(
      new Set(['SLA_BREACHED', 'SLA_AT_RISK', 'SENSOR_STALE', 'APPROVAL']),
    )
    expect(await kindsOf('TECHNICIAN')).toEqual(
      new Set(['SLA_BREACHED', 'SLA_AT_RISK', 'SENSOR_STALE']),
    )
    expect(await kindsOf('REQUESTER')).toEqual(new Set())
  })

  it('leaves out quotations that one handed in oneself, or above one’s limit', async () => {
    const { pool } = test.app.database
    const { userId, credentials } = await scene.org.addUser('MANAGER')
    const quotations = async () =>
      (await read(credentials)).items
        .filter(({ subject }) => subject?.__typename === 'Quotation')
        .map(({ subject }) => subject?.id)
    const [first, ...others] = await quotations()
    expect(others.length).toBeGreaterThan(0)
    await pool.query('UPDATE quotation SET submitted_by_ids = ARRAY[$2] WHERE id = $1', [
      first,
      userId,
    ])
    expect(await quotations()).toEqual(others)
    await pool.query('UPDATE app_user SET approval_limit_cents = 0 WHERE id = $1', [userId])
    expect(await quotations()).toEqual([])
  })

  it('is bounded, and takes a statement per kind of record at most', async () => {
    await test.app.database.pool.query(
      'UPDATE sensor SET stale_since = now() WHERE organization_id = $1',
      [scene.org.organizationId],
    )
    using statements = noteStatements()
    const { items, hasMore } = await read()
    expect(items.filter(({ kind }) => kind === 'SENSOR_STALE').length).toBe(20)
    expect(hasMore).toBe(true)
    const reads = statements.texts.filter((text) => text.startsWith('SELECT "public"'))
    expect(reads.length).toBeLessThanOrEqual(25)
  })
})
