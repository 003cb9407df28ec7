import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid } from '../../errors.ts'
import { callerOf, type Context } from '../../graphql/context.ts'
import type { ChangePasswordInput, SignOutInput } from '../input.ts'
import { hashPassword, passwordFits } from '../sessions/passwords.ts'
import { demandUser } from './people.ts'
import { announceRevocation } from '../sessions/sessions.ts'
import { takeSignInAttempt } from '../sessions/sign-in-throttle.ts'

/**
 * Ends the session of the caller, or all of their sessions and tokens.
 * @returns how many sessions ended.
 */
export async function signOut(unit: UnitOfWork, input: SignOutInput): Promise<number> {
  const userId = demandUser(unit.caller)
  const sessionId = unit.caller.kind === 'user' ? unit.caller.sessionId : undefined
  if (input.everywhere === true || sessionId === undefined) {
    return endSessions(unit, userId, 'SIGNED_OUT')
  }
  const { count } = await unit.tx.session.updateMany({
    where: { id: sessionId, endedAt: null },
    data: { endedAt: unit.now, endReason: 'SIGNED_OUT' },
  })
  await announceRevocation(unit, { kind: 'session', id: sessionId })
  return count
}

/**
 * Counts a change of password as an attempt to sign in: whoever got hold of an access token must not
 * be able to guess the password behind it.
 * @throws AccessError RATE_LIMITED
 */
export async function admitPasswordChange(context: Context): Promise<void> {
  const caller = callerOf(context)
  const { id, email, organizationId } = await context.database
    .scopedTo(caller.organizationId)
    .user.findUniqueOrThrow({ where: { id: demandUser(caller) } })
  const { remoteAddress } = context
  await takeSignInAttempt(context.database, { email, remoteAddress, userId: id, organizationId })
}

/**
 * Sets a new password and ends every other session of the caller.
 * @throws DomainError VALIDATION for a wrong current password.
 */
export async function changePassword(
  unit: UnitOfWork,
  input: ChangePasswordInput,
): Promise<number> {
  const userId = demandUser(unit.caller)
  const user = await unit.tx.user.findUniqueOrThrow({ where: { id: userId } })
  if (!(await passwordFits(user.passwordHash, input.currentPassword))) {
    throw invalid('currentPassword: is wrong', 'currentPassword')
  }
  if (input.newPassword === input.currentPassword) {
    throw invalid('newPassword: must differ from the current one', 'newPassword')
  }
  const passwordHash = await hashPassword(input.newPassword)
  await unit.tx.user.update({ where: { id: userId }, data: { passwordHash } })
  const keep = unit.caller.kind === 'user' ? unit.caller.sessionId : undefined
  return endSessions(unit, userId, 'PASSWORD_CHANGED', keep)
}

/** Ends all sessions and tokens of a user, but for one session. */
export async function endSessions(
  unit: UnitOfWork,
  userId: string,
  endReason: string,
  exceptSession?: string,
): Promise<number> {
  const { count } = await unit.tx.session.updateMany({
    where: {
      userId,
      endedAt: null,
      ...(exceptSession === undefined ? {} : { id: { not: exceptSession } }),
    },
    data: { endedAt: unit.now, endReason },
  })
  await unit.tx.user.update({ where: { id: userId }, data: { tokensValidFrom: unit.now } })
  await announceRevocation(unit, {
    kind: 'user',
    id: userId,
    ...(exceptSession === undefined ? {} : { exceptSession }),
  })
  return count
}
