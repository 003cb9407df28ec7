import { remainingMs } from './query-scope.ts'

// Limits stand within one another: whoever waits longest must be the one who asked first, or nobody is
// left to say what happened. docs/operations.md has the whole table; a test holds its order.

/** Of a command outside of a request: a job, a sweep. */
const TRANSACTION_MS = 10_000
/** For a connection of the pool, also while all are taken. */
export const CONNECTION_WAIT_MS = 10_000
/** A limit that is there for what should never happen ends so much later than the one it stands behind. */
const BACKSTOP_MS = 2_000

/** What is left when an inner limit ends: for its answer, and for sending that. */
const RESERVE_MS = 1_000
/** Of short times not the whole is reserved. */
const RESERVE_SHARE = 0.2

/** A wait within a request: as long as it should be, and never so long that its end cannot be told. */
export function innerLimit(wantedMs: number, leftMs = remainingMs()): number {
  if (leftMs === Infinity) return wantedMs
  return Math.min(wantedMs, leftMs - Math.min(RESERVE_MS, leftMs * RESERVE_SHARE))
}

/**
 * Of a transaction. Within a request that one's time is the limit, and Prisma's own, which would be
 * told as a fault of ours, stands behind it.
 */
export function transactionLimits(leftMs = remainingMs()): { timeout: number; maxWait: number } {
  if (leftMs === Infinity) return { timeout: TRANSACTION_MS, maxWait: CONNECTION_WAIT_MS }
  const wholeMs = Math.ceil(leftMs) + BACKSTOP_MS
  return { timeout: wholeMs, maxWait: wholeMs }
}

/**
 * When PostgreSQL ends a transaction of a process that is frozen in the midst of it: longer than a
 * transaction may take, so that it never ends one that is alive.
 */
export function idleInTransactionMs(queryTimeoutMs: number): number {
  return Math.max(TRANSACTION_MS, queryTimeoutMs) + 2 * BACKSTOP_MS + RESERVE_MS
}
