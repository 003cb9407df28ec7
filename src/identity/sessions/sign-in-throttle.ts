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

interface Account {
  userId: string
  organizationId: string
}

export interface SignInAttempt {
  email: string
  remoteAddress: string
  /** Of the e-mail address: in several organizations, or in none. */
  accounts: readonly Account[]
  /** The organization that is named, if one is. */
  organizationId?: string | undefined
}

interface Bucket {
  subject: string
  most: number
  refillMs: number
}

/** An attempt that was let through. */
export interface TakenAttempt {
  /** Whether the password may be compared with that of this account. */
  admits(userId: string): boolean
  /** It was the owner of these accounts: as far as they are concerned the attempt does not count. */
  giveBack(userIds: readonly string[]): Promise<void>
}

/**
 * Counts an attempt before its password is looked at, in the same steps however many accounts there are.
 *
 * An attempt at an address of several accounts is a guess at each of them. What the caller is told
 * (RATE_LIMITED) depends on the address alone. Beside it each account counts its own guesses, so that
 * nobody guesses another organization's password by signing in to their own account, which gives the
 * attempt back: one that has none left is silently not compared. Naming the organization does without.
 * @throws AccessError RATE_LIMITED, with how long to wait
 */
export async function takeSignInAttempt(
  { pool }: Database,
  attempt: SignInAttempt,
): Promise<TakenAttempt> {
  const known = await knownAccounts(pool, attempt)
  const buckets = bucketsOf(attempt, known.size > 0)
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
  const guesses = guessesAt(attempt, known)
  const admitted = await takeGuesses(pool, [...guesses.values()])
  return {
    admits(userId) {
      const guess = guesses.get(userId)
      return guess === undefined || admitted.has(guess.subject)
    },
    async giveBack(userIds) {
      const ofAccounts = userIds.flatMap((userId) => guesses.get(userId)?.subject ?? [])
      await pool.query({
        name: 'give-back-sign-in',
        text: `UPDATE sign_in_bucket SET spent = greatest(0, spent - 1)
                WHERE subject IN (SELECT subject FROM sign_in_bucket WHERE subject = ANY($1) ORDER BY subject FOR UPDATE)`,
        values: [[...subjects, ...ofAccounts]],
      })
    },
  }
}

/** Those whose owners have signed in from there. */
async function knownAccounts(
  pool: Database['pool'],
  { accounts, remoteAddress }: SignInAttempt,
): Promise<ReadonlySet<string>> {
  const found = await pool.query<{ user_id: string }>({
    name: 'known-address',
    text: `SELECT user_id FROM unnest($1::text[], $2::text[]) AS account(organization_id, user_id)
            WHERE EXISTS (SELECT 1 FROM session
                           WHERE session.organization_id = account.organization_id
                             AND session.user_id = account.user_id AND remote_address = $3)`,
    values: [
      accounts.map((account) => account.organizationId),
      accounts.map((account) => account.userId),
      remoteAddress,
    ],
  })
  return new Set(found.rows.map((row) => row.user_id))
}

/** @returns the subjects of those that were not empty. */
async function takeGuesses(
  pool: Database['pool'],
  guesses: readonly Bucket[],
): Promise<ReadonlySet<string>> {
  const found = await pool.query<{ subject: string }>({
    name: 'take-guesses',
    text: `SELECT subject FROM unnest($1::text[], $2::int[], $3::int[]) AS guess(subject, most, refill_ms)
            WHERE take_sign_in(ARRAY[subject], ARRAY[most], ARRAY[refill_ms]) = 0`,
    values: [
      guesses.map((guess) => guess.subject),
      guesses.map((guess) => guess.most),
      guesses.map((guess) => guess.refillMs),
    ],
  })
  return new Set(found.rows.map((row) => row.subject))
}

/** In the order of their names, in which they are locked. */
function bucketsOf(
  { email, remoteAddress, organizationId }: SignInAttempt,
  known: boolean,
): Bucket[] {
  const account = createHash('sha256')
    .update(organizationId === undefined ? email : `${email} ${organizationId}`)
    .digest('hex')
  if (known) return [{ subject: `known ${account} ${remoteAddress}`, ...LIMITS.known }]
  return [
    { subject: `account ${account}`, ...LIMITS.account },
    { subject: `address ${networkOf(remoteAddress)}`, ...LIMITS.address },
  ]
}

/** By user; in the order of their names likewise. A single account is what the address counts for. */
function guessesAt(
  { accounts, remoteAddress }: SignInAttempt,
  known: ReadonlySet<string>,
): ReadonlyMap<string, Bucket> {
  if (accounts.length < 2) return new Map()
  const ids = accounts.map((account) => account.userId).toSorted()
  return new Map(
    ids.map((id) => [
      id,
      known.has(id)
        ? { subject: `guess ${id} ${remoteAddress}`, ...LIMITS.known }
        : { subject: `guess ${id}`, ...LIMITS.account },
    ]),
  )
}
