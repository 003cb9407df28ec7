import type { Pool } from 'pg'
import { LRUCache } from 'lru-cache'
import type { Plan } from '../../generated/prisma/enums.ts'
import type { EndpointTerms } from '../../webhooks/endpoints/endpoint-terms.ts'
import { groupCalls } from '../log/group.ts'

/** On what terms endpoints get events, kept as long as their version stands. */
export interface TermsCache {
  /** Of this version or a later one; undefined when the endpoint was deleted. */
  open(endpointId: string, version: number): Promise<EndpointTerms | undefined>
}

/** The one not opened for longest makes room. */
const MAX_KEPT = 2_000
/** Each endpoint is looked up for itself: none has many waiting. */
const same = (endpointId: string) => endpointId
/** Endpoints per statement */
const MAX_GROUP = 200

export function openTerms(pool: Pool): TermsCache {
  const kept = new LRUCache<string, EndpointTerms>({ max: MAX_KEPT })
  const load = groupCalls(MAX_GROUP, (endpointIds: string[]) => loadTerms(pool, endpointIds), same)
  return {
    async open(endpointId, version) {
      const known = kept.get(endpointId)
      if (known !== undefined && known.version >= version) return known
      const { terms } = await load(endpointId)
      if (terms === undefined) kept.delete(endpointId)
      else kept.set(endpointId, terms)
      return terms
    },
  }
}

interface Row {
  id: string
  organization_id: string
  version: number
  plan: Plan
  integration_id: string | null
  integration_name: string | null
  scopes: string[] | null
  payload: string | null
  payload_hash: string | null
  max_body_bytes: number | null
}

async function loadTerms(
  pool: Pool,
  endpointIds: readonly string[],
): Promise<{ terms: EndpointTerms | undefined }[]> {
  const result = await pool.query<Row>({
    name: 'delivery-terms',
    text: `
      SELECT endpoint.id, endpoint.organization_id, endpoint.version, organization.plan,
             endpoint.integration_id, integration.name AS integration_name, integration.scopes,
             endpoint.payload, endpoint.payload_hash, endpoint.max_body_bytes
        FROM webhook_endpoint AS endpoint
        JOIN organization ON organization.id = endpoint.organization_id
        LEFT JOIN integration ON integration.id = endpoint.integration_id
         AND integration.organization_id = endpoint.organization_id
       WHERE endpoint.id = ANY($1) AND endpoint.deleted_at IS NULL`,
    values: [endpointIds],
  })
  const rows = new Map(result.rows.map((row) => [row.id, row]))
  return endpointIds.map((endpointId) => {
    const row = rows.get(endpointId)
    return { terms: row === undefined ? undefined : toTerms(row) }
  })
}

function toTerms(row: Row): EndpointTerms {
  const { integration_id: integrationId, scopes } = row
  return {
    endpointId: row.id,
    organizationId: row.organization_id,
    version: row.version,
    plan: row.plan,
    bounds:
      integrationId === null
        ? { kind: 'organization' }
        : scopes === null
          ? { kind: 'gone', integrationId }
          : { kind: 'integration', name: row.integration_name ?? '', scopes: new Set(scopes) },
    document:
      row.payload === null || row.payload_hash === null
        ? undefined
        : { text: row.payload, hash: row.payload_hash },
    maxBodyBytes: row.max_body_bytes ?? undefined,
  }
}
