import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'pg'

// What somebody would write by hand for one screen: one statement, one join, one JSON answer. It does
// check the key, and remembers it for a second as the product does. It has no request limits, no
// filters, no choice of fields and no rules about who sees what beyond the organization.

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 10 })
const REMEMBER_MS = 1_000
const known = new Map<string, { organizationId: string; until: number }>()

async function authenticate(key: string): Promise<string | undefined> {
  const found = known.get(key)
  if (found !== undefined && found.until > Date.now()) return found.organizationId
  const { rows } = await pool.query<{ organization_id: string }>({
    name: 'key',
    text: `SELECT organization_id FROM api_key
            WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
              AND 'work-orders:read' = ANY(scopes)`,
    values: [createHash('sha256').update(key).digest('hex')],
  })
  const organizationId = rows[0]?.organization_id
  if (organizationId === undefined) return undefined
  known.set(key, { organizationId, until: Date.now() + REMEMBER_MS })
  return organizationId
}

interface Row {
  id: string
  title: string
  status: string
  priority: string
  type: string
  sla_status: string
  created: Date
  due_at: Date | null
  assignee_id: string | null
  assignee_name: string | null
  asset_id: string | null
  asset_name: string | null
  asset_status: string | null
  location_id: string
  location_name: string
  location_kind: string
}

async function list(organizationId: string, first: number): Promise<object> {
  const { rows } = await pool.query<Row>({
    name: 'list',
    text: `SELECT w.id, w.title, w.status, w.priority, w.type, w.sla_status, w.created, w.due_at,
                  u.id AS assignee_id, u.name AS assignee_name,
                  a.id AS asset_id, a.name AS asset_name, a.status AS asset_status,
                  l.id AS location_id, l.name AS location_name, l.kind AS location_kind
             FROM work_order w
             JOIN location l ON l.organization_id = w.organization_id AND l.id = w.location_id
             LEFT JOIN app_user u ON u.organization_id = w.organization_id AND u.id = w.assignee_id
             LEFT JOIN asset a ON a.organization_id = w.organization_id AND a.id = w.asset_id
            WHERE w.organization_id = $1
            ORDER BY w.created DESC, w.id DESC LIMIT $2`,
    values: [organizationId, first + 1],
  })
  const nodes = rows.slice(0, first).map((row) => ({
    id: row.id,
    title: row.title,
    status: row.status,
    priority: row.priority,
    type: row.type,
    slaStatus: row.sla_status,
    created: row.created.toISOString(),
    dueAt: row.due_at?.toISOString() ?? null,
    assignee: row.assignee_id === null ? null : { id: row.assignee_id, name: row.assignee_name },
    asset:
      row.asset_id === null
        ? null
        : { id: row.asset_id, name: row.asset_name, status: row.asset_status },
    location: { id: row.location_id, name: row.location_name, kind: row.location_kind },
  }))
  const pageInfo = { hasNextPage: rows.length > first, endCursor: nodes.at(-1)?.id ?? null }
  return { data: { workOrders: { nodes, pageInfo } } }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { first } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { first: number }
  const organizationId = await authenticate(String(request.headers['x-api-key']))
  const status = organizationId === undefined ? 401 : 200
  const body = organizationId === undefined ? {} : await list(organizationId, first)
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error))
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port)
})
