import type { Database } from '../../database/database.ts'
import { transactionLimits } from '../../database/time-limits.ts'
import { AccessError } from '../../errors.ts'
import { type Keeping, type SignedIn, type SignInHost, startSession } from './sign-in.ts'
import { hashOpaqueToken, makeOpaqueToken } from './tokens.ts'

/** How long a code works when nobody uses it. */
export const SIGN_IN_CODE_MINUTES = 10

/** A code that signs a user in once. Whoever starts a demo gets one instead of a password. */
export async function makeSignInCode(
  database: Database,
  user: { organizationId: string; id: string },
): Promise<string> {
  const { token, hash } = makeOpaqueToken('ptc_')
  await database.scopedTo(user.organizationId).signInCode.create({
    data: {
      codeHash: hash,
      organizationId: user.organizationId,
      userId: user.id,
      expiresAt: new Date(Date.now() + SIGN_IN_CODE_MINUTES * 60_000),
    },
  })
  return token
}

/**
 * Exchanges such a code for a session.
 * @throws AccessError UNAUTHENTICATED for one that is unknown, used or too old, and for any in production
 */
export async function signInWithCode(
  host: SignInHost,
  code: string,
  keeping: Keeping,
): Promise<SignedIn> {
  const refused = new AccessError('UNAUTHENTICATED', 'Invalid, used or expired sign-in code')
  if (host.config.environment === 'production') throw refused
  const where = { codeHash: hashOpaqueToken(code) }
  const found = await host.database.unscoped.signInCode.findUnique({ where })
  if (found === null) throw refused
  return host.database.scopedTo(found.organizationId).$transaction(async (tx) => {
    const now = new Date()
    // Of two uses at once one deletes it.
    const used = await tx.signInCode.deleteMany({ where: { ...where, expiresAt: { gt: now } } })
    const user = await tx.user.findFirst({ where: { id: found.userId, status: 'ACTIVE' } })
    if (used.count === 0 || user === null) throw refused
    return startSession(tx, host, user, now, keeping)
  }, transactionLimits())
}
