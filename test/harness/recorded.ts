import type { App } from '../../src/app.ts'

/** An event as it was stored: the very text that is signed and sent. */
export interface RecordedEvent {
  id: string
  type: string
  data: { object: Record<string, unknown>; previousAttributes?: Record<string, unknown> }
}

/** Everything an organization's log holds, in the order of recording; only some types if asked. */
export async function recordedEvents(
  app: App,
  organizationId: string,
  types?: readonly string[],
): Promise<RecordedEvent[]> {
  const { rows } = await app.database.pool.query<{ body: string }>(
    `SELECT body FROM event
      WHERE organization_id = $1 AND ($2::text[] IS NULL OR type = ANY ($2)) ORDER BY ordinal`,
    [organizationId, types ?? null],
  )
  return rows.map((row): RecordedEvent => JSON.parse(row.body))
}

/**
 * What an example has that a payload lacks, or holds as another JSON type; empty when the payload
 * covers the example.
 */
export function missingFrom(payload: unknown, example: unknown, at = 'data'): string[] {
  if (jsonType(payload) !== jsonType(example)) {
    return [`${at}: ${jsonType(payload)} instead of ${jsonType(example)}`]
  }
  if (!isObject(example) || !isObject(payload)) return []
  return Object.entries(example).flatMap(([key, value]) =>
    missingFrom(payload[key], value, `${at}.${key}`),
  )
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
