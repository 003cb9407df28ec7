import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { OpenIdConfig } from '../../config/config.ts'
import { AccessError } from '../../errors.ts'
import type { TokenSubject } from './tokens.ts'

/** The provider's keys are asked for again after this time, and at once for an unknown key id. */
const CACHE_MS = 10 * 60_000
/** But no more often than this: tokens with invented key ids must not make us a client storm. */
const COOLDOWN_MS = 30_000
const FETCH_TIMEOUT_MS = 5_000

type KeySet = ReturnType<typeof createRemoteJWKSet>

/** One key set per provider, so that all requests share its cache. */
const keySets = new Map<string, KeySet>()

function keySetOf(url: string): KeySet {
  const known = keySets.get(url)
  if (known !== undefined) return known
  const made = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: CACHE_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: FETCH_TIMEOUT_MS,
  })
  keySets.set(url, made)
  return made
}

/**
 * Verifies a token of the provider: signature by one of its published keys and an allowed algorithm,
 * issuer, audience, time.
 * @throws JOSEError for a token that is not to be trusted, AccessError UNAVAILABLE when the keys
 * cannot be had.
 */
export async function readProviderToken(
  provider: OpenIdConfig,
  token: string,
): Promise<TokenSubject> {
  const keySet = keySetOf(provider.jwksUrl)
  const { payload } = await jwtVerify(
    token,
    async (header, jws) => {
      try {
        return await keySet(header, jws)
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey) throw error
        if (error instanceof errors.JWKSMultipleMatchingKeys) throw error
        throw new AccessError('UNAVAILABLE', 'The sign-in provider cannot be reached; try again')
      }
    },
    {
      issuer: provider.issuer,
      audience: provider.audience,
      algorithms: [...provider.algorithms],
      clockTolerance: provider.clockToleranceMs / 1_000,
      requiredClaims: ['sub', 'exp'],
    },
  )
  return {
    kind: 'provider',
    subject: payload.sub ?? '',
    issuedAt: payload.iat ?? 0,
    expiresAt: (payload.exp ?? 0) * 1_000,
  }
}
