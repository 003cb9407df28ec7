import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { createAddressLimiter } from '../../access/address-limiter.ts'
import type { Caller } from '../../access/caller.ts'
import { createTokenBuckets } from '../../access/token-buckets.ts'
import type { Config } from '../../config/config.ts'
import type { Database } from '../../database/database.ts'
import { AccessError } from '../../errors.ts'
import { API_KEY_PATTERN, hashApiKey } from '../keys/api-keys.ts'
import { createIdentifier } from './identify-in-turn.ts'
import { identify, type Proof } from './identify.ts'
import { concerns, type RevocationFeed } from './sessions.ts'
import { invalidToken, readAccessToken } from './tokens.ts'

/** What a request or a `connection_init` brings along. */
export interface Credentials {
  /** `Bearer <token>` */
  authorization?: string | undefined
  apiKey?: string | undefined
  /** Which organization is meant, of a person at the external provider who belongs to several. */
  organizationId?: string | undefined
  /** Address of the client, kept as where a key was last used from. */
  remoteAddress?: string | undefined
}

/**
 * Checks what can be checked without the database: form and signature.
 * @returns undefined when nothing was sent.
 * @throws AccessError UNAUTHENTICATED for wrong credentials or both kinds at once.
 */
async function readProof(config: Config, credentials: Credentials): Promise<Proof | undefined> {
  const { authorization, apiKey, organizationId, remoteAddress } = credentials
  if (authorization !== undefined && apiKey !== undefined) {
    throw new AccessError('UNAUTHENTICATED', 'Send either X-Api-Key or Authorization, not both')
  }
  if (apiKey !== undefined) {
    if (!API_KEY_PATTERN.test(apiKey)) throw new AccessError('UNAUTHENTICATED', 'Invalid API key')
    return { kind: 'apiKey', keyHash: hashApiKey(apiKey), remoteAddress }
  }
  if (authorization === undefined) return undefined
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw invalidToken()
  const subject = await readAccessToken(config.auth, token)
  return subject.kind === 'provider' ? { ...subject, organizationId } : subject
}

/**
 * How long an answer is used again, as long as revocations are proven to be heard. What is taken away
 * meanwhile is heard of, and ends it earlier.
 */
const REMEMBER_MS = 15_000
/** The oldest makes room. */
const MAX_REMEMBERED = 10_000
/**
 * Wrong credentials: as many at once, then one in so long. Of one address they say only what the next
 * wrong one is answered; whoever has good ones is let in beside them.
 */
const WRONG_FROM_ADDRESS = { most: 60, refillMs: 1_000 }
/** The same one again and again is not even looked at: it may become good no sooner than that. */
const SAME_WRONG = { most: 10, refillMs: 5_000 }

export interface Authenticator {
  /**
   * Who is asking; undefined when nothing was sent.
   * @throws AccessError UNAUTHENTICATED for wrong credentials or both kinds at once, RATE_LIMITED after
   * many wrong ones, PLAN_REQUIRED for a key of an organization whose plan has no API.
   */
  authenticate: (credentials: Credentials) => Promise<Caller | undefined>
  /**
   * What those whom `authenticate` once let in are by now, asked by one statement for all of them;
   * undefined for whom it would no longer let in.
   */
  recheck: (callers: readonly Caller[]) => Promise<(Caller | undefined)[]>
}

/**
 * Tells who is asking, for one server process. Remembers answers for some seconds, as long as it hears
 * of revocations: a caller that sends many requests costs next to no queries, and what was revoked is
 * refused as soon as word of it arrives. Word that gets lost is noticed within a second.
 */
export function createAuthenticator(
  database: Database,
  config: Config,
  feed?: Pick<RevocationFeed, 'onRevoked' | 'proven'>,
): Authenticator {
  const remembered = new LRUCache<string, { caller: Caller; until: number }>({
    max: MAX_REMEMBERED,
  })
  // What each caller has shown, to ask again without keeping anybody's secret.
  const proofs = new WeakMap<Caller, Proof>()
  let generation = 0
  feed?.onRevoked((revoked) => {
    generation++
    for (const [name, { caller }] of remembered) {
      if (concerns(revoked, caller)) remembered.delete(name)
    }
  })

  const identifyOne = createIdentifier(database)
  const wrongFrom = createAddressLimiter(WRONG_FROM_ADDRESS)
  const sameWrong = createTokenBuckets(SAME_WRONG)

  /** @throws AccessError RATE_LIMITED */
  async function ask(credentials: Credentials): Promise<Caller | undefined> {
    const { authorization, apiKey, organizationId, remoteAddress = '' } = credentials
    if (authorization === undefined && apiKey === undefined) return undefined
    const name = hash('sha256', `${authorization} ${apiKey} ${organizationId}`)
    demandNoWait(sameWrong.waitOf(name))
    try {
      return await look(credentials)
    } catch (error) {
      if (error instanceof AccessError && error.code === 'UNAUTHENTICATED') {
        sameWrong.take(name)
        demandNoWait(wrongFrom.take(remoteAddress))
      }
      throw error
    }
  }

  async function look(credentials: Credentials): Promise<Caller | undefined> {
    const proof = await readProof(config, credentials)
    if (proof === undefined) return undefined
    const caller = await identifyOne(proof, credentials.remoteAddress ?? '')
    if (caller === undefined || caller instanceof AccessError) throw caller ?? invalidToken()
    proofs.set(caller, proof)
    return caller
  }

  return {
    async authenticate(credentials) {
      const { authorization, apiKey, organizationId } = credentials
      const isOne = (authorization === undefined) !== (apiKey === undefined)
      if (feed?.proven() !== true || !isOne) return ask(credentials)
      const name = `${authorization ?? `key ${apiKey}`} ${organizationId}`
      const known = remembered.get(name)
      if (known !== undefined && Date.now() < known.until) return known.caller
      const asked = generation
      const caller = await ask(credentials)
      // Not if something was revoked meanwhile: the query may have been answered before.
      if (caller !== undefined && asked === generation) {
        const ends = 'expiresAt' in caller ? (caller.expiresAt ?? Infinity) : Infinity
        remembered.set(name, { caller, until: Math.min(Date.now() + REMEMBER_MS, ends) })
      }
      return caller
    },
    async recheck(callers) {
      const asked = callers.map((caller) => {
        const proof = proofs.get(caller)
        if (proof === undefined) throw new Error('A caller who was not authenticated here')
        return proof
      })
      const found = await identify(database, asked)
      return found.map((caller) => (caller instanceof AccessError ? undefined : caller))
    },
  }
}

function demandNoWait(waitMs: number): void {
  if (waitMs === 0) return
  throw new AccessError('RATE_LIMITED', 'Too many wrong credentials', waitMs)
}
