import type { TestApp } from './app.ts'

export interface WrittenEvent {
  id: string
  type: string
  subjectId: string
  data: { object: Record<string, unknown>; previousAttributes?: Record<string, unknown> }
}

/** What an organization's log holds, in order of recording, straight from the database. */
export async function readEvents(
  test: TestApp,
  organizationId: string,
  prefix = '',
): Promise<WrittenEvent[]> {
  const rows = await test.app.database.pool.query<{ body: string; subject_id: string }>(
    'SELECT body, subject_id FROM event WHERE organization_id = $1 AND type LIKE $2 ORDER BY ordinal',
    [organizationId, `${prefix}%`],
  )
  return rows.rows.map((row) => Object.assign(JSON.parse(row.body), { subjectId: row.subject_id }))
}
