import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid } from '../../errors.ts'
import { callerOf, type Context } from '../../graphql/context.ts'
import type { User } from '../../generated/prisma/client.ts'
import { userUpdated } from '../events.ts'
import type { ChangePasswordInput, ConfirmEmailInput, SignOutInput } from '../sessions/commands.ts'
import { hashAtAddress, hashPassword, passwordFits } from '../sessions/passwords.ts'
import { demandUser } from './people.ts'
import { lockUser, saveUser } from './save-user.ts'
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
 * Counts a command that asks for the password as an attempt to sign in: whoever got hold of an access
 * token must not be able to guess the password behind it.
 * @throws AccessError RATE_LIMITED
 */
export async function admitPassword(context: Context): Promise<void> {
  const caller = callerOf(context)
  const { id, email, organizationId } = await context.database
    .scopedTo(caller.organizationId)
    .user.findUniqueOrThrow({ where: { id: demandUser(caller) } })
  const { remoteAddress } = context
  const accounts = [{ userId: id, organizationId }]
  await takeSignInAttempt(context.database, { email, remoteAddress, accounts })
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
  const passwordHash = await hashPassword(input.newPassword, user.passwordHash)
  await unit.tx.user.update({ where: { id: userId }, data: { passwordHash } })
  const keep = unit.caller.kind === 'user' ? unit.caller.sessionId : undefined
  return endSessions(unit, userId, 'PASSWORD_CHANGED', keep)
}

/**
 * Makes the address that waits the one to sign in with. The password is needed because it is stored
 * anew, in the way of that address.
 * @throws DomainError VALIDATION for a wrong password, or when no address waits.
 */
export async function confirmEmail(unit: UnitOfWork, input: ConfirmEmailInput): Promise<User> {
  const before = await lockUser(unit, demandUser(unit.caller))
  const email = before.pendingEmail
  if (email === null) throw invalid('No new address was entered for you')
  if (!(await passwordFits(before.passwordHash, input.password))) {
    throw invalid('password: is wrong', 'password')
  }
  const passwordHash = await hashPassword(input.password, await hashAtAddress(unit.tx, email))
  const changes = { email, pendingEmail: null, passwordHash }
  return saveUser(unit, before, userUpdated, changes, { consequence: true })
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
