import { AccessError } from '../errors.ts'
import type { Plan, Role } from '../generated/prisma/enums.ts'
import { type Permission, type Resource, reachOf } from './permissions.ts'

export { type Permission, type Scope, SCOPES } from './permissions.ts'

/** What an organization gets for its plan. */
export interface PlanLimits {
  /** API keys and webhooks (integration guide, "Before you start"). */
  api: boolean
  /** Requests in any 60 seconds of one key, or of one person. */
  requestsPerMinute: number
  /** API keys that work at once. */
  apiKeys: number
}

export const PLAN_LIMITS: Readonly<Record<Plan, PlanLimits>> = {
  LITE: { api: false, requestsPerMinute: 1_000, apiKeys: 0 },
  BASIC: { api: false, requestsPerMinute: 1_000, apiKeys: 0 },
  PROFESSIONAL: { api: true, requestsPerMinute: 1_000, apiKeys: 100 },
  ENTERPRISE: { api: true, requestsPerMinute: 1_000, apiKeys: 1_000 },
}

export function planHasApi(plan: Plan): boolean {
  return PLAN_LIMITS[plan].api
}

/** @throws AccessError PLAN_REQUIRED */
export function demandPlan(caller: Caller): void {
  if (!planHasApi(caller.plan)) {
    throw new AccessError('PLAN_REQUIRED', 'API access requires Professional plan')
  }
}

/** Who is asking: a signed-in person, a machine with a key, or Plantroom itself. */
export type Caller = {
  organizationId: string
  plan: Plan
} & (
  | {
      kind: 'user'
      userId: string
      role: Role
      /** Unix ms */
      expiresAt: number
      /** Undefined for a token that belongs to no session: one of an external provider. */
      sessionId?: string | undefined
      /** Of a contractor. */
      companyId?: string | undefined
    }
  | {
      kind: 'apiKey'
      apiKeyId: string
      scopes: ReadonlySet<string>
      /** Unix ms; undefined for a key without an end. */
      expiresAt?: number | undefined
    }
  | { kind: 'system' }
)

export function may(caller: Caller, permission: Permission): boolean {
  switch (caller.kind) {
    case 'system':
      return true
    case 'user':
      return reachOf(caller.role, permission) !== 'none'
    case 'apiKey':
      return holdsScope(caller.scopes, permission)
  }
}

/** @throws AccessError FORBIDDEN unless the caller has one of the permissions. */
export function demandOneOf(caller: Caller, wanted: readonly Permission[]): void {
  if (wanted.some((permission) => may(caller, permission))) return
  throw new AccessError('FORBIDDEN', `Missing permission ${wanted.join(' or ')}`)
}

/** Whether the caller may read or write only some records of the resource, not all of them. */
export function isLimitedToOwn(
  caller: Caller,
  resource: Resource,
  doing: 'read' | 'write',
): boolean {
  return caller.kind === 'user' && reachOf(caller.role, `${resource}:${doing}`) === 'own'
}

/** Whether the caller may read everything that the scope stands for, whomever it belongs to. */
export function mayReadAll(caller: Caller, scope: Permission): boolean {
  return caller.kind === 'user' ? reachOf(caller.role, scope) === 'all' : may(caller, scope)
}

/** Write implies read. */
export function holdsScope(held: ReadonlySet<string>, wanted: string): boolean {
  return (
    held.has(wanted) || (wanted.endsWith(':read') && held.has(wanted.replace(/read$/, 'write')))
  )
}

/** Id under which a caller's requests are counted and its idempotency keys are kept. */
export function callerId(caller: Caller): string {
  switch (caller.kind) {
    case 'user':
      return caller.userId
    case 'apiKey':
      return caller.apiKeyId
    case 'system':
      return caller.organizationId
  }
}

/** Who did it, as recorded with every event. */
export interface Actor {
  type: 'USER' | 'API_KEY' | 'SYSTEM'
  id?: string
}

export function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case 'user':
      return { type: 'USER', id: caller.userId }
    case 'apiKey':
      return { type: 'API_KEY', id: caller.apiKeyId }
    case 'system':
      return { type: 'SYSTEM' }
  }
}
