import { type Caller, planHasApi } from '../caller.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { AccessError } from '../errors.ts'
import type { Plan, Role } from '../generated/prisma/enums.ts'
import { API_KEY_PATTERN, hashApiKey } from './api-keys.ts'
import { readAccessToken } from './tokens.ts'

/** What a request or a `connection_init` brings along. */
export interface Credentials {
  /** `Bearer <token>` */
  authorization?: string | undefined
  apiKey?: string | undefined
}

/** How fresh `lastUsedAt` of a key is kept; writing it with every request would cost a write each. */
const LAST_USED_PRECISION = '1 minute'

/**
 * Who is asking; undefined when nothing was sent.
 * @throws AccessError UNAUTHENTICATED for wrong credentials or both kinds at once, PLAN_REQUIRED for a
 * key of an organization whose plan has no API.
 */
export async function authenticate(
  database: Database,
  config: Config,
  credentials: Credentials,
): Promise<Caller | undefined> {
  const { authorization, apiKey } = credentials
  if (authorization !== undefined && apiKey !== undefined) {
    throw new AccessError('UNAUTHENTICATED', 'Send either X-Api-Key or Authorization, not both')
  }
  if (apiKey !== undefined) return authenticateApiKey(database, apiKey)
  if (authorization === undefined) return undefined
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw new AccessError('UNAUTHENTICATED', 'Invalid or expired token')
  return authenticateUser(database, config, token)
}

async function authenticateApiKey(database: Database, key: string): Promise<Caller> {
  const invalid = new AccessError('UNAUTHENTICATED', 'Invalid API key')
  if (!API_KEY_PATTERN.test(key)) throw invalid
  const found = await database.pool.query<{
    id: string
    organization_id: string
    scopes: string[]
    plan: Plan
    stale: boolean
  }>({
    name: 'authenticate-api-key',
    text: `SELECT api_key.id, api_key.organization_id, api_key.scopes, organization.plan,
                  coalesce(api_key.last_used_at < now() - interval '${LAST_USED_PRECISION}', true) AS stale
             FROM api_key JOIN organization ON organization.id = api_key.organization_id
            WHERE api_key.key_hash = $1 AND api_key.revoked_at IS NULL`,
    values: [hashApiKey(key)],
  })
  const row = found.rows[0]
  if (row === undefined) throw invalid
  if (!planHasApi(row.plan)) {
    throw new AccessError('PLAN_REQUIRED', 'API access requires Professional plan')
  }
  if (row.stale) {
    await database.pool.query('UPDATE api_key SET last_used_at = now() WHERE id = $1', [row.id])
  }
  return {
    kind: 'apiKey',
    organizationId: row.organization_id,
    plan: row.plan,
    apiKeyId: row.id,
    scopes: new Set(row.scopes),
  }
}

async function authenticateUser(
  database: Database,
  config: Config,
  token: string,
): Promise<Caller> {
  const { userId, expiresAt } = await readAccessToken(config.auth, token)
  const found = await database.pool.query<{ organization_id: string; role: Role; plan: Plan }>({
    name: 'authenticate-user',
    text: `SELECT app_user.organization_id, app_user.role, organization.plan
             FROM app_user JOIN organization ON organization.id = app_user.organization_id
            WHERE app_user.id = $1 AND app_user.status = 'ACTIVE'`,
    values: [userId],
  })
  const row = found.rows[0]
  if (row === undefined) throw new AccessError('UNAUTHENTICATED', 'Invalid or expired token')
  return {
    kind: 'user',
    organizationId: row.organization_id,
    plan: row.plan,
    userId,
    role: row.role,
    expiresAt,
  }
}
