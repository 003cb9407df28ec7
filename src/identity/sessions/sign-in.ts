import { inBackground } from '../../background.ts'
import { actorOf } from '../../access/caller.ts'
import type { Config } from '../../config/config.ts'
import { writeAudit } from '../../database/audit.ts'
import type { Database } from '../../database/database.ts'
import { newId } from '../../database/ids.ts'
import { transactionLimits } from '../../database/time-limits.ts'
import { type Backend, transaction, type Tx } from '../../database/unit-of-work.ts'
import { AccessError } from '../../errors.ts'
import { Prisma, type User } from '../../generated/prisma/client.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import { passwordFits } from './passwords.ts'
import { announceRevocation } from './sessions.ts'
import { takeSignInAttempt } from './sign-in-throttle.ts'
import { signInTurns } from './sign-in-turns.ts'
import { type AccessToken, hashOpaqueToken, issueAccessToken, makeOpaqueToken } from './tokens.ts'

/** What signing in needs of a request. */
export interface SignInHost extends Backend {
  config: Config
  remoteAddress: string
}

export interface SignedIn extends AccessToken {
  refreshToken: string
  refreshExpiresAt: Date
  userId: string
}

/**
 * Exchanges an e-mail address and a password for a session.
 * @throws AccessError UNAUTHENTICATED, the same for every reason; RATE_LIMITED for somebody who guesses;
 * FORBIDDEN where people sign in with an external provider only.
 */
export async function signIn(
  host: SignInHost,
  input: { email: string; password: string },
): Promise<SignedIn> {
  if (!host.config.auth.builtIn) {
    throw new AccessError('FORBIDDEN', 'Sign in with the provider of your organization')
  }
  return signInTurns.run(host.remoteAddress, () => tryToSignIn(host, input))
}

async function tryToSignIn(
  host: SignInHost,
  input: { email: string; password: string },
): Promise<SignedIn> {
  const user = await host.database.unscoped.user.findFirst({
    where: { email: input.email, status: { not: 'DELETED' } },
  })
  const attempt = await takeSignInAttempt(host.database, {
    email: input.email,
    remoteAddress: host.remoteAddress,
    userId: user?.id,
    organizationId: user?.organizationId,
  })
  const fits = await passwordFits(user?.passwordHash, input.password)
  if (user === null || !fits || user.status !== 'ACTIVE') {
    // Not waited for: the answer would come later for an address that somebody has.
    if (user !== null) {
      const reason = fits ? user.status : 'password'
      inBackground('audit of a refused sign-in', () => auditRefusal(host, user, reason))
    }
    throw new AccessError('UNAUTHENTICATED', 'Wrong e-mail address or password')
  }
  await attempt.giveBack()
  return host.database
    .scopedTo(user.organizationId)
    .$transaction((tx) => startSession(tx, host, user, new Date()), transactionLimits())
}

/** Opens a session in a transaction that is under way. */
export async function startSession(
  tx: Tx,
  host: Pick<SignInHost, 'config' | 'remoteAddress'>,
  user: Pick<User, 'id' | 'organizationId'>,
  now: Date,
): Promise<SignedIn> {
  const { auth } = host.config
  const sessionId = newId('session', now.getTime())
  const { organizationId } = user
  const refreshExpiresAt = new Date(now.getTime() + auth.refreshTokenTtlMs)
  await tx.session.create({
    data: {
      id: sessionId,
      organizationId,
      userId: user.id,
      remoteAddress: host.remoteAddress,
      created: now,
      lastUsedAt: now,
      expiresAt: refreshExpiresAt,
    },
  })
  const refreshToken = await addRefreshToken(tx, organizationId, sessionId, now)
  await writeAudit(tx, organizationId, {
    action: 'session.started',
    actor: { type: 'USER', id: user.id },
    subjectId: sessionId,
    remoteAddress: host.remoteAddress,
    at: now,
  })
  const access = await issueAccessToken(auth, user.id, { now, sessionId })
  return { ...access, refreshToken, refreshExpiresAt, userId: user.id }
}

