import type { Caller } from '../../access/caller.ts'
import { AccessError, DomainError } from '../../errors.ts'
import type { Role, UserStatus } from '../../generated/prisma/enums.ts'
import { FINAL, type Transitions } from '../../states.ts'

/** Where a user can go from each status. An invitation may also end in deletion, unaccepted. */
export const USER_TRANSITIONS: Transitions<UserStatus> = {
  INVITED: ['ACTIVE', 'DELETED'],
  ACTIVE: ['SUSPENDED', 'DELETED'],
  SUSPENDED: ['ACTIVE', 'DELETED'],
  DELETED: FINAL,
}

/** @throws DomainError INVALID_TRANSITION */
export function demandUserTransition(user: { id: string; status: UserStatus }, to: UserStatus) {
  const allowed = USER_TRANSITIONS[user.status]
  if (allowed.includes(to)) return
  throw new DomainError(
    `User ${user.id} is ${user.status} and cannot become ${to}`,
    { code: 'INVALID_TRANSITION', from: user.status, allowed },
    ['input', 'id'],
  )
}

/**
 * Taking something from somebody (suspending, deleting, lowering a limit) gives nobody more rights, so a
 * key may do it to those who leave. Owners are an Owner's business all the same, Admins an Owner's or
 * Admin's. What gives rights, or a way to become somebody, is for access/grants.ts.
 * @throws AccessError FORBIDDEN
 */
export function demandMayManage(caller: Caller, role: Role): void {
  if (caller.kind === 'system') return
  const by = caller.kind === 'user' ? caller.role : undefined
  if (role === 'OWNER' && by !== 'OWNER') {
    throw new AccessError('FORBIDDEN', 'Only an Owner may do this to an Owner')
  }
  if (role === 'ADMIN' && by !== 'OWNER' && by !== 'ADMIN') {
    throw new AccessError('FORBIDDEN', 'Only an Owner or Admin may do this to an Admin')
  }
}
