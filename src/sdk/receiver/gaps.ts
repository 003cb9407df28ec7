import type { Delivery } from './verify.ts'

/** Deliveries of an endpoint that have not arrived although later ones have. */
export interface Gap {
  first: number
  last: number
  /** A person skipped them when they resumed the endpoint: they will not come by themselves. */
  skipped: boolean
  /** What it means and what to do, for the log. */
  message: string
}

const WHAT_TO_DO =
  'read what they told at the API (Query.events), or have them sent again (webhookReplayCreate)'

/** Follows the sequence of one endpoint, from the first delivery that it is shown. */
export function followSequence(): (delivery: Delivery) => Gap[] {
  let highest: number | undefined
  return ({ sequence, skipped, again }) => {
    // What is sent again says nothing of what comes next.
    if (sequence === undefined || again) return []
    const last = highest ?? sequence - 1
    highest = Math.max(last, sequence)
    return findGaps(last + 1, sequence - 1, skipped)
  }
}

function findGaps(first: number, last: number, skipped: Delivery['skipped']): Gap[] {
  if (first > last) return []
  if (skipped === undefined || skipped.last < first) return [gap(first, last, false)]
  const from = Math.max(first, skipped.first)
  return [...(from > first ? [gap(first, from - 1, false)] : []), gap(from, last, true)]
}

function gap(first: number, last: number, skipped: boolean): Gap {
  const which = first === last ? `Delivery ${first} has` : `Deliveries ${first}–${last} have`
  const why = skipped
    ? 'been skipped by a person who resumed the endpoint'
    : 'not arrived: set aside after 24 hours of failures, or still tried'
  return { first, last, skipped, message: `${which} ${why}; ${WHAT_TO_DO}` }
}
