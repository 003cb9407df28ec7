import { demandCovers, losesRights } from '../../access/grants.ts'
import { newId } from '../../database/ids.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../errors.ts'
import type { EventDefinition } from '../../events/define.ts'
import { record } from '../../events/record.ts'
import type { User } from '../../generated/prisma/client.ts'
import type { UserStatus } from '../../generated/prisma/enums.ts'
import {
  serializeUser,
  userActivated,
  userCreated,
  userDeleted,
  userInvitationCreated,
  userInvitationResent,
  userInvitationSent,
  userSuspended,
  userUpdated,
} from '../events.ts'
import type { InviteUserInput, UpdateUserInput } from './commands.ts'
import { endSessions } from './own-access.ts'
import { demandCompany, userIdOf } from './people.ts'
import { announceRevocation } from '../sessions/sessions.ts'
import { makeOpaqueToken } from '../sessions/tokens.ts'
import { approves, demandMayBecome, grantableLimit, lowerLimit } from './grant-rules.ts'
import { demandFree, lockUser, saveUser, takenAsRefusal } from './save-user.ts'
import { demandMayManage, demandUserTransition } from './user-rules.ts'

export interface Invited {
  user: User
  /** Whoever holds it can become the user; shown once. */
  token: string
}

/** Adds a user who is to accept an invitation. */
export async function inviteUser(
  unit: UnitOfWork,
  input: InviteUserInput,
  ttlMs: number,
): Promise<Invited> {
  demandCovers(unit.caller, input.role)
  await demandFree(unit, input)
  if (input.companyId != null) await demandCompany(unit, input.companyId)
  const { token, hash } = makeOpaqueToken('pti_')
  const user = await takenAsRefusal(
    unit.tx.user.create({
      data: {
        id: newId('user', unit.now.getTime()),
        organizationId: unit.organizationId,
        email: input.email,
        name: input.name,
        role: input.role,
        status: 'INVITED',
        ...linkTo(input.subject ?? null, unit.now),
        companyId: input.companyId ?? null,
        approvalLimitCents: approves(input.role) ? await grantableLimit(unit) : null,
        invitationHash: hash,
        invitedById: userIdOf(unit.caller) ?? null,
        invitationExpiresAt: new Date(unit.now.getTime() + ttlMs),
        created: unit.now,
        updated: unit.now,
      },
    }),
  )
  for (const event of [userCreated, userInvitationCreated, userInvitationSent]) {
    record(unit, event, { subjectId: user.id, object: serializeUser(user), facets: {} })
  }
  return { user, token }
}

/** Replaces the invitation of a user who has not accepted yet; the earlier one ends. */
export async function resendInvitation(
  unit: UnitOfWork,
  input: { id: string },
  ttlMs: number,
): Promise<Invited> {
  const before = await lockUser(unit, input.id)
  await demandMayBecome(unit, before)
  if (before.status !== 'INVITED') {
    throw new DomainError(
      `User ${before.id} is ${before.status}: only somebody invited can be invited again`,
      { code: 'INVALID_TRANSITION', from: before.status, allowed: [] },
      ['input', 'id'],
    )
  }
  const { token, hash } = makeOpaqueToken('pti_')
  const user = await saveUser(unit, before, userInvitationResent, {
    invitationHash: hash,
    invitedById: userIdOf(unit.caller) ?? before.invitedById,
    invitationExpiresAt: new Date(unit.now.getTime() + ttlMs),
  })
  return { user, token }
}

export interface Updated {
  user: User
  /** The new role may do less, in anything. */
  losesRights: boolean
}

/** Changes details. A new role takes effect at once: what is open with the old one closes. */
export async function updateUser(unit: UnitOfWork, input: UpdateUserInput): Promise<Updated> {
  const { id, ...given } = input
  const before = await lockUser(unit, id)
  if (before.status === 'DELETED') throw notFound('User', id)
  // Whoever says what somebody signs in with can sign in as them.
  await demandMayBecome(unit, before)
  const changes: Partial<User> = {
    ...Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined)),
    ...addressChange(before, input.email),
  }
  if (input.subject !== undefined && input.subject !== before.subject) {
    Object.assign(changes, linkTo(input.subject, unit.now))
  }
  if (input.role !== undefined && input.role !== before.role) {
    demandCovers(unit.caller, input.role)
    if (approves(input.role)) {
      changes.approvalLimitCents = lowerLimit(before.approvalLimitCents, await grantableLimit(unit))
    }
  }
  await demandFree(unit, { id, email: input.email, subject: input.subject })
  if (input.companyId != null && input.companyId !== before.companyId) {
    await demandCompany(unit, input.companyId)
  }
  if (before.role === 'OWNER' && input.role !== undefined && input.role !== 'OWNER') {
    await demandAnotherOwner(unit, before)
  }
  const user = await saveUser(unit, before, userUpdated, changes)
  // Whatever decides what they may do or see; a new subject leaves the old one's tokens behind.
  if (
    user.role !== before.role ||
    user.companyId !== before.companyId ||
    user.subject !== before.subject
  ) {
    await announceRevocation(unit, { kind: 'user', id })
  }
  return { user, losesRights: losesRights(before.role, user.role) }
}

