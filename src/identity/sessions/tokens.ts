import { createHash, createHmac, randomBytes } from 'node:crypto'
import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose'
import type { Config } from '../../config/config.ts'
import { AccessError } from '../../errors.ts'
import { readProviderToken } from './openid.ts'

const ISSUER = 'plantroom'
const ALGORITHM = 'HS256'

export interface AccessToken {
  token: string
  expiresAt: Date
}

/** A signed access token (JWT) for a user; it says who, never what they may do. */
export async function issueAccessToken(
  auth: Pick<Config['auth'], 'jwtSecret' | 'accessTokenTtlMs'>,
  userId: string,
  options: { now?: Date; sessionId?: string } = {},
): Promise<AccessToken> {
  const { now = new Date(), sessionId } = options
  const expiresAt = new Date(now.getTime() + auth.accessTokenTtlMs)
  const token = await new SignJWT(sessionId === undefined ? {} : { sid: sessionId })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setAudience(ISSUER)
    .setSubject(userId)
    .setIssuedAt(now)
    .setExpirationTime(expiresAt)
    .sign(new TextEncoder().encode(auth.jwtSecret))
  return { token, expiresAt }
}

/** Who a token speaks of: a user of ours, or a person at the OpenID provider. */
export type TokenSubject =
  | {
      kind: 'user'
      userId: string
      sessionId: string | undefined
      /** Unix seconds */
      issuedAt: number
      /** Unix ms */
      expiresAt: number
    }
  | { kind: 'provider'; subject: string; /** Unix seconds */ issuedAt: number; expiresAt: number }

/**
 * What an access token says: one of ours, or one of the configured OpenID provider.
 * @throws AccessError UNAUTHENTICATED for one that is forged, expired or of neither, UNAVAILABLE when
 * the provider's keys cannot be had.
 */
export async function readAccessToken(auth: Config['auth'], token: string): Promise<TokenSubject> {
  try {
    if (auth.openId !== undefined && decodeJwt(token).iss === auth.openId.issuer) {
      return await readProviderToken(auth.openId, token)
    }
    const { payload } = await jwtVerify(token, new TextEncoder().encode(auth.jwtSecret), {
      issuer: ISSUER,
      audience: ISSUER,
      algorithms: [ALGORITHM],
      requiredClaims: ['sub', 'exp', 'iat'],
    })
    return {
      kind: 'user',
      userId: payload.sub ?? '',
      sessionId: typeof payload['sid'] === 'string' ? payload['sid'] : undefined,
      issuedAt: payload.iat ?? 0,
      expiresAt: (payload.exp ?? 0) * 1_000,
    }
  } catch (error) {
    if (error instanceof errors.JOSEError) throw invalidToken()
    throw error
  }
}

export function invalidToken(): AccessError {
  return new AccessError('UNAUTHENTICATED', 'Invalid or expired token')
}

/** A new secret to hand out once, 256 random bits, and what is stored of it. */
export function makeOpaqueToken(prefix: string): { token: string; hash: string } {
  const token = prefix + randomBytes(32).toString('base64url')
  return { token, hash: hashOpaqueToken(token) }
}

/**
 * The refresh token that follows another. Nobody can tell it who has only that one; made anew from it,
 * it is the same. No JWT can be mistaken for what is signed here: none contains a space.
 */
export function nextRefreshToken(
  { jwtSecret }: Pick<Config['auth'], 'jwtSecret'>,
  token: string,
): string {
  return `ptr_${createHmac('sha256', jwtSecret).update(`refresh ${token}`).digest('base64url')}`
}

/** No salt and no stretching: 256 random bits cannot be guessed. */
export function hashOpaqueToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
