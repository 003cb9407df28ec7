import type { Caller } from '../caller.ts'

/**
 * Everything about a caller on which what they may read depends, as text: callers with the same text
 * share the execution of their subscriptions, and one whose text changes has its streams ended.
 * Whoever adds a rule that looks at more than this, such as "technicians see their own work orders",
 * must add it here.
 */
export function authorizationOf(caller: Caller): string {
  const rights =
    caller.kind === 'user'
      ? caller.role
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
