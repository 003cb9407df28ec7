import type { Caller } from '../../access/caller.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { AccessError } from '../../errors.ts'

function isContractor(caller: Caller): boolean {
  return caller.kind === 'user' && caller.role === 'CONTRACTOR'
}

/**
 * Rates and decisions are the house's, not the contractor's.
 * @throws AccessError FORBIDDEN
 */
export function demandStaff(caller: Caller): void {
  if (isContractor(caller)) {
    throw new AccessError('FORBIDDEN', 'A contractor may only draw up and hand in quotations')
  }
}

/**
 * The person who answers for an act: the signed-in one, or the maker of the key that a machine
 * used. So nobody can hand in with a key of theirs and then approve it in person.
 * @throws AccessError FORBIDDEN when nobody does.
 */
export async function responsibleUser(unit: UnitOfWork): Promise<string> {
  const { caller } = unit
  if (caller.kind === 'user') return caller.userId
  if (caller.kind === 'system') throw new AccessError('FORBIDDEN', 'This needs a person')
  const key = await unit.tx.apiKey.findUniqueOrThrow({ where: { id: caller.apiKeyId } })
  return key.createdById
}
