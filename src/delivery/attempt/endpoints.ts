import type { Pool } from 'pg'
import { LRUCache } from 'lru-cache'
import type { KeyRing } from '../../config/key-ring.ts'
import type { TargetPolicy } from '../../webhooks/endpoints/target-url.ts'
import { AttemptError } from './attempt-error.ts'
import { groupCalls } from '../log/group.ts'
import { prepareEndpoint, type PreparedEndpoint, type SealedEndpoint } from './prepare.ts'

/** Endpoints ready to be sent to, kept as long as their version stands. */
export interface Endpoints {
  /**
   * The endpoint in this version or a later one.
   * @throws AttemptError when its target is refused or its secrets cannot be opened
   */
  open(endpointId: string, version: number): PreparedEndpoint | Promise<PreparedEndpoint>
}

/** The one not opened for longest makes room. */
const MAX_KEPT = 10_000
/** Each endpoint is looked up for itself: none has many waiting. */
const same = (endpointId: string) => endpointId
/** Endpoints per statement */
const MAX_GROUP = 200

export function openEndpoints(pool: Pool, keys: KeyRing, policy: TargetPolicy): Endpoints {
  const kept = new LRUCache<string, PreparedEndpoint>({ max: MAX_KEPT })
  const load = groupCalls(
    MAX_GROUP,
    (endpointIds: string[]) => loadEndpoints(pool, endpointIds),
    same,
  )

  async function prepare(endpointId: string): Promise<PreparedEndpoint> {
    const { sealed } = await load(endpointId)
    if (sealed === undefined) throw new AttemptError('internal', 'The endpoint was deleted')
    const prepared = prepareEndpoint(sealed, keys, policy)
    kept.set(endpointId, prepared)
    return prepared
  }

  return {
    open(endpointId, version) {
      const known = kept.get(endpointId)
      return known !== undefined && known.version >= version ? known : prepare(endpointId)
    },
  }
}

interface Row {
  id: string
  version: number
  url: string
  headers_sealed: Buffer | null
  secrets: Buffer[] | null
  expiries: (number | null)[]
}

async function loadEndpoints(
  pool: Pool,
  endpointIds: readonly string[],
): Promise<{ sealed: SealedEndpoint | undefined }[]> {
  const result = await pool.query<Row>({
    name: 'delivery-endpoints',
    text: `
      SELECT endpoint.id, endpoint.version, endpoint.url, endpoint.headers_sealed,
             secret.secrets, secret.expiries
        FROM webhook_endpoint AS endpoint
       CROSS JOIN LATERAL (
         SELECT array_agg(sealed ORDER BY created, id) AS secrets,
                array_agg(extract(epoch FROM expires_at)::float8 * 1000 ORDER BY created, id) AS expiries
           FROM webhook_endpoint_secret AS secret WHERE secret.endpoint_id = endpoint.id
            AND (secret.expires_at IS NULL OR secret.expires_at > now())) AS secret
       WHERE endpoint.id = ANY($1) AND endpoint.deleted_at IS NULL`,
    values: [endpointIds],
  })
  const rows = new Map(result.rows.map((row) => [row.id, row]))
  return endpointIds.map((endpointId) => {
    const row = rows.get(endpointId)
    if (row === undefined) return { sealed: undefined }
    const secrets = (row.secrets ?? []).map((sealed, index) => ({
      sealed,
      expiresAtMs: row.expiries[index] ?? null,
    }))
    const { version, url, headers_sealed: headersSealed } = row
    return { sealed: { endpointId, version, url, headersSealed, secrets } }
  })
}
