import { AccessError } from '../errors.ts'
import type { Role } from '../generated/prisma/enums.ts'
import { type Caller, holdsScope } from './caller.ts'
import { type Permission, PERMISSIONS, type Reach, reachOf } from './permissions.ts'

/*
 * Nobody grants or obtains more than they have. Whatever hands out rights (a role, the scopes of a key
 * or of an integration, a way to become somebody) asks here, and here only the permission table decides:
 * a new role or a new permission needs no new rule.
 */

const FAR: Readonly<Record<Reach, number>> = { none: 0, own: 1, all: 2 }

/** How far a permission of the caller goes. A key has no records of its own: all or none. */
function reachOfCaller(caller: Caller, permission: Permission): Reach {
  switch (caller.kind) {
    case 'system':
      return 'all'
    case 'user':
      return reachOf(caller.role, permission)
    case 'apiKey':
      return holdsScope(caller.scopes, permission) ? 'all' : 'none'
  }
}

/** What a role may do and the caller may not, or not as far. */
function beyond(caller: Caller, role: Role): Permission[] {
  return PERMISSIONS.filter((each) => FAR[reachOf(role, each)] > FAR[reachOfCaller(caller, each)])
}

/** Whether a role may do less than another one, in anything. */
export function losesRights(before: Role, after: Role): boolean {
  return PERMISSIONS.some((each) => FAR[reachOf(after, each)] < FAR[reachOf(before, each)])
}

/**
 * Demands all that a role may do, of whoever gives that role to somebody or can become its holder.
 * @throws AccessError FORBIDDEN naming what is missing
 */
export function demandCovers(caller: Caller, role: Role): void {
  refuse(beyond(caller, role), `The role ${role}`)
}

/**
 * Demands everything that scopes stand for, of whoever gives them to a key or an integration, or gets
 * the text of a key that has them.
 * @throws AccessError FORBIDDEN naming what is missing
 */
export function demandHolds(caller: Caller, scopes: readonly string[]): void {
  const missing = PERMISSIONS.filter(
    (each) => scopes.includes(each) && reachOfCaller(caller, each) !== 'all',
  )
  refuse(missing, 'This key or integration')
}

/** Missing permissions that a refusal names. */
const NAMED = 5

function refuse(missing: readonly Permission[], what: string): void {
  if (missing.length === 0) return
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : ''
  const names = missing.slice(0, NAMED).join(', ') + more
  throw new AccessError('FORBIDDEN', `${what} may do more than you: ${names}`)
}
