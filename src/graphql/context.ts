import type { Caller, Permission } from '../access/caller.ts'
import { demandPlan, may, mayReadAll } from '../access/caller.ts'
import type { Backend } from '../database/unit-of-work.ts'
import type { Config } from '../config/config.ts'
import { AccessError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { PrismaClient } from '../generated/prisma/client.ts'
import type { RequestRate } from './limits/request-limits.ts'
import { restrictionsFor } from './reading/visibility.ts'

export { demandPlan } from '../access/caller.ts'

/** What every resolver is given. */
export interface Context extends Backend {
  /** Undefined for a request without credentials, which may only sign in. */
  caller: Caller | undefined
  config: Config
  log: Logger
  /** Address of the client, for the audit trail. */
  remoteAddress: string
  /** What the request counts as and what its caller has left. */
  rate?: RequestRate | undefined
  /** Header `Idempotency-Key` of the request. */
  idempotencyKey?: string | undefined
  /** Only where a page of our own asks at the address of sessions. */
  sessionCookie?: SessionCookie | undefined
}

/** The refresh token that a browser keeps for its pages, none of which can read it. */
export interface SessionCookie {
  /** As the request brought it; undefined when there is none. */
  readonly token: string | undefined
  keep(token: string, expiresAt: Date): void
  forget(): void
}

export const SIGN_IN = 'Sign in (Authorization: Bearer …) or send an API key (X-Api-Key)'

/**
 * The caller, or a refusal when the request has no credentials.
 * @throws AccessError UNAUTHENTICATED
 */
export function callerOf(context: Context): Caller {
  if (context.caller !== undefined) return context.caller
  throw new AccessError('UNAUTHENTICATED', SIGN_IN)
}

/**
 * Refuses a caller without the permission.
 * @throws AccessError UNAUTHENTICATED, FORBIDDEN or PLAN_REQUIRED
 */
export function demand(context: Context, permission: Permission): true {
  const caller = callerOf(context)
  if (permission === 'webhooks:manage') {
    if (caller.kind === 'apiKey') {
      throw new AccessError(
        'FORBIDDEN',
        'Webhook management needs a Bearer token of an Owner or Admin; an API key is not enough',
      )
    }
    demandPlan(caller)
  }
  if (!may(caller, permission))
    throw new AccessError('FORBIDDEN', `Missing permission ${permission}`)
  return true
}

/**
 * Refuses whoever may read no more than their own, where an answer is made of everybody's.
 * @throws AccessError FORBIDDEN
 */
export function demandAll(context: Context, scope: Permission): void {
  if (mayReadAll(callerOf(context), scope)) return
  throw new AccessError('FORBIDDEN', `This speaks of more than your own: ${scope} is not enough`)
}

/**
 * A database client that sees the caller's organization only, and of it only what is their own where
 * their role reads no more than that.
 */
export function scopedPrisma(context: Context): PrismaClient {
  const caller = callerOf(context)
  const known = restricted.get(caller)
  if (known !== undefined) return known
  const restrictions = restrictionsFor(caller)
  const client = context.database.scopedTo(caller.organizationId, restrictions)
  if (restrictions !== undefined) restricted.set(caller, client)
  return client
}

/** Making such a client costs about 0.1 ms, and a request asks for it many times. */
const restricted = new WeakMap<Caller, PrismaClient>()
