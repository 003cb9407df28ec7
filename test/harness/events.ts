import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from 'pg'
import { expect, vi } from 'vitest'
import type { TestApp } from './app.ts'

export interface StoredEvent {
  type: string
  subjectId: string
  facets: Record<string, string[]>
  changedFields: string[]
  data: { object: Record<string, unknown>; previousAttributes?: Record<string, unknown> }
}

/** Everything recorded in an organization, oldest first; about one record if its id is given. */
export async function storedEvents(
  test: TestApp,
  organizationId: string,
  subjectId?: string,
): Promise<StoredEvent[]> {
  const { rows } = await test.app.database.pool.query<{
    type: string
    subject_id: string
    facets: Record<string, string[]>
    changed_fields: string[]
    body: string
  }>(
    `SELECT type, subject_id, facets, changed_fields, body FROM event
      WHERE organization_id = $1 AND ($2::text IS NULL OR subject_id = $2) ORDER BY ordinal`,
    [organizationId, subjectId ?? null],
  )
  return rows.map((row) => ({
    type: row.type,
    subjectId: row.subject_id,
    facets: row.facets,
    changedFields: row.changed_fields,
    data: JSON.parse(row.body).data,
  }))
}

export const typesOf = (events: readonly StoredEvent[]) => events.map((event) => event.type)

/** JSON types by key, nested objects by theirs: what a receiver may rely on. */
type Shape = string | { [key: string]: Shape }

/** Loads test/fixtures/<name>: shapes of `data` by event type. */
export function readShapes(name: string): Record<string, Shape> {
  return JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '../fixtures', name), 'utf8'),
  ) as Record<string, Shape>
}

/** Fails unless the value has every key of the shape with the same JSON type; more keys are fine. */
export function expectShape(value: unknown, shape: Shape | undefined, at = 'data'): void {
  if (shape === undefined) throw new Error(`${at}: no shape to compare with`)
  if (typeof shape === 'string') {
    expect({ [at]: Array.isArray(value) ? 'array' : typeof value }).toEqual({ [at]: shape })
    return
  }
  expect({ [at]: typeof value }).toEqual({ [at]: 'object' })
  for (const [key, inner] of Object.entries(shape)) {
    expectShape(Reflect.get(value as object, key), inner, `${at}.${key}`)
  }
}

/** How many SQL statements that mention a table run during a piece of work. */
export async function countStatements(
  mentioning: RegExp,
  work: () => Promise<unknown>,
): Promise<number> {
  const spy = vi.spyOn(Client.prototype, 'query')
  try {
    await work()
    return spy.mock.calls.filter(([query]) => {
      const text: unknown = typeof query === 'string' ? query : Reflect.get(query ?? {}, 'text')
      return typeof text === 'string' && mentioning.test(text)
    }).length
  } finally {
    spy.mockRestore()
  }
}
