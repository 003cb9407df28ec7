import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { AccessError, notFound } from '../../../errors.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { User } from '../../../generated/prisma/client.ts'
import { serializeUser, userUpdated } from '../../../identity/events.ts'
import { personsBehind } from '../../../identity/credentials.ts'
import { demandMayApprove, isWithin } from '../../../identity/users/grant-rules.ts'
import { demandMayManage } from '../../../identity/users/user-rules.ts'
import type { SetApprovalLimitInput } from './commands.ts'

/**
 * Sets how much a user may approve in one quotation. The same limit again changes nothing.
 * @throws AccessError FORBIDDEN for more than the caller may approve; for one's own limit, unless one
 * owns the organization, also by a key whose text one knows.
 */
export async function setApprovalLimit(
  unit: UnitOfWork,
  input: SetApprovalLimitInput,
): Promise<User> {
  const { id, approvalLimitCents } = input
  const own = (await personsBehind(unit)).includes(id)
  if (own && !(unit.caller.kind === 'user' && unit.caller.role === 'OWNER')) {
    throw new AccessError('FORBIDDEN', 'Only an Owner may set their own approval limit')
  }
  if (!(await lockRow(unit, 'user', id))) throw notFound('User', id)
  const user = await unit.tx.user.findUniqueOrThrow({ where: { id } })
  demandMayManage(unit.caller, user.role)
  if (user.approvalLimitCents === approvalLimitCents) return user
  const lowered = isWithin(approvalLimitCents, user.approvalLimitCents)
  if (!lowered) await demandMayApprove(unit, approvalLimitCents)
  const after = await unit.tx.user.update({
    where: { id },
    data: { approvalLimitCents, updated: unit.now, version: { increment: 1 } },
  })
  const [before, object] = [serializeUser(user), serializeUser(after)]
  const previous = diffPayloads(before, object) ?? {}
  record(unit, userUpdated, { subjectId: id, object, previous, facets: {} })
  return after
}
