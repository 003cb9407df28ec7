import { type Caller, planHasApi } from '../caller.ts'
import type { Database } from '../db/database.ts'
import type { Plan, Role } from '../generated/prisma/enums.ts'

interface UserRow {
  id: string
  organization_id: string
  role: Role
  plan: Plan
}

interface KeyRow {
  id: string
  organization_id: string
  scopes: string[]
  plan: Plan
}

/**
 * What callers who identified themselves earlier may do now, each in the place of the one asked
 * about; undefined for one who would not be let in again. One statement for any number of callers.
 * Whether a token has run out is not asked: its end stands in the caller.
 */
export async function recheckCallers(
  database: Database,
  callers: readonly Caller[],
): Promise<(Caller | undefined)[]> {
  const found = await database.pool.query<{ users: UserRow[]; keys: KeyRow[] }>({
    name: 'recheck-callers',
    text: `SELECT
      (SELECT coalesce(json_agg(json_build_object('id', app_user.id, 'organization_id', organization.id,
                                                  'role', app_user.role, 'plan', organization.plan)), '[]')
         FROM app_user JOIN organization ON organization.id = app_user.organization_id
        WHERE app_user.id = ANY($1) AND app_user.status = 'ACTIVE') AS users,
      (SELECT coalesce(json_agg(json_build_object('id', api_key.id, 'organization_id', organization.id,
                                                  'scopes', api_key.scopes, 'plan', organization.plan)), '[]')
         FROM api_key JOIN organization ON organization.id = api_key.organization_id
        WHERE api_key.id = ANY($2) AND api_key.revoked_at IS NULL) AS keys`,
    values: [
      callers.flatMap((caller) => (caller.kind === 'user' ? [caller.userId] : [])),
      callers.flatMap((caller) => (caller.kind === 'apiKey' ? [caller.apiKeyId] : [])),
    ],
  })
  const users = new Map(found.rows[0]?.users.map((row) => [row.id, row]))
  const keys = new Map(found.rows[0]?.keys.map((row) => [row.id, row]))
  return callers.map((caller) => {
    switch (caller.kind) {
      case 'system':
        return caller
      case 'user': {
        const row = users.get(caller.userId)
        return (
          row && { ...caller, organizationId: row.organization_id, plan: row.plan, role: row.role }
        )
      }
      case 'apiKey': {
        const row = keys.get(caller.apiKeyId)
        if (row === undefined || !planHasApi(row.plan)) return undefined
        const { organization_id: organizationId, plan } = row
        return { ...caller, organizationId, plan, scopes: new Set(row.scopes) }
      }
    }
  })
}
