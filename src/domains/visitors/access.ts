import type { Caller } from '../../access/caller.ts'
import { AccessError, notFound } from '../../errors.ts'
import type { Role } from '../../generated/prisma/enums.ts'

/** Roles that decide about visits. */
const DECIDING: ReadonlySet<Role> = new Set<Role>(['OWNER', 'ADMIN', 'MANAGER'])

/** Whether a visit that this caller registers needs nobody else's approval. */
export function approvesByRegistering(caller: Caller): boolean {
  return caller.kind === 'system' || (caller.kind === 'user' && DECIDING.has(caller.role))
}

/**
 * Deciding about visits (approvals, refusals, block list, rules of a site) is not for everybody who
 * may announce a visitor.
 * @throws AccessError FORBIDDEN
 */
export function demandDeciding(caller: Caller): void {
  if (caller.kind !== 'user' || DECIDING.has(caller.role)) return
  throw new AccessError('FORBIDDEN', 'Decisions about visits need an Owner, Admin or Manager')
}

/**
 * Who receives or announced a visitor does not also say that the rules of the site are met.
 * @param ruled whether the site has any
 * @throws AccessError FORBIDDEN
 */
export function demandReception(caller: Caller, ruled: boolean): void {
  if (!ruled || caller.kind !== 'user' || DECIDING.has(caller.role)) return
  throw new AccessError(
    'FORBIDDEN',
    'At this site an Owner, Admin or Manager, or a reception with its key, does this',
  )
}

/**
 * Others act for the visitors whom they receive or announced; of other visits they learn nothing.
 * @param party whoever receives them or announced them
 * @throws DomainError NOT_FOUND, as for one that does not exist
 */
export function demandOwnVisit(
  caller: Caller,
  what: 'Visitor' | 'Invitation',
  id: string,
  party: readonly string[],
): void {
  if (caller.kind !== 'user' || DECIDING.has(caller.role)) return
  if (!party.includes(caller.userId)) throw notFound(what, id)
}

/** Who did it, for the record of a visit. */
export function signatureOf(caller: Caller): string {
  switch (caller.kind) {
    case 'user':
      return caller.userId
    case 'apiKey':
      return caller.apiKeyId
    case 'system':
      return 'system'
  }
}
