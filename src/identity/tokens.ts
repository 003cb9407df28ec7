import { errors, jwtVerify, SignJWT } from 'jose'
import type { Config } from '../config.ts'
import { AccessError } from '../errors.ts'

const ISSUER = 'plantroom'
const ALGORITHM = 'HS256'

export interface AccessToken {
  token: string
  expiresAt: Date
}

/** A signed access token (JWT) for a user; it says who, never what they may do. */
export async function issueAccessToken(
  auth: Config['auth'],
  userId: string,
  now = new Date(),
): Promise<AccessToken> {
  const expiresAt = new Date(now.getTime() + auth.accessTokenTtlMs)
  const token = await new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setAudience(ISSUER)
    .setSubject(userId)
    .setIssuedAt(now)
    .setExpirationTime(expiresAt)
    .sign(new TextEncoder().encode(auth.jwtSecret))
  return { token, expiresAt }
}

/**
 * User and expiry of an access token.
 * @throws AccessError UNAUTHENTICATED for one that is forged, expired or not ours.
 */
export async function readAccessToken(
  auth: Config['auth'],
  token: string,
): Promise<{ userId: string; /** Unix ms */ expiresAt: number }> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(auth.jwtSecret), {
      issuer: ISSUER,
      audience: ISSUER,
      algorithms: [ALGORITHM],
      requiredClaims: ['sub', 'exp'],
    })
    return { userId: payload.sub ?? '', expiresAt: (payload.exp ?? 0) * 1_000 }
  } catch (error) {
    if (error instanceof errors.JOSEError) {
      throw new AccessError('UNAUTHENTICATED', 'Invalid or expired token')
    }
    throw error
  }
}
