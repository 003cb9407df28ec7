import { demandCovers } from '../../access/grants.ts'
import { reachOf } from '../../access/permissions.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { AccessError } from '../../errors.ts'
import type { User } from '../../generated/prisma/client.ts'
import type { Role } from '../../generated/prisma/enums.ts'

/** Cents; null = no limit. */
type Limit = bigint | null

/** Whether a role decides on quotations: an approval limit is a right of theirs. */
export function approves(role: Role): boolean {
  return reachOf(role, 'sor:write') === 'all'
}

export function isWithin(limit: Limit, most: Limit): boolean {
  return most === null || (limit !== null && limit <= most)
}

export function lowerLimit(one: Limit, other: Limit): Limit {
  return isWithin(one, other) ? one : other
}

/**
 * The most that the caller may let somebody approve: what they may approve themselves. A key approves
 * nothing. An Owner may set their own limit, so theirs binds nobody else.
 */
export async function grantableLimit(unit: UnitOfWork): Promise<Limit> {
  const { caller } = unit
  if (caller.kind === 'system') return null
  if (caller.kind === 'apiKey' || !approves(caller.role)) return 0n
  if (caller.role === 'OWNER') return null
  const { approvalLimitCents } = await unit.tx.user.findUniqueOrThrow({
    where: { id: caller.userId },
    select: { approvalLimitCents: true },
  })
  return approvalLimitCents
}

/** @throws AccessError FORBIDDEN for a limit beyond the caller's own */
export async function demandMayApprove(unit: UnitOfWork, limit: Limit): Promise<void> {
  const most = await grantableLimit(unit)
  if (isWithin(limit, most)) return
  throw new AccessError(
    'FORBIDDEN',
    `You may let others approve no more than you may yourself: ${most} cents`,
  )
}

/**
 * Demands all the rights that a user has, of whoever can become them by what they do: gets their
 * invitation, or says what they sign in with.
 * @throws AccessError FORBIDDEN
 */
export async function demandMayBecome(unit: UnitOfWork, user: User): Promise<void> {
  demandCovers(unit.caller, user.role)
  if (unit.caller.kind === 'user' && unit.caller.userId === user.id) return
  if (approves(user.role)) await demandMayApprove(unit, user.approvalLimitCents)
}
