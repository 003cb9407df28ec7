import type { Pool } from 'pg'

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
}

export function createRequestLimiter(pool: Pick<Pool, 'query'>): RequestLimiter {
  const subjects = new Map<string, Subject>()

  function subjectOf(name: string): Subject {
    const known = subjects.get(name)
    if (known !== undefined) return known
    const oldest = subjects.size < MAX_SUBJECTS ? undefined : subjects.keys().next().value
    if (oldest !== undefined) subjects.delete(oldest)
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
    }
    subjects.set(name, made)
    return made
  }

  async function claim(of: Counted, state: Subject, needed: number): Promise<void> {
    const returned = state.tokens
    const low = of.limit - state.used < of.limit * LOW
    // As much ahead as was spent of the last claim: one for a lone request, more under load.
    const ahead = low ? 0 : Math.min(state.spent, Math.floor(of.limit * AHEAD))
    const wanted = Math.max(needed, state.waiting) + ahead
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
        needed,
        of.limit,
        returned,
        state.slot,
      ],
    })
    const row = result.rows[0]
    if (row === undefined) throw new Error('claim_requests answered nothing')
    state.tokens = row.granted
    state.slot = row.slot
    state.used = row.used
    state.leaseUntil = claimedAt + LEASE_MS
    state.resetAt = Date.now() + row.reset_ms
    // Somebody who needs several at once may be refused while one would still be granted.
    if (row.granted === 0 && needed === 1) state.blockedUntil = performance.now() + row.wait_ms
    if (row.granted === 0 && needed > 1) throw new Refused(row.wait_ms)
  }

  function answer(of: Counted, state: Subject, retryAfterMs: number): RateAnswer {
    return {
      granted: retryAfterMs === 0,
      retryAfterMs,
      limit: of.limit,
      remaining: Math.max(0, of.limit - state.used + state.tokens),
      resetAt: state.resetAt,
    }
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
        if (now < state.blockedUntil) return answer(of, state, state.blockedUntil - now)
        if (state.claiming !== undefined) {
          state.waiting += count
          await state.claiming.catch(() => undefined)
          state.waiting -= count
          continue
        }
        state.claiming = claim(of, state, count)
        try {
          await state.claiming
        } catch (error) {
          if (error instanceof Refused) return answer(of, state, error.waitMs)
          throw error
        } finally {
          state.claiming = undefined
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
