import { type Caller, isLimitedToOwn } from '../../access/caller.ts'
import { RESOURCES } from '../../access/permissions.ts'

/**
 * Everything about a caller on which what they may read depends, as text: callers with the same text
 * share the execution of their subscriptions, and one whose text changes has its streams ended.
 * Whoever adds a rule that looks at more than this must add it here.
 */
export function authorizationOf(caller: Caller): string {
  const rights =
    caller.kind === 'user'
      ? // Who sees only their own, sees something else than anybody else.
        seesOnlyOwn(caller)
        ? [caller.role, caller.userId, caller.companyId ?? '']
        : caller.role
      : caller.kind === 'apiKey'
        ? [...caller.scopes].toSorted()
        : ''
  return JSON.stringify([caller.organizationId, caller.plan, caller.kind, rights])
}

/** Who is behind it, for limits per person and per API key. */
export function identityOf(caller: Caller): string {
  switch (caller.kind) {
    case 'user':
      return caller.userId
    case 'apiKey':
      return caller.apiKeyId
    case 'system':
      return caller.organizationId
  }
}

function seesOnlyOwn(caller: Caller): boolean {
  return RESOURCES.some((resource) => isLimitedToOwn(caller, resource, 'read'))
}
