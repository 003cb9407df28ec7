import type { Pool } from 'pg'

/** Upper bounds of the times that attempts are counted by, milliseconds; what takes longer has none. */
export const LATENCY_BOUNDS_MS = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000]

/** Stretches that end now: so many whole slots and the present one. */
export const WINDOWS = {
  LAST_HOUR: { step: 'hour', before: 1 },
  LAST_24_HOURS: { step: 'hour', before: 23 },
  LAST_7_DAYS: { step: 'hour', before: 167 },
  LAST_30_DAYS: { step: 'day', before: 29 },
} as const
export type Window = keyof typeof WINDOWS

interface Outcome {
  succeeded: number
  failed: number
}

export interface AttemptStatistics extends Outcome {
  points: (Outcome & { from: Date })[]
  byStatusCode: { statusCode: number | null; attempts: number }[]
  byFailure: { failure: string; attempts: number }[]
  byType: (Outcome & { eventType: string })[]
  latency: { upToMs: number | null; attempts: number }[]
}

interface Row {
  endpoint_id: string
  slot: Date | null
  status_code: number | null
  failure: string | null
  event_type: string | null
  grouped: 'slot' | 'status_code' | 'failure' | 'event_type' | 'all'
  attempts: number
  succeeded: number
  faster: number[]
}

/**
 * Attempts of endpoints over time, read from what was counted by hour and from nothing else: two
 * statements for any number of endpoints.
 */
export async function readStatistics(
  pool: Pool,
  organizationId: string,
  endpointIds: readonly string[],
  window: Window,
): Promise<Map<string, AttemptStatistics>> {
  const { step, before } = WINDOWS[window]
  const slots = await readSlots(pool, organizationId, step, before)
  const { rows } = await pool.query<Row>({
    name: 'attempt-statistics',
    text: STATEMENT,
    values: [endpointIds, organizationId, slots.starts[0], step, slots.timezone],
  })
  const byEndpoint = Map.groupBy(rows, (row) => row.endpoint_id)
  return new Map(
    endpointIds.map((id) => [id, toStatistics(byEndpoint.get(id) ?? [], slots.starts)]),
  )
}

/** Hours are hours everywhere; days are those of the organization. */
async function readSlots(
  pool: Pool,
  organizationId: string,
  step: 'hour' | 'day',
  before: number,
): Promise<{ starts: Date[]; timezone: string }> {
  const { rows } = await pool.query<{ starts: Date[]; timezone: string }>({
    name: 'attempt-statistics-slots',
    text: `SELECT zone AS timezone, ARRAY(SELECT generate_series(
                    date_subtract(date_trunc($2, now(), zone), make_interval(days => $3, hours => $4), zone),
                    now(), ('1 ' || $2)::interval, zone)) AS starts
             FROM (SELECT CASE $2 WHEN 'day' THEN timezone ELSE 'UTC' END AS zone
                     FROM organization WHERE id = $1) AS zoned`,
    values: [organizationId, step, step === 'day' ? before : 0, step === 'hour' ? before : 0],
  })
  return rows[0] ?? { starts: [], timezone: 'UTC' }
}

const FASTER = LATENCY_BOUNDS_MS.map((bound) => `sum(le${bound})::int`).join(', ')

const STATEMENT = `
  SELECT endpoint_id, slot, status_code, failure, event_type,
         CASE grouping(slot, status_code, failure, event_type)
           WHEN 7 THEN 'slot' WHEN 11 THEN 'status_code' WHEN 13 THEN 'failure'
           WHEN 14 THEN 'event_type' ELSE 'all' END AS grouped,
         sum(attempts)::int AS attempts,
         coalesce(sum(attempts) FILTER (WHERE is_success), 0)::int AS succeeded,
         CASE WHEN grouping(slot, status_code, failure, event_type) = 15
              THEN ARRAY[${FASTER}] END AS faster
    FROM (SELECT *, failure = '' AS is_success,
                 CASE $4 WHEN 'day' THEN date_trunc('day', hour, $5) ELSE hour END AS slot
            FROM webhook_attempt_hour
           WHERE endpoint_id = ANY($1) AND organization_id = $2 AND hour >= $3) AS counted
   GROUP BY GROUPING SETS ((endpoint_id, slot), (endpoint_id, status_code), (endpoint_id, failure),
                           (endpoint_id, event_type), (endpoint_id))
   ORDER BY attempts DESC`

function toStatistics(rows: readonly Row[], starts: readonly Date[]): AttemptStatistics {
  const of = (grouped: Row['grouped']) => rows.filter((row) => row.grouped === grouped)
  const bySlot = new Map(of('slot').map((row) => [row.slot?.getTime(), toOutcome(row)]))
  const [all] = of('all')
  const { faster = [], attempts = 0 } = all ?? {}
  const slower = attempts - faster.reduce((sum, count) => sum + count, 0)
  return {
    ...toOutcome(all),
    points: starts.map((from) => ({ from, ...(bySlot.get(from.getTime()) ?? toOutcome()) })),
    byStatusCode: of('status_code').map((row) => ({
      statusCode: row.status_code === 0 ? null : row.status_code,
      attempts: row.attempts,
    })),
    byFailure: of('failure')
      .filter(({ failure }) => failure !== '')
      .map((row) => ({ failure: row.failure ?? '', attempts: row.attempts })),
    byType: of('event_type').map((row) =>
      Object.assign(toOutcome(row), { eventType: row.event_type ?? '' }),
    ),
    latency: [
      ...LATENCY_BOUNDS_MS.map((upToMs, index) => ({ upToMs, attempts: faster[index] ?? 0 })),
      { upToMs: null, attempts: slower },
    ],
  }
}

function toOutcome(row?: Row): Outcome {
  const { attempts = 0, succeeded = 0 } = row ?? {}
  return { succeeded, failed: attempts - succeeded }
}
