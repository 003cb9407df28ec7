import { expect } from 'vitest'
import type { WebhookOrdering } from '../../src/generated/prisma/enums.ts'
import type { Cluster } from './cluster.ts'
import { until } from './process.ts'
import { type Received, verifyInfodeck } from './receiver.ts'

/** What one endpoint is owed and what its receiver has got. */
export interface Account {
  endpointId: string
  secret: string
  ordering: WebhookOrdering
  received: readonly Received[]
}

/** Waits until nothing is on its way any more: all events positioned, all deliveries ended. */
export async function untilSettled(cluster: Cluster, timeoutMs = 60_000): Promise<void> {
  const { pool } = cluster.database
  await until(
    'the last delivery',
    async () => {
      const open = await pool.query(
        `SELECT 1 FROM event WHERE position IS NULL
         UNION ALL SELECT 1 FROM webhook_delivery WHERE status = 'PENDING' LIMIT 1`,
      )
      return open.rows.length === 0
    },
    timeoutMs,
  )
}

/**
 * The account is in order: everything owed came, in the promised order, signed, and whatever came
 * twice was the same event with the same bytes.
 * @returns requests beyond the first of each event
 */
export async function expectInOrder(cluster: Cluster, account: Account): Promise<number> {
  const { rows } = await cluster.database.pool.query<{
    sequence: string
    event_id: string
    subject_id: string
    status: string
    successes: string
  }>(
    `SELECT sequence, event_id, subject_id, status,
            (SELECT count(*) FROM webhook_attempt
              WHERE delivery_id = webhook_delivery.id AND succeeded) AS successes
       FROM webhook_delivery WHERE endpoint_id = $1 ORDER BY sequence`,
    [account.endpointId],
  )
  expect(rows.map((row) => Number(row.sequence))).toEqual(rows.map((_, index) => index + 1))
  expect(rows.filter((row) => row.status !== 'SUCCEEDED')).toEqual([])
  expect(rows.filter((row) => Number(row.successes) === 0)).toEqual([])

  const firsts = new Map<string, Received>()
  for (const request of account.received) {
    verifyInfodeck(request, account.secret)
    expect(request.headers['webhook-id']).toBe(request.event.id)
    const first = firsts.get(request.event.id)
    if (first === undefined) firsts.set(request.event.id, request)
    else expect(sameDelivery(request)).toEqual(sameDelivery(first))
  }
  const owed = new Map(rows.map((row) => [row.event_id, row]))
  expect([...firsts.keys()].toSorted()).toEqual([...owed.keys()].toSorted())
  for (const [eventId, request] of firsts) {
    expect(request.headers['webhook-sequence']).toBe(owed.get(eventId)?.sequence)
  }
  const inOrderOf = (key: (eventId: string) => string) => {
    const lines = Map.groupBy(firsts.keys(), key)
    for (const line of lines.values()) {
      const sequences = line.map((eventId) => Number(owed.get(eventId)?.sequence))
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
    }
  }
  if (account.ordering === 'ENDPOINT') inOrderOf(() => 'all')
  if (account.ordering === 'OBJECT') inOrderOf((eventId) => owed.get(eventId)?.subject_id ?? '')
  return account.received.length - firsts.size
}

function sameDelivery({ body, headers }: Received) {
  return { body, id: headers['webhook-id'], sequence: headers['webhook-sequence'] }
}
