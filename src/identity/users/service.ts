import { demandCovers } from '../../access/grants.ts'
import { newId } from '../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../errors.ts'
import type { EventDefinition } from '../../events/define.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import { Prisma, type User } from '../../generated/prisma/client.ts'
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
import type { InviteUserInput, OneUserInput, UpdateUserInput } from '../input.ts'
import { endSessions } from './own-access.ts'
import { demandCompany, userIdOf } from './people.ts'
import { announceRevocation } from '../sessions/sessions.ts'
import { makeOpaqueToken } from '../sessions/tokens.ts'
import { approves, demandMayBecome, grantableLimit, lowerLimit } from './grant-rules.ts'
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
  const user = await createUser(unit, {
    id: newId('user', unit.now.getTime()),
    organizationId: unit.organizationId,
    email: input.email,
    name: input.name,
    role: input.role,
    status: 'INVITED',
    subject: input.subject ?? null,
    companyId: input.companyId ?? null,
    approvalLimitCents: approves(input.role) ? await grantableLimit(unit) : null,
    invitationHash: hash,
    invitedById: userIdOf(unit.caller) ?? null,
    invitationExpiresAt: new Date(unit.now.getTime() + ttlMs),
    created: unit.now,
    updated: unit.now,
  })
  for (const event of [userCreated, userInvitationCreated, userInvitationSent]) {
    record(unit, event, { subjectId: user.id, object: serializeUser(user), facets: {} })
  }
  return { user, token }
}

async function createUser(unit: UnitOfWork, data: Prisma.UserUncheckedCreateInput): Promise<User> {
  return takenAsRefusal(unit.tx.user.create({ data }))
}

/** Two requests that want the same address at once: the index lets one through. */
async function takenAsRefusal<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw invalid('email: is in use already', 'email')
    }
    throw error
  }
}

/** Replaces the invitation of a user who has not accepted yet; the earlier one ends. */
export async function resendInvitation(
  unit: UnitOfWork,
  input: OneUserInput,
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
  const user = await save(unit, before, userInvitationResent, {
    invitationHash: hash,
    invitedById: userIdOf(unit.caller) ?? before.invitedById,
    invitationExpiresAt: new Date(unit.now.getTime() + ttlMs),
  })
  return { user, token }
}

/** Changes details. A new role takes effect at once: what is open with the old one closes. */
export async function updateUser(unit: UnitOfWork, input: UpdateUserInput): Promise<User> {
  const { id, ...given } = input
  const before = await lockUser(unit, id)
  if (before.status === 'DELETED') throw notFound('User', id)
  // Whoever says what somebody signs in with can sign in as them.
  await demandMayBecome(unit, before)
  const changes: Partial<User> = Object.fromEntries(
    Object.entries(given).filter(([, v]) => v !== undefined),
  )
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
  const user = await save(unit, before, userUpdated, changes)
  // Whatever decides what they may do or see; a new subject leaves the old one's tokens behind.
  if (
    user.role !== before.role ||
    user.companyId !== before.companyId ||
    user.subject !== before.subject
  ) {
    await announceRevocation(unit, { kind: 'user', id })
  }
  return user
}

/** Lifts a suspension, or admits somebody invited who signs in with an external provider. */
export async function activateUser(unit: UnitOfWork, input: OneUserInput): Promise<User> {
  return changeStatus(unit, input, 'ACTIVE', userActivated)
}

/** Ends all sessions of a user until they are activated again. */
export async function suspendUser(unit: UnitOfWork, input: OneUserInput): Promise<User> {
  const user = await changeStatus(unit, input, 'SUSPENDED', userSuspended)
  await endSessions(unit, user.id, 'USER_SUSPENDED')
  return user
}

/** Removes a user for good; the row stays for the records, the address is free again. */
export async function deleteUser(unit: UnitOfWork, input: OneUserInput): Promise<string> {
  const before = await lockForStatus(unit, input, 'DELETED')
  if (before.status === 'DELETED') return before.id
  await unit.tx.user.update({
    where: { id: before.id },
    data: {
      status: 'DELETED',
      passwordHash: null,
      subject: null,
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
  input: OneUserInput,
  status: UserStatus,
  event: EventDefinition<ReturnType<typeof serializeUser>>,
): Promise<User> {
  const before = await lockForStatus(unit, input, status)
  if (before.status === status) return before
  if (status === 'ACTIVE') await demandMayBecome(unit, before)
  return save(unit, before, event, { status, ...CLOSED_INVITATION })
}

async function lockForStatus(
  unit: UnitOfWork,
  input: OneUserInput,
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

/** @throws DomainError VALIDATION; the address may be in use anywhere in this installation. */
async function demandFree(
  unit: UnitOfWork,
  wanted: { id?: string; email?: string | undefined; subject?: string | null | undefined },
): Promise<void> {
  for (const field of ['email', 'subject'] as const) {
    const value = wanted[field]
    if (value == null) continue
    // Across organizations: sign-in names none. The unique index decides races.
    const taken = await unit.tx.$queryRaw<{ id: string }[]>(
      field === 'email'
        ? Prisma.sql`SELECT id FROM app_user WHERE email = ${value} AND status <> 'DELETED'`
        : Prisma.sql`SELECT id FROM app_user WHERE subject = ${value} AND status <> 'DELETED'`,
    )
    if (taken.some((each) => each.id !== wanted.id)) {
      throw invalid(`${field}: is in use already`, field)
    }
  }
}

async function save(
  unit: UnitOfWork,
  before: User,
  event: EventDefinition<ReturnType<typeof serializeUser>>,
  changes: Partial<User>,
): Promise<User> {
  const after: User = { ...before, ...changes }
  const previous = diffPayloads(serializeUser(before), serializeUser(after))
  // The subject and the invitation's hash are no part of the payload.
  const hidden = after.subject !== before.subject || after.invitationHash !== before.invitationHash
  if (previous === undefined && !hidden) return before
  const user = await takenAsRefusal(
    unit.tx.user.update({
      where: { id: before.id },
      data: { ...changes, updated: unit.now, version: { increment: 1 } },
    }),
  )
  // An invitation sent again within the second looks the same, and is news all the same.
  if (previous !== undefined || event === userInvitationResent) {
    record(unit, event, {
      subjectId: user.id,
      object: serializeUser(user),
      previous: previous ?? {},
      facets: {},
    })
  }
  return user
}

/**
 * Changes of an organization's people go one after the other, so that two Owners who take away each
 * other's role at once cannot both find another one left.
 */
async function lockUser(unit: UnitOfWork, id: string): Promise<User> {
  await unit.tx.$queryRaw(
    Prisma.sql`SELECT 1 FROM organization WHERE id = ${unit.organizationId} FOR NO KEY UPDATE`,
  )
  if (!(await lockRow(unit, 'user', id))) throw notFound('User', id)
  return unit.tx.user.findUniqueOrThrow({ where: { id } })
}