async function addRefreshToken(
  tx: Tx,
  organizationId: string,
  sessionId: string,
  now: Date,
): Promise<string> {
  const { token, hash } = makeOpaqueToken('ptr_')
  await tx.refreshToken.create({
    data: { tokenHash: hash, organizationId, sessionId, created: now },
  })
  return token
}

async function auditRefusal(host: SignInHost, user: User, reason: string): Promise<void> {
  const { database, remoteAddress } = host
  const writing = writeAudit(database.scopedTo(user.organizationId), user.organizationId, {
    action: 'session.refused',
    // Whoever it was, it was not shown to be this user.
    actor: { type: 'SYSTEM' },
    subjectId: user.id,
    remoteAddress,
    detail: { reason: reason.toLowerCase() },
    at: new Date(),
  })
  // A database that cannot be reached lets nobody in either.
  await writing.catch(() => undefined)
}

const INVALID = 'Invalid or expired refresh token'

/**
 * Exchanges a refresh token for new tokens. Each works once: a second use means that two parties
 * hold it, one of them a thief, so the whole session ends.
 * @throws AccessError UNAUTHENTICATED
 */
export async function refreshSession(host: SignInHost, refreshToken: string): Promise<SignedIn> {
  const tokenHash = hashOpaqueToken(refreshToken)
  const found = await host.database.unscoped.refreshToken.findUnique({
    where: { tokenHash },
    select: { organizationId: true, sessionId: true, session: { select: { userId: true } } },
  })
  if (found === null) throw new AccessError('UNAUTHENTICATED', INVALID)
  const plan = await planOf(host.database, found.organizationId)
  const caller = { kind: 'system', organizationId: found.organizationId, plan } as const
  const outcome = await transaction(host, caller, async (unit) => {
    const { tx, now, organizationId } = unit
    // The session is locked first: of two uses at once the second sees the token spent.
    await tx.$queryRaw(
      Prisma.sql`SELECT 1 FROM session WHERE id = ${found.sessionId} AND organization_id = ${organizationId} FOR UPDATE`,
    )
    const session = await tx.session.findUniqueOrThrow({
      where: { id: found.sessionId },
      include: { user: { select: { status: true } } },
    })
    if (session.endedAt !== null || session.expiresAt <= now || session.user.status !== 'ACTIVE') {
      return 'ended'
    }
    const spent = await tx.refreshToken.updateMany({
      where: { tokenHash, spentAt: null },
      data: { spentAt: now },
    })
    if (spent.count === 0) {
      await tx.session.update({
        where: { id: session.id },
        data: { endedAt: now, endReason: 'REFRESH_TOKEN_REUSED' },
      })
      await announceRevocation(unit, { kind: 'session', id: session.id })
      await writeAudit(tx, organizationId, {
        action: 'session.refresh_token_reused',
        actor: actorOf(caller),
        subjectId: session.id,
        remoteAddress: host.remoteAddress,
        detail: { userId: session.userId },
        at: now,
      })
      return 'ended'
    }
    const { auth } = host.config
    const refreshExpiresAt = new Date(now.getTime() + auth.refreshTokenTtlMs)
    await tx.session.update({
      where: { id: session.id },
      data: { lastUsedAt: now, expiresAt: refreshExpiresAt },
    })
    return {
      ...(await issueAccessToken(auth, session.userId, { now, sessionId: session.id })),
      refreshToken: await addRefreshToken(tx, organizationId, session.id, now),
      refreshExpiresAt,
      userId: session.userId,
    }
  })
  if (outcome === 'ended') throw new AccessError('UNAUTHENTICATED', INVALID)
  return outcome
}

async function planOf(database: Database, organizationId: string): Promise<Plan> {
  const organization = await database.scopedTo(organizationId).organization.findUniqueOrThrow({
    where: { id: organizationId },
    select: { plan: true },
  })
  return organization.plan
}
