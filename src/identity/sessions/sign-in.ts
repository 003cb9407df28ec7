import { inBackground } from '../../process/background.ts'
import type { Config } from '../../config/config.ts'
import { writeAudit } from '../../database/audit.ts'
import { newId } from '../../database/ids.ts'
import { transactionLimits } from '../../database/time-limits.ts'
import type { Backend, Tx } from '../../database/unit-of-work.ts'
import { AccessError } from '../../errors.ts'
import type { User } from '../../generated/prisma/client.ts'
import { accountsAt, whichOne } from './accounts.ts'
import { passwordFitsEach } from './passwords.ts'
import { takeSignInAttempt } from './sign-in-throttle.ts'
import { signInTurns } from './sign-in-turns.ts'
import { type AccessToken, issueAccessToken, makeOpaqueToken } from './tokens.ts'

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

/** Where the holder of a session keeps its refresh token. */
export interface Keeping {
  /** In a browser's cookie, which all its tabs share and no script can read. */
  inCookie: boolean
}

interface SignInInput {
  email: string
  password: string
  organizationId?: string | null | undefined
}

/**
 * Exchanges an e-mail address and a password for a session. Who else has the address does not show:
 * each organization's account has a password of its own.
 * @throws AccessError UNAUTHENTICATED, the same for every reason; RATE_LIMITED for somebody who guesses;
 * ORGANIZATION_REQUIRED when it is the password of several accounts; FORBIDDEN where people sign in with
 * an external provider only.
 */
export async function signIn(
  host: SignInHost,
  input: SignInInput,
  keeping: Keeping,
): Promise<SignedIn> {
  if (!host.config.auth.builtIn) {
    throw new AccessError('FORBIDDEN', 'Sign in with the provider of your organization')
  }
  return signInTurns.run(host.remoteAddress, () => tryToSignIn(host, input, keeping))
}

async function tryToSignIn(
  host: SignInHost,
  input: SignInInput,
  keeping: Keeping,
): Promise<SignedIn> {
  const accounts = await accountsAt(host.database, input)
  const attempt = await takeSignInAttempt(host.database, {
    email: input.email,
    remoteAddress: host.remoteAddress,
    accounts: accounts.map(({ id, organizationId }) => ({ userId: id, organizationId })),
    organizationId: input.organizationId ?? undefined,
  })
  const hashes = accounts.map((account) => account.passwordHash)
  const fits = await passwordFitsEach(hashes, input.password)
  const fitting = accounts.filter((each, index) => fits[index] === true && attempt.admits(each.id))
  const [user, ...others] = fitting.filter((each) => each.status === 'ACTIVE')
  if (user === undefined) {
    // Not waited for: the answer would come later for an address that somebody has.
    for (const account of accounts) {
      const reason = fitting.includes(account) ? account.status : 'password'
      inBackground('audit of a refused sign-in', () => auditRefusal(host, account, reason))
    }
    throw new AccessError('UNAUTHENTICATED', 'Wrong e-mail address or password')
  }
  await attempt.giveBack(fitting.map((each) => each.id))
  if (others.length > 0) throw await whichOne(host.database, [user, ...others])
  return host.database
    .scopedTo(user.organizationId)
    .$transaction((tx) => startSession(tx, host, user, new Date(), keeping), transactionLimits())
}

/** Opens a session in a transaction that is under way. */
export async function startSession(
  tx: Tx,
  host: Pick<SignInHost, 'config' | 'remoteAddress'>,
  user: Pick<User, 'id' | 'organizationId'>,
  now: Date,
  { inCookie }: Keeping,
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
      inCookie,
    },
  })
  const { token: refreshToken, hash: tokenHash } = makeOpaqueToken('ptr_')
  await tx.refreshToken.create({ data: { tokenHash, organizationId, sessionId, created: now } })
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
