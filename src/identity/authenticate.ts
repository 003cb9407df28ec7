import { type Caller, holdsScope, planHasApi } from '../caller.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { AccessError } from '../errors.ts'
import type { Plan, Role } from '../generated/prisma/enums.ts'
import { API_KEY_PATTERN, hashApiKey } from './api-keys.ts'
import { concerns, type RevocationFeed } from './sessions.ts'
import { invalidToken, readAccessToken, type TokenSubject } from './tokens.ts'

/** What a request or a `connection_init` brings along. */
export interface Credentials {
  /** `Bearer <token>` */
  authorization?: string | undefined
  apiKey?: string | undefined
  /** Address of the client, kept as where a key was last used from. */
  remoteAddress?: string | undefined
}

/** How fresh `lastUsedAt` of a key is kept; writing it with every request would cost a write each. */
const LAST_USED_PRECISION = '1 minute'

/**
 * Who is asking; undefined when nothing was sent.
 * @throws AccessError UNAUTHENTICATED for wrong credentials or both kinds at once, PLAN_REQUIRED for a
 * key of an organization whose plan has no API.
 */
async function authenticate(
  database: Database,
  config: Config,
  credentials: Credentials,
): Promise<Caller | undefined> {
  const { authorization, apiKey } = credentials
  if (authorization !== undefined && apiKey !== undefined) {
    throw new AccessError('UNAUTHENTICATED', 'Send either X-Api-Key or Authorization, not both')
  }
  if (apiKey !== undefined) return authenticateApiKey(database, apiKey, credentials.remoteAddress)
  if (authorization === undefined) return undefined
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw invalidToken()
  return authenticateUser(database, await readAccessToken(config.auth, token))
}

/**
 * How long an answer is used again, as long as revocations are proven to be heard. What is taken away
 * meanwhile is heard of, and ends it earlier.
 */
const REMEMBER_MS = 15_000
/** The oldest makes room. */
const MAX_REMEMBERED = 10_000

export type Authenticator = (
  credentials: Credentials & {
    /** Ask the database although the answer is known. */
    fresh?: boolean
  },
) => Promise<Caller | undefined>

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
  const remembered = new Map<string, { caller: Caller; until: number }>()
  let generation = 0
  feed?.onRevoked((revoked) => {
    generation++
    for (const [name, { caller }] of remembered) {
      if (concerns(revoked, caller)) remembered.delete(name)
    }
  })
  return async (credentials) => {
    const { authorization, apiKey } = credentials
    const isOne = (authorization === undefined) !== (apiKey === undefined)
    if (feed?.proven() !== true || !isOne) return authenticate(database, config, credentials)
    const name = authorization ?? `key ${apiKey}`
    const known = remembered.get(name)
    if (known !== undefined && credentials.fresh !== true && Date.now() < known.until) {
      return known.caller
    }
    const asked = generation
    const caller = await authenticate(database, config, credentials)
    // Not if something was revoked meanwhile: the query may have been answered before.
    if (caller !== undefined && asked === generation) {
      const oldest = remembered.size < MAX_REMEMBERED ? undefined : remembered.keys().next().value
      if (oldest !== undefined) remembered.delete(oldest)
      const ends = 'expiresAt' in caller ? (caller.expiresAt ?? Infinity) : Infinity
      remembered.set(name, { caller, until: Math.min(Date.now() + REMEMBER_MS, ends) })
    }
    return caller
  }
}

interface KeyRow {
  id: string
  organization_id: string
  scopes: string[]
  integration_scopes: string[] | null
  expires_at: Date | null
  plan: Plan
  stale: boolean
}

