import type { GraphQLSchema } from 'graphql'
import { newId } from '../../database/ids.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid, notFound } from '../../errors.ts'
import { carriesPrevious, type EventDefinition, listEvents } from '../../events/define.ts'
import { serializeEnvelope, toUnixSeconds } from '../../events/envelope.ts'
import { LOG_COLUMNS, type LoggedEvent, type LogRow, toLoggedEvent } from '../../events/log.ts'
import { callerOf, type Context } from '../../graphql/context.ts'
import type { Bounds } from '../endpoints/endpoint-scopes.ts'
import { rendererOf, scopesOfRenderer } from '../endpoints/endpoint-terms.ts'
import { isRecord } from '../../event-log/load-records.ts'
import { PayloadError, readPayloadDocument } from './payload-document.ts'
import { fallBack, type RenderedBody, renderPayloads } from './render-payload.ts'
import type { PreviewInput } from './preview-schema.ts'
import { reducePayload } from './reduce-payload.ts'
import { demandDocument } from './save-payload.ts'

/**
 * Where the event of a preview comes from: it happened (EVENT), or it did not and shows the record
 * as the newest event about it does (SNAPSHOT), or nothing in the log has its form (EXAMPLE).
 */
type PreviewBasis = 'EVENT' | 'SNAPSHOT' | 'EXAMPLE'

export interface Preview extends RenderedBody {
  basis: PreviewBasis
}

/** All that a preview is made of; rendering waits until the transaction that read it has ended. */
export interface PlannedPreview {
  event: LoggedEvent
  basis: PreviewBasis
  /** Checked document; null for the form of the catalogue. */
  payload: string | null
  /** Null: all is sent whole. */
  maxBodyBytes: number | null
  scopes: string[]
}

/** Newest events of a record that a snapshot is looked for in. */
const LOOKED_AT = 50

/**
 * Plans what an endpoint would be sent if an event of some type happened to a record now: with the
 * endpoint's document and rights, or the document given. Changes nothing.
 * @throws DomainError NOT_FOUND (endpoint, record) or VALIDATION (type, document)
 */
export async function planPreview(
  unit: UnitOfWork,
  schema: GraphQLSchema,
  input: PreviewInput,
): Promise<PlannedPreview> {
  const definition = listEvents().find((each) => each.type === input.eventType)
  if (definition === undefined) {
    throw invalid(`eventType: "${input.eventType}" is not an event type`, 'eventType')
  }
  const {
    bounds,
    payload: saved,
    maxBodyBytes,
  } = await readEndpoint(unit, input.endpointId ?? null)
  const payload = input.payload ?? saved
  const events = await readEvents(unit, input.subjectId)
  if (events.length === 0 && !(await isRecord(unit.tx, schema, input.subjectId))) {
    throw notFound('Record', input.subjectId, 'subjectId')
  }
  const { event, basis } = makeEvent(unit, definition, input.subjectId, events)
  const scopes = [...scopesOfRenderer(bounds)]
  if (input.payload != null) {
    const { organizationId, caller } = unit
    const renderer = rendererOf({ organizationId, plan: caller.plan, scopes })
    demandDocument(schema, input.payload, renderer)
  }
  return { event, basis, payload, maxBodyBytes, scopes }
}

/** Renders what was planned, as a delivery would be. */
export async function renderPreview(
  context: Context,
  schema: GraphQLSchema,
  planned: PlannedPreview,
): Promise<Preview> {
  const whole = await renderWhole(context, schema, planned)
  const { basis, event, maxBodyBytes } = planned
  const reduced =
    maxBodyBytes === null ? undefined : reducePayload(whole.body, event.subjectId, maxBodyBytes)
  return { ...(reduced ?? whole), basis }
}

async function renderWhole(
  context: Context,
  schema: GraphQLSchema,
  { event, payload, scopes }: PlannedPreview,
): Promise<RenderedBody> {
  if (payload === null) return { body: event.body, fault: undefined }
  const { organizationId, plan } = callerOf(context)
  const renderer = rendererOf({ organizationId, plan, scopes })
  try {
    const document = readPayloadDocument(schema, payload)
    const bodies = await renderPayloads(context, schema, document, renderer, [event])
    const rendered = bodies.get(event.id)
    if (rendered === undefined) throw new Error('an event without a body')
    return rendered
  } catch (error) {
    if (error instanceof PayloadError) return fallBack(event.body, error.fault)
    throw error
  }
}

async function readEndpoint(
  unit: UnitOfWork,
  endpointId: string | null,
): Promise<{ bounds: Bounds; payload: string | null; maxBodyBytes: number | null }> {
  if (endpointId === null) {
    return { bounds: { kind: 'organization' }, payload: null, maxBodyBytes: null }
  }
  const endpoint = await unit.tx.webhookEndpoint.findUnique({
    where: { id: endpointId, deletedAt: null },
  })
  if (endpoint === null) throw notFound('Webhook endpoint', endpointId, 'endpointId')
  const { integrationId, payload, maxBodyBytes } = endpoint
  const form = { payload, maxBodyBytes }
  if (integrationId === null) return { bounds: { kind: 'organization' }, ...form }
  const integration = await unit.tx.integration.findUnique({ where: { id: integrationId } })
  if (integration === null) return { bounds: { kind: 'gone', integrationId }, ...form }
  const { name, scopes } = integration
  return { bounds: { kind: 'integration', name, scopes: new Set(scopes) }, ...form }
}

/** Newest first. */
async function readEvents(unit: UnitOfWork, subjectId: string): Promise<LoggedEvent[]> {
  const rows = await unit.tx.$queryRawUnsafe<LogRow[]>(
    `SELECT ${LOG_COLUMNS} FROM event
      WHERE organization_id = $1 AND subject_id = $2 AND position IS NOT NULL
      ORDER BY position DESC LIMIT ${LOOKED_AT}`,
    unit.organizationId,
    subjectId,
  )
  return rows.map(toLoggedEvent)
}

function makeEvent(
  unit: UnitOfWork,
  definition: EventDefinition,
  subjectId: string,
  events: readonly LoggedEvent[],
): { event: LoggedEvent; basis: PreviewBasis } {
  const happened = events.find((event) => event.type === definition.type)
  if (happened !== undefined) return { event: happened, basis: 'EVENT' }
  const snapshot = events.flatMap((event) => fitting(definition, event)).at(0)
  const object = snapshot ?? { ...Object(definition.example), id: subjectId }
  const id = newId('event', unit.now.getTime())
  const event: LoggedEvent = {
    id,
    organizationId: unit.organizationId,
    // Behind all that there is: it has not happened.
    position: 0n,
    type: definition.type,
    body: serializeEnvelope({
      id,
      type: definition.type,
      organizationId: unit.organizationId,
      created: toUnixSeconds(unit.now),
      data: { object, ...(carriesPrevious(definition) ? { previousAttributes: {} } : {}) },
      livemode: true,
    }),
    subjectId,
    changedFields: [],
    facets: {},
    actor: { type: 'USER' },
    created: unit.now,
  }
  return { event, basis: snapshot === undefined ? 'EXAMPLE' : 'SNAPSHOT' }
}

/** What an event holds of its record, where another type of event would hold the same. */
function fitting(definition: EventDefinition, event: LoggedEvent): object[] {
  const body: { data?: { object?: unknown } } = JSON.parse(event.body)
  const parsed = definition.payload.safeParse(body.data?.object)
  return parsed.success && typeof parsed.data === 'object' && parsed.data !== null
    ? [parsed.data]
    : []
}
