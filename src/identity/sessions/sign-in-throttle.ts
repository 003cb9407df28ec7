import { createHash } from 'node:crypto'
import type { Database } from '../../database/database.ts'
import { AccessError } from '../../errors.ts'
import { networkOf } from '../../access/network-of.ts'

/**
 * Attempts to sign in, counted over all processes. Whoever guesses runs dry; the owner of an account
 * does not: from an address where they have signed in before they have attempts of their own, which
 * nobody elsewhere can use up. What is taken comes back by itself, and at once after a success.
 */
const LIMITS = {
  /** At one account from an address that its owner has signed in from. */
  known: { most: 10, refillMs: 30_000 },
  /** At one account from everywhere else together: some 1,450 guesses a day. */
  account: { most: 10, refillMs: 60_000 },
  /** From one address, at accounts whose owners have not signed in from there. */
  address: { most: 50, refillMs: 2_000 },
} as const

export interface SignInAttempt {
  email: string
  remoteAddress: string
  /** Undefined, both, for an e-mail address that nobody has. */
  userId: string | undefined
  organizationId: string | undefined
}

interface Bucket {
  subject: string
  most: number
  refillMs: number
}

/** An attempt that was let through. */
export interface TakenAttempt {
  /** It was the owner: the attempt does not count. */
  giveBack(): Promise<void>
}

/**
 * Counts an attempt before its password is looked at, in the same steps whether the account exists.
 * @throws AccessError RATE_LIMITED, with how long to wait
 */
export async function takeSignInAttempt(
  { pool }: Database,
  attempt: SignInAttempt,
): Promise<TakenAttempt> {
  const buckets = bucketsOf(attempt, await isKnown(pool, attempt))
  const subjects = buckets.map((bucket) => bucket.subject)
  const taken = await pool.query<{ wait_ms: number }>({
    name: 'take-sign-in',
    text: 'SELECT take_sign_in($1, $2, $3) AS wait_ms',
    values: [
      subjects,
      buckets.map((bucket) => bucket.most),
      buckets.map((bucket) => bucket.refillMs),
    ],
  })
  const waitMs = taken.rows[0]?.wait_ms ?? 0
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1_000)
    const message = `Too many attempts to sign in: try again in ${seconds} s`
    throw new AccessError('RATE_LIMITED', message, waitMs)
  }
  return {
    async giveBack() {
      await pool.query({
        name: 'give-back-sign-in',
        text: `UPDATE sign_in_bucket SET spent = greatest(0, spent - 1)
                WHERE subject IN (SELECT subject FROM sign_in_bucket WHERE subject = ANY($1) ORDER BY subject FOR UPDATE)`,
        values: [subjects],
      })
    },
  }
}

async function isKnown(pool: Database['pool'], attempt: SignInAttempt): Promise<boolean> {
  const found = await pool.query({
    name: 'known-address',
    text: `SELECT 1 FROM session
            WHERE organization_id = $1 AND user_id = $2 AND remote_address = $3 LIMIT 1`,
    values: [attempt.organizationId ?? '', attempt.userId ?? '', attempt.remoteAddress],
  })
  return found.rows.length > 0
}

/** In the order of their names, in which they are locked. */
function bucketsOf({ email, remoteAddress }: SignInAttempt, known: boolean): Bucket[] {
  const account = createHash('sha256').update(email).digest('hex')
  if (known) return [{ subject: `known ${account} ${remoteAddress}`, ...LIMITS.known }]
  return [
    { subject: `account ${account}`, ...LIMITS.account },
    { subject: `address ${networkOf(remoteAddress)}`, ...LIMITS.address },
  ]
}