async function authenticateApiKey(
  database: Database,
  key: string,
  remoteAddress: string | undefined,
): Promise<Caller> {
  const invalid = new AccessError('UNAUTHENTICATED', 'Invalid API key')
  if (!API_KEY_PATTERN.test(key)) throw invalid
  const found = await database.pool.query<KeyRow>({
    name: 'authenticate-api-key',
    text: `SELECT api_key.id, api_key.organization_id, api_key.scopes, organization.plan,
                  integration.scopes AS integration_scopes,
                  CASE WHEN api_key.key_hash = $1 THEN api_key.expires_at
                       ELSE least(api_key.expires_at, api_key.previous_expires_at) END AS expires_at,
                  coalesce(api_key.last_used_at < now() - interval '${LAST_USED_PRECISION}', true) AS stale
             FROM api_key
             JOIN organization ON organization.id = api_key.organization_id
             LEFT JOIN integration ON integration.id = api_key.integration_id
            WHERE (api_key.key_hash = $1
                   OR (api_key.previous_key_hash = $1 AND api_key.previous_expires_at > now()))
              AND api_key.revoked_at IS NULL
              AND (api_key.expires_at IS NULL OR api_key.expires_at > now())`,
    values: [hashApiKey(key)],
  })
  const row = found.rows[0]
  if (row === undefined) throw invalid
  if (!planHasApi(row.plan)) {
    throw new AccessError('PLAN_REQUIRED', 'API access requires Professional plan')
  }
  if (row.stale) {
    await database.pool.query({
      name: 'touch-api-key',
      text: 'UPDATE api_key SET last_used_at = now(), last_used_from = coalesce($2, last_used_from) WHERE id = $1',
      values: [row.id, remoteAddress ?? null],
    })
  }
  return {
    kind: 'apiKey',
    organizationId: row.organization_id,
    plan: row.plan,
    apiKeyId: row.id,
    scopes: effectiveScopes(row.scopes, row.integration_scopes),
    expiresAt: row.expires_at?.getTime(),
  }
}

/** What a key may do: no more than its integration, whatever was true when the key was made. */
export function effectiveScopes(
  own: readonly string[],
  ofIntegration: readonly string[] | null,
): ReadonlySet<string> {
  if (ofIntegration === null) return new Set(own)
  const allowed = new Set(ofIntegration)
  const held = new Set(own)
  // Of a key for writing and an integration for reading, reading is what both hold.
  const narrowed = [...held].map((scope) => scope.replace(/:write$/, ':read'))
  return new Set([...held, ...narrowed].filter((scope) => holdsScope(allowed, scope)))
}

interface UserRow {
  id: string
  organization_id: string
  role: Role
  plan: Plan
  company_id: string | null
}

const USER_COLUMNS = `app_user.id, app_user.organization_id, app_user.role, app_user.company_id, organization.plan
             FROM app_user JOIN organization ON organization.id = app_user.organization_id`

async function authenticateUser(database: Database, token: TokenSubject): Promise<Caller> {
  const sessionId = token.kind === 'user' ? token.sessionId : undefined
  const found = await database.pool.query<UserRow>(statementFor(token))
  const row = found.rows[0]
  if (row === undefined) throw invalidToken()
  return {
    kind: 'user',
    organizationId: row.organization_id,
    plan: row.plan,
    userId: row.id,
    role: row.role,
    expiresAt: token.expiresAt,
    sessionId,
    companyId: row.company_id ?? undefined,
  }
}

/** A token ends with its session; one without a session when its user ended all tokens. */
function statementFor(token: TokenSubject) {
  if (token.kind === 'provider') {
    return {
      name: 'authenticate-subject',
      text: `SELECT ${USER_COLUMNS} WHERE app_user.subject = $1 AND app_user.status = 'ACTIVE'
                AND coalesce(app_user.tokens_valid_from <= to_timestamp($2), true)`,
      values: [token.subject, token.issuedAt],
    }
  }
  if (token.sessionId === undefined) {
    return {
      name: 'authenticate-user',
      text: `SELECT ${USER_COLUMNS} WHERE app_user.id = $1 AND app_user.status = 'ACTIVE'
                AND coalesce(app_user.tokens_valid_from <= to_timestamp($2), true)`,
      values: [token.userId, token.issuedAt],
    }
  }
  return {
    name: 'authenticate-session',
    text: `SELECT ${USER_COLUMNS} JOIN session ON session.user_id = app_user.id
            WHERE app_user.id = $1 AND app_user.status = 'ACTIVE'
              AND session.id = $2 AND session.ended_at IS NULL AND session.expires_at > now()`,
    values: [token.userId, token.sessionId],
  }
}
