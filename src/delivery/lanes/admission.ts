import type { Pool } from 'pg'
import type { EndpointTerms } from '../../webhooks/endpoints/endpoint-terms.ts'
import { reduceLarge } from './reduce-large.ts'
import { reasonToSkip } from '../../webhooks/endpoints/endpoint-scopes.ts'
import type { PayloadShaper } from '../../webhooks/payloads/payload-shaper.ts'
import type { ClaimedLane, Release } from './lane-claims.ts'
import type { LaneDelivery, Window, WindowRequest } from './lane-window.ts'
import type { Capacity } from './capacity.ts'
import { openTerms } from './terms.ts'

/**
 * The stage before all others, for endpoints with an integration, a document or a limit of bytes; the
 * rest never come here. Deliveries that the integration may not see any more end as SKIPPED, with the
 * reason in the log; the others get the body that the document makes of them, reduced where it is too
 * large, and stored before it is sent. It looks at a whole window at once, so that no delivery costs a statement of its own.
 */
export interface Admission {
  /**
   * What of a claimed lane's window goes out, with its bodies put in.
   * @throws whatever the database throws: the lane lets go and is claimed again
   */
  admitWindow(
    lane: Release & { version: number },
    window: Window,
    workerNumber: number,
  ): Promise<Window>
  /** The body of one delivery outside its lane; undefined when it was skipped. */
  admitOne(endpoint: OnTerms, delivery: Admissible): Promise<string | undefined>
}

interface OnTerms {
  endpointId: string
  version: number
}

interface Admissible {
  id: string
  eventId: string
  eventType: string
  subjectId: string
  body: string
  ownBody: boolean
  /** Set where the body is reduced here. */
  wholeBytes: number | null | undefined
}

/**
 * Deliveries shaped at once; the rest of a window is loaded again when these are nearly sent. What
 * each takes is bounded (render-payload.ts); the lane that waits for them keeps its lease meanwhile.
 */
const SHAPED_AT_ONCE = 100

export function openAdmission(
  pool: Pool,
  shaper: PayloadShaper,
  capacity: Pick<Capacity, 'isAlone'>,
): Admission {
  const cache = openTerms(pool)

  async function admit<D extends Admissible>(
    terms: EndpointTerms,
    deliveries: readonly D[],
    skip: (skipped: readonly Skipped[]) => Promise<void>,
  ): Promise<D[]> {
    // Until then no event is known to need a scope.
    await shaper.ready()
    const skipped: Skipped[] = []
    const admitted = deliveries.filter(({ id, eventType }) => {
      const reason = reasonToSkip(terms.bounds, eventType)
      if (reason !== undefined) skipped.push({ id, reason })
      return reason === undefined
    })
    if (skipped.length > 0) await skip(skipped)
    if (terms.document !== undefined) await shape(terms, admitted)
    await reduceLarge(pool, terms, admitted)
    return admitted
  }

  async function shape(terms: EndpointTerms, deliveries: readonly Admissible[]): Promise<void> {
    const unshaped = deliveries.filter((delivery) => !delivery.ownBody && delivery.body !== '')
    if (unshaped.length === 0) return
    const bodies = await shaper.shape(terms, unshaped, () => capacity.isAlone(terms.organizationId))
    for (const delivery of unshaped) delivery.body = bodies.get(delivery.id) ?? delivery.body
  }

  return {
    async admitWindow(lane, window, workerNumber) {
      const terms = await cache.open(lane.endpointId, lane.version)
      // The lane has nothing to send any more and finds out when it lets go.
      if (terms === undefined || window.deliveries.length === 0) return window
      const some = window.deliveries.slice(0, SHAPED_AT_ONCE)
      const deliveries = await admit(terms, some, async (skipped) => {
        await skipInLane(pool, lane, workerNumber, skipped)
        handOn(some, new Set(skipped.map((each) => each.id)))
      })
      // What was skipped may have held others back, and made room in any case.
      const cut = window.cut || deliveries.length < window.deliveries.length
      const left = window.deliveries.slice(some.length)
      const through = Math.min(window.through, ...left.map((each) => Number(each.sequence) - 1))
      return { ...window, deliveries, cut, skipped: deliveries.length < some.length, through }
    },
    async admitOne(endpoint, delivery) {
      const terms = await cache.open(endpoint.endpointId, endpoint.version)
      if (terms === undefined) return delivery.body
      const [admitted] = await admit(terms, [delivery], (skipped) => skipAlone(pool, skipped))
      return admitted?.body
    },
  }
}

/** A lane's window, and how it loads more. */
interface Source {
  claimed: ClaimedLane
  load: (request: WindowRequest) => Promise<Window>
}

/** The same lane, of which everything goes through admission, the window that came with the claim first. */
export function admitted(
  claimed: ClaimedLane,
  load: Source['load'],
  admit: (window: Window) => Promise<Window>,
): Source {
  let first: Window | undefined = claimed.window
  // It asks for what it was claimed with as for anything else.
  const window = { ...claimed.window, deliveries: [], cut: true, through: claimed.after }
  return {
    claimed: { ...claimed, window },
    async load(request) {
      const loaded = first ?? (await load(request))
      first = undefined
      const left = await admit(loaded)
      // What was left of freed subjects is asked for again, wherever it stands.
      return { ...left, through: Math.max(left.through, request.after) }
    },
  }
}

interface Skipped {
  id: string
  reason: string
}

/** What one that is not sent would have told the receiver is told by the next one. */
function handOn(deliveries: readonly LaneDelivery[], skippedIds: ReadonlySet<string>): void {
  let untold: string | undefined
  for (const delivery of deliveries) {
    delivery.skippedBefore ??= untold
    untold = skippedIds.has(delivery.id) ? delivery.skippedBefore : undefined
  }
}

/** Under the claim only: a worker that lost its lane decides nothing any more. */
async function skipInLane(
  pool: Pool,
  lane: Release,
  workerNumber: number,
  skipped: readonly Skipped[],
): Promise<void> {
  const done = await pool.query({
    name: 'lane-skip',
    text: `
      WITH held AS (
        -- Some of them may have held back others.
        UPDATE delivery_lane SET retries_ended = retries_ended + 1
         WHERE endpoint_id = $1 AND epoch = $2 AND worker_id = $3
        RETURNING endpoint_id)
      UPDATE webhook_delivery AS delivery
         SET status = 'SKIPPED', skip_reason = given.reason, completed_at = now(),
             next_attempt_at = NULL
        FROM unnest($4::text[], $5::text[]) AS given(id, reason)
       WHERE delivery.id = given.id AND delivery.status = 'PENDING' AND EXISTS (SELECT FROM held)`,
    values: [
      lane.endpointId,
      lane.epoch,
      workerNumber,
      skipped.map((each) => each.id),
      skipped.map((each) => each.reason),
    ],
  })
  // Loading them again and again would find the same: the lane must be claimed anew.
  if (done.rowCount === 0) throw new Error("The deliveries to skip were no longer this lane's")
}

/** What was asked for by hand is not sent either; a delivery that ended before keeps its end. */
async function skipAlone(pool: Pool, skipped: readonly Skipped[]): Promise<void> {
  await pool.query({
    name: 'delivery-skip',
    text: `UPDATE webhook_delivery AS delivery
              SET next_attempt_at = NULL, skip_reason = given.reason
             FROM unnest($1::text[], $2::text[]) AS given(id, reason)
            WHERE delivery.id = given.id`,
    values: [skipped.map((each) => each.id), skipped.map((each) => each.reason)],
  })
}
