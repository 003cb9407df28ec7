import { newId } from '../../database/ids.ts'
import { recall } from '../../database/memory/recall.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../errors.ts'
import { listEvents } from '../../events/define.ts'
import { namesSomething } from '../../events/match.ts'
import type { WebhookReplay } from '../../generated/prisma/client.ts'
import { demandUser } from '../../identity/users/people.ts'
import { lockEndpoint } from '../endpoints/endpoint-record.ts'
import type { ReplayInput } from './fields.ts'
import { coveredBy } from './replay-selection.ts'

/** What a replay would do. */
export interface ReplayPreview {
  count: number
  first: Date | null
  last: Date | null
  /** Deliveries per second that are to be expected, at most as many as were asked for. */
  perSecond: number
  seconds: number
}

/** Deliveries whose attempts tell how long the endpoint takes. */
const SAMPLE = 50

/** Runs a statement, in a transaction or on its own. */
type ReadRows = (text: string, values: unknown[]) => Promise<PreviewRow[]>

interface PreviewRow {
  count: string | bigint
  first: Date | null
  last: Date | null
  took_ms: number | null
}

/** Counts what a replay would send. Reads only, and no more than the endpoint's own deliveries. */
export async function previewReplay(
  read: ReadRows,
  organizationId: string,
  input: ReplayInput,
): Promise<ReplayPreview> {
  const { endpointId, from = null, to = null, types, statuses } = input
  const [row] = await read(
    `
      SELECT covered.*, took.took_ms
        FROM (SELECT count(*), min(delivery.created) AS first, max(delivery.created) AS last
                FROM (SELECT $1::text AS endpoint_id, $3::timestamptz AS from_time,
                             $4::timestamptz AS to_time, $5::text[] AS types,
                             $6::webhook_delivery_status[] AS statuses,
                             0::bigint AS reached, 9223372036854775807::bigint AS last_sequence) AS replay
                JOIN webhook_delivery AS delivery
                  ON delivery.organization_id = $2 AND ${coveredBy(statuses)}) AS covered,
             (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY attempt.total_ms) AS took_ms
                FROM (SELECT id FROM webhook_delivery
                       WHERE endpoint_id = $1 AND organization_id = $2 AND sequence IS NOT NULL
                       ORDER BY sequence DESC LIMIT ${SAMPLE}) AS newest
                JOIN webhook_attempt AS attempt ON attempt.delivery_id = newest.id) AS took`,
    [endpointId, organizationId, from, to, toExactTypes(types), statuses],
  )
  const count = Number(row?.count ?? 0)
  // One after the other: an endpoint that takes its time sets the pace.
  const perSecond = Math.min(input.perSecond, 1_000 / Math.max(row?.took_ms ?? 0, 1))
  return {
    count,
    first: row?.first ?? null,
    last: row?.last ?? null,
    perSecond,
    seconds: count / perSecond,
  }
}

/**
 * Has deliveries sent once more: in order, one after the other, at the pace asked for, beside the
 * lane and without holding it up. A worker does it, see delivery/replays.ts. While the endpoint is
 * paused or disabled the replay waits.
 * @throws DomainError NOT_FOUND, or CONFLICT with the id of a replay that runs already
 */
export async function startReplay(unit: UnitOfWork, input: ReplayInput): Promise<WebhookReplay> {
  const { endpointId, from, to, types, statuses, perSecond } = input
  const endpoint = await lockEndpoint(unit, endpointId, 'endpointId')
  const running = await unit.tx.webhookReplay.findFirst({
    where: { endpointId, status: 'RUNNING' },
    select: { id: true },
  })
  if (running !== null) {
    throw new DomainError(
      `Replay ${running.id} of this endpoint runs already`,
      { code: 'CONFLICT', ids: [running.id] },
      ['input', 'endpointId'],
    )
  }
  const lane = await unit.tx.deliveryLane.findUniqueOrThrow({ where: { endpointId } })
  const { count } = await previewReplay(
    (text, values) => unit.tx.$queryRawUnsafe(text, ...values),
    unit.organizationId,
    input,
  )
  return unit.tx.webhookReplay.create({
    data: {
      id: newId('webhookReplay', unit.now.getTime()),
      organizationId: unit.organizationId,
      endpointId: endpoint.id,
      ...(count === 0 ? { status: 'COMPLETED' as const, finishedAt: unit.now } : {}),
      fromTime: from ?? null,
      toTime: to ?? null,
      types: toExactTypes(types),
      statuses,
      perSecond,
      total: count,
      lastSequence: lane.lastSequence,
      createdById: demandUser(unit.caller),
      created: unit.now,
    },
  })
}

/** Ends a replay; at most the delivery that is under way still arrives. Twice changes nothing. */
export async function cancelReplay(
  unit: UnitOfWork,
  { id }: { id: string },
): Promise<WebhookReplay> {
  const isThere = await lockRow(unit, 'webhookReplay', id)
  const replay = isThere ? await unit.tx.webhookReplay.findUnique({ where: { id } }) : null
  if (replay === null) throw notFound('Replay', id)
  if (replay.status !== 'RUNNING') return replay
  await recall(unit, [id])
  return unit.tx.webhookReplay.update({
    where: { id },
    data: { status: 'CANCELLED', finishedAt: unit.now },
  })
}

/** "workorder.*" → every type that it names; empty = all, also types that are retired by now. */
function toExactTypes(patterns: readonly string[]): string[] {
  if (patterns.includes('*')) return []
  const all = listEvents().map((event) => event.type)
  return all.filter((type) => patterns.some((pattern) => namesSomething(pattern, [type])))
}
