import { actorOf } from '../../access/caller.ts'
import { writeAudit } from '../../database/audit.ts'
import type { Database } from '../../database/database.ts'
import { transaction, type UnitOfWork } from '../../database/unit-of-work.ts'
import { AccessError } from '../../errors.ts'
import { Prisma, type Session } from '../../generated/prisma/client.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { announceRevocation } from './sessions.ts'
import type { Keeping, SignedIn, SignInHost } from './sign-in.ts'
import { hashOpaqueToken, issueAccessToken, nextRefreshToken } from './tokens.ts'

/**
 * Tabs of one browser share a cookie, and may send it at the same moment: for so long after it was
 * spent it is answered with the token that followed it.
 */
const SHARED_MS = 30_000
/** A token is followed by at most so many within that time. */
const MAX_FOLLOWERS = 20

const INVALID = 'Invalid or expired refresh token'

/**
 * Exchanges a refresh token for new tokens. Each works once: a second use means that two parties
 * hold it, one of them a thief, so the whole session ends. Only where the token lives in a cookie do
 * tabs that ask at once all get the same new one.
 * @param keeping how the token came: one of a cookie works nowhere else, and the other way round
 * @throws AccessError UNAUTHENTICATED
 */
export async function refreshSession(
  host: SignInHost,
  refreshToken: string,
  keeping: Keeping,
): Promise<SignedIn> {
  const found = await host.database.unscoped.refreshToken.findUnique({
    where: { tokenHash: hashOpaqueToken(refreshToken) },
    select: { organizationId: true, sessionId: true },
  })
  if (found === null) throw new AccessError('UNAUTHENTICATED', INVALID)
  const plan = await planOf(host.database, found.organizationId)
  const caller = { kind: 'system', organizationId: found.organizationId, plan } as const
  const { auth } = host.config
  const outcome = await transaction(host, caller, async (unit) => {
    const { tx, now } = unit
    const session = await lockSession(unit, found.sessionId)
    if (session === undefined || session.inCookie !== keeping.inCookie) return undefined
    const next =
      (await spend(unit, auth, session.id, refreshToken)) ??
      (session.inCookie ? await findFollower(unit, auth, session.id, refreshToken) : undefined)
    if (next === undefined) {
      await endReused(unit, session, host.remoteAddress)
      return undefined
    }
    const refreshExpiresAt = new Date(now.getTime() + auth.refreshTokenTtlMs)
    await tx.session.update({
      where: { id: session.id },
      data: { lastUsedAt: now, expiresAt: refreshExpiresAt },
    })
    return {
      ...(await issueAccessToken(auth, session.userId, { now, sessionId: session.id })),
      refreshToken: next,
      refreshExpiresAt,
      userId: session.userId,
    }
  })
  if (outcome === undefined) throw new AccessError('UNAUTHENTICATED', INVALID)
  return outcome
}

type Auth = SignInHost['config']['auth']

/**
 * Locked first: of two uses at once the second sees the token spent.
 * @returns undefined for a session that has ended
 */
async function lockSession(unit: UnitOfWork, id: string): Promise<Session | undefined> {
  const { tx, now, organizationId } = unit
  await tx.$queryRaw(
    Prisma.sql`SELECT 1 FROM session WHERE id = ${id} AND organization_id = ${organizationId} FOR UPDATE`,
  )
  const { user, ...session } = await tx.session.findUniqueOrThrow({
    where: { id },
    include: { user: { select: { status: true } } },
  })
  const ended = session.endedAt !== null || session.expiresAt <= now || user.status !== 'ACTIVE'
  return ended ? undefined : session
}

/** @returns the token that follows; undefined when this one was spent before. */
async function spend(
  { tx, now, organizationId }: UnitOfWork,
  auth: Auth,
  sessionId: string,
  refreshToken: string,
): Promise<string | undefined> {
  const spent = await tx.refreshToken.updateMany({
    where: { tokenHash: hashOpaqueToken(refreshToken), spentAt: null },
    data: { spentAt: now },
  })
  if (spent.count === 0) return undefined
  const next = nextRefreshToken(auth, refreshToken)
  await tx.refreshToken.create({
    data: { tokenHash: hashOpaqueToken(next), organizationId, sessionId, created: now },
  })
  return next
}

/**
 * The token of the session that works now, for one that was spent a moment ago: made again from it,
 * as the text of none is kept.
 */
async function findFollower(
  { tx, now }: UnitOfWork,
  auth: Auth,
  sessionId: string,
  refreshToken: string,
): Promise<string | undefined> {
  const tokenHash = hashOpaqueToken(refreshToken)
  const kept = await tx.refreshToken.findMany({
    where: { sessionId, OR: [{ tokenHash }, { spentAt: null }] },
  })
  const spentAt = kept.find((each) => each.tokenHash === tokenHash)?.spentAt?.getTime() ?? 0
  if (spentAt + SHARED_MS < now.getTime()) return undefined
  let follower = refreshToken
  for (let nth = 0; nth < MAX_FOLLOWERS; nth++) {
    follower = nextRefreshToken(auth, follower)
    const hash = hashOpaqueToken(follower)
    if (kept.some((each) => each.tokenHash === hash)) return follower
  }
  return undefined
}

async function endReused(unit: UnitOfWork, session: Session, remoteAddress: string): Promise<void> {
  const { tx, now, organizationId } = unit
  await tx.session.update({
    where: { id: session.id },
    data: { endedAt: now, endReason: 'REFRESH_TOKEN_REUSED' },
  })
  await announceRevocation(unit, { kind: 'session', id: session.id })
  await writeAudit(tx, organizationId, {
    action: 'session.refresh_token_reused',
    actor: actorOf(unit.caller),
    subjectId: session.id,
    remoteAddress,
    detail: { userId: session.userId },
    at: now,
  })
}

async function planOf(database: Database, organizationId: string): Promise<Plan> {
  const organization = await database.scopedTo(organizationId).organization.findUniqueOrThrow({
    where: { id: organizationId },
    select: { plan: true },
  })
  return organization.plan
}
