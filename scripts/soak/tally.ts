import type { Soak } from './stage.ts'
import { EVENTS_PER_WORK_ORDER } from './steady-load.ts'

export interface Tally {
  events: number
  deliveries: number
  /** Requests beyond the first of each delivery. */
  repeats: number
  /** Of these, the ones that had been answered well before. */
  repeatsAfterSuccess: number
  /** Every one of these is zero after a clean run. */
  faults: {
    /** Confirmed changes without an event, events without a delivery, deliveries never received. */
    lost: number
    /** Events beyond those of the confirmed changes: a repeated request that was obeyed twice. */
    surplus: number
    outOfOrder: number
    repeatsWithOtherId: number
    /** Deliveries or events that were still waiting when nothing stood in their way any more. */
    stuck: number
  }
}

/** Waits until nothing is on its way, and compares what was confirmed, logged and received. */
export async function takeStock(
  soak: Soak,
  timeoutMs: number,
  say: (text: string) => void,
): Promise<Tally> {
  const { pool } = soak.machine.database
  const waiting = async () => {
    const found = await pool
      .query<{ count: string }>(
        `SELECT (SELECT count(*) FROM event WHERE position IS NULL)
              + (SELECT count(*) FROM webhook_delivery
                  WHERE organization_id = $1 AND status = 'PENDING') AS count`,
        [soak.organizationId],
      )
      .catch(() => undefined)
    return found === undefined ? Number.NaN : Number(found.rows[0]?.count)
  }
  let stuck = await waiting()
  for (let since = performance.now(); stuck !== 0 && performance.now() < since + timeoutMs;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const now = await waiting()
    // As long as it goes on it is not stuck.
    if (now < stuck) since = performance.now()
    stuck = now
  }
  if (stuck !== 0) say(`${stuck} are stuck`)

  const { rows } = await pool.query<{ subject_id: string; events: number }>(
    `SELECT subject_id, count(*)::int AS events FROM event
      WHERE organization_id = $1 AND type LIKE 'workorder.%' GROUP BY subject_id`,
    [soak.organizationId],
  )
  const eventsOf = new Map(rows.map((row) => [row.subject_id, row.events]))
  const events = rows.reduce((sum, row) => sum + row.events, 0)
  let lost = 0
  let surplus = 0
  for (const id of soak.load.finished) {
    const missing = EVENTS_PER_WORK_ORDER - (eventsOf.get(id) ?? 0)
    lost += Math.max(0, missing)
    surplus += Math.max(0, -missing)
  }
  if (lost > 0) say(`${lost} confirmed changes have no event`)

  let deliveries = 0
  let requests = 0
  let repeatsAfterSuccess = 0
  const faults = { lost, surplus, outOfOrder: 0, repeatsWithOtherId: 0, stuck }
  for (const { id, ordering, receiver } of soak.endpoints) {
    const found = await pool.query<{ sequence: string; event_id: string; status: string }>(
      'SELECT sequence, event_id, status FROM webhook_delivery WHERE endpoint_id = $1',
      [id],
    )
    const { seen } = receiver
    const received = found.rows.filter(
      (row) => seen.events.get(Number(row.sequence))?.id === row.event_id,
    )
    const done = found.rows.filter((row) => row.status === 'SUCCEEDED')
    const missing = events - found.rows.length + (done.length - received.length)
    if (missing !== 0) say(`${ordering} ${id}: ${missing} are missing`)
    deliveries += found.rows.length
    requests += seen.requests
    repeatsAfterSuccess += seen.repeatsAfterSuccess
    faults.lost += Math.max(0, missing)
    faults.outOfOrder += seen.outOfOrder
    faults.repeatsWithOtherId += seen.repeatsWithOtherId
  }
  return { events, deliveries, repeats: requests - deliveries, repeatsAfterSuccess, faults }
}
