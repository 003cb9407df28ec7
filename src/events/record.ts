import { actorOf, demandOneOf, type Permission } from '../access/caller.ts'
import { PERMISSIONS } from '../access/permissions.ts'
import { newId } from '../database/ids.ts'
import type { UnitOfWork } from '../database/unit-of-work.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { EventDefinition } from './define.ts'
import { dispatchJob } from './dispatch.ts'
import { serializeEnvelope, toUnixSeconds } from './envelope.ts'
import type { Facets, FacetsOf, FilterFacet } from './match.ts'
import { memo } from '../database/memo.ts'

export interface EventInput<T, F extends FilterFacet = FilterFacet> {
  /** Id of the record that the event is about. */
  subjectId: string
  /** The full record after the change. */
  object: T
  /** The changed fields with their previous values, in payload form. */
  previous?: Record<string, unknown>
  /** What filters may ask about; a function where that must be looked up, at the end. */
  facets: FacetsOf<F> | (() => Promise<FacetsOf<F>>)
  /**
   * True for what the house's own rules make of a change (work begins, so its asset is in
   * maintenance): needs no right of the caller's to the record that it is about.
   */
  consequence?: true
}

interface EventRow {
  id: string
  type: string
  body: string
  subjectId: string
  changedFields: string[]
  facets: Facets | (() => Promise<Facets>)
}

/** Rows waiting for the end of their transaction, where one statement writes them all. */
const waitingIn = memo((unit: UnitOfWork): EventRow[] => {
  const rows: EventRow[] = []
  unit.beforeCommit(() => write(unit, rows))
  unit.afterCommit(() =>
    unit.queue.enqueueSoon(dispatchJob, unit.organizationId, unit.organizationId),
  )
  return rows
})

/**
 * Records one fact in the transaction of the change it tells of. Whoever makes the change needs the
 * right to write what the fact is about, whichever command it came by: the permission of a command
 * says who may try, this says that nothing beside it is changed.
 * @throws AccessError FORBIDDEN without that right; Error when the payload does not fit the event's
 * published schema.
 */
export function record<T, F extends FilterFacet>(
  unit: UnitOfWork,
  definition: EventDefinition<T, F>,
  event: NoInfer<EventInput<T, F>>,
): void {
  // Nobody has a right to write what the product tells of itself.
  const rights = writingOf(definition)
  if (event.consequence !== true && rights.length > 0) demandOneOf(unit.caller, rights)
  const id = newId('event', unit.now.getTime())
  const object = definition.payload.parse(event.object)
  const row: EventRow = {
    id,
    type: definition.type,
    subjectId: event.subjectId,
    changedFields: Object.keys(event.previous ?? {}),
    facets: event.facets,
    body: serializeEnvelope({
      id,
      type: definition.type,
      organizationId: unit.organizationId,
      created: toUnixSeconds(unit.now),
      data: {
        object,
        ...(event.previous === undefined ? {} : { previousAttributes: event.previous }),
      },
      livemode: true,
    }),
  }
  waitingIn(unit).push(row)
}

/** What writing needs; of an event that speaks of several resources, one of these. */
function writingOf({ scopes }: Pick<EventDefinition, 'scopes'>): Permission[] {
  return PERMISSIONS.filter((permission) =>
    scopes.some((each) => permission === each.replace(/:read$/, ':write')),
  )
}

async function write(unit: UnitOfWork, rows: EventRow[]): Promise<void> {
  const actor = JSON.stringify(actorOf(unit.caller))
  const facets = await Promise.all(
    rows.map(async (row) => (typeof row.facets === 'function' ? row.facets() : row.facets)),
  )
  const values = rows.map(
    (row, index) =>
      Prisma.sql`(${row.id}, ${unit.organizationId}, ${row.type}, ${row.body}, ${row.subjectId}, ${row.changedFields}, ${JSON.stringify(facets[index])}::jsonb, ${actor}::jsonb, ${unit.now})`,
  )
  const written = await unit.tx.$queryRaw<{ head: bigint }[]>(
    Prisma.sql`INSERT INTO event (id, organization_id, type, body, subject_id, changed_fields, facets, actor, created)
               VALUES ${Prisma.join(values)}
               RETURNING (SELECT last_position FROM event_stream_head
                           WHERE event_stream_head.organization_id = event.organization_id) AS head`,
  )
  unit.recordedAfter = written[0]?.head
}
