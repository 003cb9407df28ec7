import type { Pool } from 'pg'
import { LRUCache } from 'lru-cache'

/** What one caller has left of its requests. */
export interface RateState {
  /** Requests in any 60 seconds. */
  limit: number
  remaining: number
  /** Unix ms; when the oldest counted request is forgotten, from when on there is more again. */
  resetAt: number
}

type RateAnswer = RateState & { granted: boolean; /** 0 when granted */ retryAfterMs: number }

/**
 * Counts requests over all server processes: never more than the limit in any 60 seconds.
 *
 * The counters are in PostgreSQL (function claim_requests), which every process has anyway. A process
 * that sees many requests of one caller claims several at once and spends them without asking again;
 * what it has not spent within a quarter of a second it gives back with its next claim. So the count
 * is exact, a busy caller costs a statement for every few requests, and a caller that has nothing
 * left costs none until something comes free.
 *
 * Nobody waits for the counters while much is left: a few requests go on credit, and the claim that
 * pays for them follows. Only if other processes spend the other half of the limit within that moment
 * can more than the limit be let in, by the credit of each process.
 */
export interface RequestLimiter {
  /** Takes `count` requests, all or none. */
  take(of: Counted, count: number): Promise<RateAnswer>
}

export interface Counted {
  /** Id of a key or person, or another name for what is counted. */
  subject: string
  organizationId: string
  limit: number
}

/** How long claimed requests may be spent; the database counts with it. */
const LEASE_MS = 250
/** At most this share of a limit is claimed ahead of need. */
const AHEAD = 1 / 50
/** Below this share of the limit nothing is claimed ahead: the last requests go to who asks for them. */
const LOW = 1 / 8
/** Requests that one process lets in before they are claimed, as a share of the limit. */
const CREDIT = 1 / 250
/** No credit above this share of the limit. */
const HALF = 1 / 2
/** What was said of the window before that is no ground for credit. */
const TOLD_LATELY_MS = 60_000
/** Callers remembered in this process; the one not seen for longest makes room. */
const MAX_SUBJECTS = 20_000

interface Subject {
  tokens: number
  slot: string
  /** performance.now() at which the claimed ones can no longer be spent. */
  leaseUntil: number
  spent: number
  /** performance.now() before which a request cannot be granted. */
  blockedUntil: number
  claiming: Promise<void> | undefined
  /** Requests that wait for the claim under way. */
  waiting: number
  used: number
  resetAt: number
  /** Let in and not claimed yet. */
  debt: number
  /** performance.now() of the last claim. */
  toldAt: number
}

export function createRequestLimiter(pool: Pick<Pool, 'query'>): RequestLimiter {
  const subjects = new LRUCache<string, Subject>({ max: MAX_SUBJECTS })

  function subjectOf(name: string): Subject {
    const known = subjects.get(name)
    if (known !== undefined) return known
    const made: Subject = {
      tokens: 0,
      slot: '0',
      leaseUntil: 0,
      spent: 0,
      blockedUntil: 0,
      claiming: undefined,
      waiting: 0,
      used: 0,
      resetAt: 0,
      debt: 0,
      toldAt: -Infinity,
    }
    subjects.set(name, made)
    return made
  }

  async function claim(of: Counted, state: Subject, needed: number): Promise<void> {
    const returned = state.tokens
    const { debt } = state
    const low = of.limit - state.used < of.limit * LOW
    // As much ahead as was spent of the last claim: one for a lone request, more under load.
    const ahead = low ? 0 : Math.min(state.spent, Math.floor(of.limit * AHEAD))
    const wanted = debt + Math.max(needed, state.waiting) + ahead
    const claimedAt = performance.now()
    state.tokens = 0
    state.spent = 0
    const result = await pool.query<{
      granted: number
      used: number
      slot: string
      wait_ms: number
      reset_ms: number
    }>({
      name: 'claim-requests',
      text: 'SELECT granted, used, slot, wait_ms, reset_ms FROM claim_requests($1, $2, $3, $4, $5, $6, $7)',
      values: [
        of.subject,
        of.organizationId,
        Math.min(wanted, of.limit),
        Math.min(debt + needed, of.limit),
        of.limit,
        returned,
        state.slot,
      ],
    })
    const row = result.rows[0]
    if (row === undefined) throw new Error('claim_requests answered nothing')
    state.toldAt = claimedAt
    // Borrowed meanwhile as well: what there is pays for it first.
    const paid = Math.min(row.granted, state.debt)
    state.debt -= paid
    state.tokens = row.granted - paid
    state.slot = row.slot
    state.used = row.used
    state.leaseUntil = claimedAt + LEASE_MS
    state.resetAt = Date.now() + row.reset_ms
    // Somebody who needs several at once may be refused while one would still be granted.
    if (row.granted === 0 && needed <= 1) state.blockedUntil = performance.now() + row.wait_ms
    if (row.granted === 0 && needed > 1) throw new Refused(row.wait_ms)
  }

  function answer(of: Counted, state: Subject, retryAfterMs: number): RateAnswer {
    return {
      granted: retryAfterMs === 0,
      retryAfterMs,
      limit: of.limit,
      remaining: Math.max(0, of.limit - state.used + state.tokens - state.debt),
      resetAt: state.resetAt,
    }
  }

  /** One claim at a time for a subject. */
  function startClaim(of: Counted, state: Subject, needed: number): Promise<void> {
    const claiming = claim(of, state, needed).finally(() => {
      state.claiming = undefined
    })
    const payRest = () => {
      const isOwing = state.debt > 0 && state.claiming === undefined
      if (isOwing && performance.now() >= state.blockedUntil) claimRest(of, state)
    }
    // What cannot be claimed now stays owed, and is paid with the next claim.
    claiming.then(payRest, () => undefined)
    state.claiming = claiming
    return claiming
  }

  /** Whoever could be answered without it does not wait for it; what fails is claimed the next time. */
  function claimRest(of: Counted, state: Subject): void {
    startClaim(of, state, 0).catch(() => undefined)
  }

  function mayBorrow(of: Counted, state: Subject, count: number, now: number): boolean {
    return (
      state.debt + count <= of.limit * CREDIT &&
      state.used + state.debt + count <= of.limit * HALF &&
      now - state.toldAt < TOLD_LATELY_MS
    )
  }

  return {
    async take(of, count) {
      const state = subjectOf(of.subject)
      if (count > of.limit) return answer(of, state, 60_000)
      for (;;) {
        const now = performance.now()
        if (state.tokens >= count && now < state.leaseUntil) {
          state.tokens -= count
          state.spent += count
          return answer(of, state, 0)
        }
        if (mayBorrow(of, state, count, now)) {
          state.debt += count
          state.spent += count
          if (state.claiming === undefined) claimRest(of, state)
          return answer(of, state, 0)
        }
        if (now < state.blockedUntil) return answer(of, state, state.blockedUntil - now)
        if (state.claiming !== undefined) {
          state.waiting += count
          await state.claiming.catch(() => undefined)
          state.waiting -= count
          continue
        }
        try {
          await startClaim(of, state, count)
        } catch (error) {
          if (error instanceof Refused) return answer(of, state, error.waitMs)
          throw error
        }
      }
    },
  }
}

class Refused extends Error {
  readonly waitMs: number
  constructor(waitMs: number) {
    super('refused')
    this.waitMs = waitMs
  }
}
