import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { carriesPrevious, jsonSchemaOf, listEvents } from '../../src/events/define.ts'
import type { TestApp } from './app.ts'
import { mismatches, type Shape, specShape } from './spec.ts'

export interface StoredEvent {
  id: string
  type: string
  changedFields: string[]
  facets: Record<string, string[]>
  actor: { type: string; id?: string }
  data: { object: Record<string, unknown>; previousAttributes?: Record<string, unknown> }
  /** The whole envelope, as it is signed. */
  envelope: unknown
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
  return rows.map(({ body, ...row }) => {
    const envelope = JSON.parse(body)
    return Object.assign(row, { envelope, data: envelope.data })
  })
}

export const typesOf = (events: readonly StoredEvent[]) => events.map((event) => event.type)

/** The stored envelope is what the published JSON Schema of its type says. */
export function expectPublished(event: StoredEvent | undefined): asserts event is StoredEvent {
  const definition = listEvents().find(({ type }) => type === event?.type)
  if (event === undefined || definition === undefined) throw new Error('no such event')
  const ajv = new Ajv2020({ strict: false })
  ajv.validate(jsonSchemaOf(definition), event.envelope)
  expect(ajv.errors ?? []).toEqual([])
  expect(event.data.previousAttributes !== undefined).toBe(carriesPrevious(definition))
}

/** Published, and every key of the documented example is there with its JSON type. */
export function expectDocumented(event: StoredEvent | undefined): void {
  expectPublished(event)
  expect(mismatches(event.envelope, specShape(event.type))).toEqual([])
}

/** Published, and these keys are there with these JSON types. */
export function expectShape(
  event: StoredEvent | undefined,
  shape: { object: Shape; previousAttributes?: Shape },
): void {
  expectPublished(event)
  expect(mismatches(event.data, shape)).toEqual([])
}
