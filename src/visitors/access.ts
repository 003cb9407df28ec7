import type { Caller } from '../caller.ts'
import { AccessError } from '../errors.ts'
import type { Role } from '../generated/prisma/enums.ts'

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
 * Others act for the visitors whom they receive or announced.
 * @throws AccessError FORBIDDEN
 */
export function demandOwnVisitor(
  caller: Caller,
  visitor: { hostIds: readonly string[]; registeredById: string | null },
): void {
  if (caller.kind !== 'user' || DECIDING.has(caller.role)) return
  if (visitor.registeredById === caller.userId || visitor.hostIds.includes(caller.userId)) return
  throw new AccessError('FORBIDDEN', 'You may change only visits to you or announced by you')
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
