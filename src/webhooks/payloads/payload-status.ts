import type { GraphQLSchema } from 'graphql'
import { type Backend, transaction } from '../../database/unit-of-work.ts'
import { omitEmpty } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import {
  fingerprintOf,
  PayloadError,
  type PayloadFault,
  readPayloadDocument,
} from './payload-document.ts'
import { endpointPayloadInvalid } from './payload-events.ts'

/** An endpoint's document as far as its status depends on it. */
interface Saved {
  endpointId: string
  organizationId: string
  plan: Plan
  /** SHA-256 of the document: what is found out about it says nothing of the next one. */
  hash: string
}

/** What an endpoint's row keeps of the first fault after its document was saved. */
export interface StoredPayloadFault extends PayloadFault {
  eventId?: string
  eventType?: string
  /** ISO 8601 */
  at: string
}

/**
 * Marks a document as invalid and tells the owner by an event; without effect, and without another
 * event, while it is marked already. It stays so until it is saved again: a document that fails for
 * one type of event and not for the next would change its mind, and say so, with every event.
 */
export async function markInvalid(
  backend: Backend,
  saved: Saved,
  fault: PayloadFault,
  event?: { id: string; type: string },
): Promise<void> {
  const { endpointId, organizationId, plan, hash } = saved
  await transaction(backend, { kind: 'system', organizationId, plan }, async (unit) => {
    const stored = {
      ...fault,
      ...(event === undefined ? {} : { eventId: event.id, eventType: event.type }),
      at: unit.now.toISOString(),
    } satisfies StoredPayloadFault
    const changed = await unit.tx.webhookEndpoint.updateManyAndReturn({
      where: { id: endpointId, payloadHash: hash, payloadStatus: 'VALID', deletedAt: null },
      data: { payloadStatus: 'INVALID', payloadError: stored },
      select: { name: true },
    })
    const [endpoint] = changed
    if (endpoint === undefined) return
    record(unit, endpointPayloadInvalid, {
      subjectId: endpointId,
      object: omitEmpty({
        endpointId,
        endpointName: endpoint.name,
        ...fault,
        eventId: event?.id ?? null,
        eventType: event?.type ?? null,
      }),
      facets: {},
    })
  })
}

/** Documents looked at per statement. */
const BATCH = 100

/**
 * Checks every document that was last checked against another schema than this one, as after an
 * upgrade: invalid ones are marked, and those that fit again after they did not are valid again.
 * Whatever else is true of them stays. Started again, it goes on where it was; with an unchanged
 * schema it reads nothing but a small index.
 * @returns how many were looked at
 */
export async function checkAgainstSchema(
  backend: Backend,
  schema: () => Promise<GraphQLSchema>,
  batchSize = BATCH,
): Promise<number> {
  const { pool } = backend.database
  const some = await pool.query(
    'SELECT FROM webhook_endpoint WHERE payload IS NOT NULL AND deleted_at IS NULL LIMIT 1',
  )
  if (some.rowCount === 0) return 0
  const present = await schema()
  const fingerprint = fingerprintOf(present)
  const faults: unknown[] = []
  for (let looked = 0, after = ''; ;) {
    const found = await pool.query<SavedRow>(
      `SELECT endpoint.id, endpoint.organization_id, organization.plan, payload, payload_hash
         FROM webhook_endpoint AS endpoint
         JOIN organization ON organization.id = endpoint.organization_id
        WHERE payload IS NOT NULL AND deleted_at IS NULL AND endpoint.id > $1
          AND payload_checked IS DISTINCT FROM $2
        ORDER BY endpoint.id LIMIT $3`,
      [after, fingerprint, batchSize],
    )
    for (const row of found.rows) {
      // One that cannot be written down is looked at again by the next run; the others are done now.
      await checkRow(backend, present, fingerprint, row).catch((error: unknown) => {
        faults.push(error)
      })
    }
    looked += found.rows.length
    after = found.rows.at(-1)?.id ?? ''
    if (found.rows.length === batchSize) continue
    if (faults.length > 0) throw new AggregateError(faults, `documents: ${String(faults[0])}`)
    return looked
  }
}

interface SavedRow {
  id: string
  organization_id: string
  plan: Plan
  payload: string
  payload_hash: string
}

async function checkRow(
  backend: Backend,
  present: GraphQLSchema,
  fingerprint: string,
  row: SavedRow,
): Promise<void> {
  const { id: endpointId, organization_id: organizationId, plan, payload_hash: hash } = row
  const fault = faultOf(present, row.payload)
  if (fault !== undefined) {
    await markInvalid(backend, { endpointId, organizationId, plan, hash }, fault)
  }
  // One document at a time keeps the process for some milliseconds: others go in between.
  await new Promise((resolve) => setImmediate(resolve))
  await backend.database.pool.query(
    `UPDATE webhook_endpoint
        SET payload_checked = $3,
            payload_status = CASE WHEN $4 AND payload_error ->> 'code' = 'INVALID_DOCUMENT'
                                   AND payload_error ->> 'eventId' IS NULL
                                  THEN 'VALID' ELSE payload_status END,
            payload_error = CASE WHEN $4 AND payload_error ->> 'code' = 'INVALID_DOCUMENT'
                                  AND payload_error ->> 'eventId' IS NULL
                                 THEN NULL ELSE payload_error END
      WHERE id = $1 AND payload_hash = $2`,
    [endpointId, hash, fingerprint, fault === undefined],
  )
}

function faultOf(schema: GraphQLSchema, text: string): PayloadFault | undefined {
  try {
    readPayloadDocument(schema, text)
    return undefined
  } catch (error) {
    if (error instanceof PayloadError) return error.fault
    throw error
  }
}
