import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid, notFound } from '../../errors.ts'
import type { EventDefinition } from '../../events/define.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import { Prisma, type User } from '../../generated/prisma/client.ts'
import { serializeUser, userInvitationResent } from '../events.ts'

/** Two requests that want the same address at once: the index lets one through. */
export async function takenAsRefusal<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw taken(JSON.stringify(error.meta).includes('subject') ? 'subject' : 'email')
    }
    throw error
  }
}

function taken(field: 'email' | 'subject') {
  return invalid(`${field}: is in use already`, field)
}

/**
 * Looks in the organization alone: what others have entered is nobody's business. The unique index
 * decides races.
 * @throws DomainError VALIDATION
 */
export async function demandFree(
  unit: UnitOfWork,
  wanted: { id?: string; email?: string | undefined; subject?: string | null | undefined },
): Promise<void> {
  for (const field of ['email', 'subject'] as const) {
    const value = wanted[field]
    if (value == null) continue
    const found = await unit.tx.user.findFirst({
      where: {
        [field]: value,
        status: { not: 'DELETED' },
        ...(wanted.id === undefined ? {} : { id: { not: wanted.id } }),
      },
      select: { id: true },
    })
    if (found !== null) throw taken(field)
  }
}

/** @param consequence of what somebody who may change users has entered before, see `EventInput` */
export async function saveUser(
  unit: UnitOfWork,
  before: User,
  event: EventDefinition<ReturnType<typeof serializeUser>>,
  changes: Partial<User>,
  { consequence }: { consequence?: true } = {},
): Promise<User> {
  const after: User = { ...before, ...changes }
  const previous = diffPayloads(serializeUser(before), serializeUser(after))
  if (previous === undefined && HIDDEN.every((field) => after[field] === before[field])) {
    return before
  }
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
      ...(consequence === undefined ? {} : { consequence }),
    })
  }
  return user
}

/** What can change and is no part of the payload. */
const HIDDEN = ['subject', 'invitationHash', 'pendingEmail'] as const

/**
 * Changes of an organization's people go one after the other, so that two Owners who take away each
 * other's role at once cannot both find another one left.
 */
export async function lockUser(unit: UnitOfWork, id: string): Promise<User> {
  await unit.tx.$queryRaw(
    Prisma.sql`SELECT 1 FROM organization WHERE id = ${unit.organizationId} FOR NO KEY UPDATE`,
  )
  if (!(await lockRow(unit, 'user', id))) throw notFound('User', id)
  return unit.tx.user.findUniqueOrThrow({ where: { id } })
}
