import type { Caller } from '../../access/caller.ts'
import { holdRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { AccessError, invalid, notFound } from '../../errors.ts'

/**
 * The signed-in person behind a command that only a person may give.
 * @throws AccessError FORBIDDEN for a key.
 */
export function demandUser(caller: Caller): string {
  if (caller.kind === 'user') return caller.userId
  throw new AccessError('FORBIDDEN', 'This needs a signed-in user; an API key is not enough')
}

/** The signed-in person, or nobody when a machine asks. */
export function userIdOf(caller: Caller): string | undefined {
  return caller.kind === 'user' ? caller.userId : undefined
}

/**
 * Checks that work can be given to a user.
 * @throws DomainError NOT_FOUND or VALIDATION naming the input field.
 */
export async function demandActiveUser(
  unit: UnitOfWork,
  userId: string,
  field: string,
): Promise<void> {
  const user = await unit.tx.user.findUnique({ where: { id: userId }, select: { status: true } })
  if (user === null) throw notFound('User', userId, field)
  if (user.status !== 'ACTIVE') throw invalid(`User ${userId} is not active`, field)
}

/**
 * Holds a company that something is to be attached to.
 * @throws DomainError NOT_FOUND naming the field `companyId`.
 */
export async function demandCompany(unit: UnitOfWork, id: string): Promise<void> {
  if (!(await holdRow(unit, 'company', id))) throw notFound('Company', id, 'companyId')
}