/**
 * A new address takes effect at once, unless a password belongs to it: then when its user confirms it,
 * who knows the password. The address as it is takes back one that waits.
 */
function addressChange(before: User, email: string | undefined): Partial<User> {
  if (email === undefined) return {}
  if (before.passwordHash === null || email === before.email) return { email, pendingEmail: null }
  return { email: before.email, pendingEmail: email }
}

/** The person at the external provider that an account belongs to from now on. */
function linkTo(subject: string | null, now: Date): Pick<User, 'subject' | 'subjectSince'> {
  return { subject, subjectSince: subject === null ? null : now }
}

/** Lifts a suspension, or admits somebody invited who signs in with an external provider. */
export async function activateUser(unit: UnitOfWork, input: { id: string }): Promise<User> {
  return changeStatus(unit, input, 'ACTIVE', userActivated)
}

/** Ends all sessions of a user until they are activated again. */
export async function suspendUser(unit: UnitOfWork, input: { id: string }): Promise<User> {
  const user = await changeStatus(unit, input, 'SUSPENDED', userSuspended)
  await endSessions(unit, user.id, 'USER_SUSPENDED')
  return user
}

/** Removes a user for good; the row stays for the records, the address is free again. */
export async function deleteUser(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const before = await lockForStatus(unit, input, 'DELETED')
  if (before.status === 'DELETED') return before.id
  await unit.tx.user.update({
    where: { id: before.id },
    data: {
      status: 'DELETED',
      passwordHash: null,
      pendingEmail: null,
      ...linkTo(null, unit.now),
      ...CLOSED_INVITATION,
      updated: unit.now,
      version: { increment: 1 },
    },
  })
  await endSessions(unit, before.id, 'USER_DELETED')
  record(unit, userDeleted, {
    subjectId: before.id,
    object: { id: before.id, deleted: true },
    facets: {},
  })
  return before.id
}

export const CLOSED_INVITATION = {
  invitationHash: null,
  invitedById: null,
  invitationExpiresAt: null,
}

async function changeStatus(
  unit: UnitOfWork,
  input: { id: string },
  status: UserStatus,
  event: EventDefinition<ReturnType<typeof serializeUser>>,
): Promise<User> {
  const before = await lockForStatus(unit, input, status)
  if (before.status === status) return before
  if (status === 'ACTIVE') await demandMayBecome(unit, before)
  return saveUser(unit, before, event, { status, ...CLOSED_INVITATION })
}

async function lockForStatus(
  unit: UnitOfWork,
  input: { id: string },
  status: UserStatus,
): Promise<User> {
  const before = await lockUser(unit, input.id)
  demandMayManage(unit.caller, before.role)
  if (before.status === status) return before
  demandUserTransition(before, status)
  if (status !== 'ACTIVE') {
    if (before.id === userIdOf(unit.caller)) {
      throw invalid('Nobody can do this to themselves: ask another administrator', 'id')
    }
    if (before.role === 'OWNER' && before.status === 'ACTIVE') {
      await demandAnotherOwner(unit, before)
    }
  }
  return before
}

/**
 * Refuses to take away the last active Owner.
 * @throws DomainError CONFLICT
 */
async function demandAnotherOwner(unit: UnitOfWork, owner: User): Promise<void> {
  const others = await unit.tx.user.count({
    where: { role: 'OWNER', status: 'ACTIVE', id: { not: owner.id } },
  })
  if (others > 0) return
  throw new DomainError(
    'This is the last active Owner: make somebody else an Owner first',
    { code: 'CONFLICT', ids: [owner.id] },
    ['input', 'id'],
  )
}
