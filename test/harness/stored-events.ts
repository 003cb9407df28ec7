import { expect } from 'vitest'
import { listEvents } from '../../src/events/define.ts'
import type { TestApp } from './app.ts'

export interface StoredEvent {
  id: string
  type: string
  changedFields: string[]
  facets: Record<string, string[]>
  actor: { type: string; id?: string }
  data: { object: Record<string, unknown>; previousAttributes?: Record<string, unknown> }
}

/** Everything an organization's log holds, or what it holds about one record, in order. */
export async function storedEvents(
  test: TestApp,
  organizationId: string,
  subjectId?: string,
): Promise<StoredEvent[]> {
  const { rows } = await test.app.database.pool.query(
    `SELECT id, type, body, changed_fields AS "changedFields", facets, actor FROM event
      WHERE organization_id = $1 AND subject_id = coalesce($2, subject_id) ORDER BY ordinal`,
    [organizationId, subjectId ?? null],
  )
  return rows.map(({ body, ...row }) => Object.assign(row, { data: JSON.parse(body).data }))
}

export const typesOf = (events: readonly StoredEvent[]) => events.map((event) => event.type)

/** Names and JSON types of a payload's keys, as the fixtures keep them. */
export interface PayloadShape {
  object: Record<string, string>
  previousAttributes?: Record<string, string>
}

/** Every key of the shape is there with its JSON type, and the whole fits the published schema. */
export function expectShape(event: StoredEvent | undefined, shape: PayloadShape): void {
  if (event === undefined) throw new Error('no such event')
  const types = (part: Record<string, unknown> | undefined, keys: object) =>
    Object.fromEntries(Object.keys(keys).map((key) => [key, typeof part?.[key]]))
  expect(types(event.data.object, shape.object)).toEqual(shape.object)
  const previous = shape.previousAttributes ?? {}
  expect(types(event.data.previousAttributes, previous)).toEqual(previous)
  const definition = listEvents().find(({ type }) => type === event.type)
  expect(definition?.payload.parse(event.data.object)).toEqual(event.data.object)
  expect(event.data.previousAttributes !== undefined).toBe(definition?.carriesPrevious)
}
