import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GraphQLSchema } from 'graphql'
import { LRUCache } from 'lru-cache'
import { createFairRoom, inTurn } from '../../access/fair-room.ts'
import { type LoggedEvent, LOG_COLUMNS, type LogRow, toLoggedEvent } from '../../events/log.ts'
import {
  type EndpointTerms,
  payloadKeyOf,
  rendererOf,
  scopesOfRenderer,
} from '../endpoints/endpoint-terms.ts'
import { type PayloadDocument, PayloadError, readPayloadDocument } from './payload-document.ts'
import { markInvalid } from './payload-status.ts'
import { fallBack, type RenderedBody, renderPayloads, type RenderParts } from './render-payload.ts'

/** Gives deliveries of endpoints with a document the bodies that they go out with. */
export interface PayloadShaper {
  /** Resolves when everything that events are defined by is loaded. */
  ready(): Promise<void>
  /**
   * Renders what was not rendered yet and stores it, before anything of it is sent.
   * @param isAlone whether nobody else has anything to do in this process
   * @returns bodies by delivery; none for a delivery whose event is no longer kept
   * @throws whatever the database throws: nothing may be sent that is not stored
   */
  shape(
    terms: EndpointTerms,
    deliveries: readonly Unshaped[],
    isAlone: () => boolean,
  ): Promise<Map<string, string>>
}

interface Unshaped {
  id: string
  eventId: string
}

/** Kept in memory, some kilobytes each; the one used first makes room. */
const MAX_DOCUMENTS = 1_000
/** Turns at once in this process: the others' requests use the same connections. */
const MAX_AT_ONCE = 4
/**
 * Points rendered in one turn, or one event if it costs more. They are what holds up everything else
 * in this process, some 10 microseconds each.
 */
const POINTS_PER_TURN = 400
/**
 * After a turn its place rests so many times as long as the process was busy, when others send too: what
 * is rendered takes a fifth of what a place could, and the others find the process free in between.
 */
const REST = 4

type Read = PayloadDocument | PayloadError

/** @param loadSchema called when the first document is to be rendered, not before */
export function createPayloadShaper(
  parts: RenderParts,
  loadSchema: () => Promise<GraphQLSchema>,
): PayloadShaper {
  const documents = new LRUCache<string, Read>({ max: MAX_DOCUMENTS })
  const room = createFairRoom(MAX_AT_ONCE)
  /** Bodies that are being made, by key and event: lanes with the same document share them. */
  const making = new Map<string, Promise<RenderedBody | undefined>>()

  function read(schema: GraphQLSchema, terms: EndpointTerms): Read {
    const { text = '', hash = '' } = terms.document ?? {}
    const known = documents.get(hash) ?? readOrFault(schema, text)
    documents.set(hash, known)
    return known
  }

  async function render(
    terms: EndpointTerms,
    events: readonly LoggedEvent[],
    isAlone: () => boolean,
  ): Promise<Map<string, RenderedBody>> {
    const schema = await loadSchema()
    const payload = read(schema, terms)
    const caller = rendererOf({ ...terms, scopes: scopesOfRenderer(terms.bounds) })
    if (payload instanceof PayloadError) {
      return new Map(events.map((event) => [event.id, fallBack(event.body, payload.fault)]))
    }
    const bodies = new Map<string, RenderedBody>()
    const size = Math.max(1, Math.floor(POINTS_PER_TURN / payload.points))
    for (let at = 0; at < events.length; at += size) {
      const some = events.slice(at, at + size)
      let busyMs = 0
      const turn = async () => {
        const before = performance.eventLoopUtilization()
        const rendered = await renderPayloads(parts, schema, payload, caller, some)
        busyMs = performance.eventLoopUtilization(before).active
        return rendered
      }
      // What was made goes out at once: the place rests, not whoever waits for its bodies.
      const rest = async () => {
        if (!isAlone()) await sleep(busyMs * REST)
      }
      const made = await inTurn(room, terms, turn, { rest })
      for (const [eventId, body] of made) bodies.set(eventId, body)
    }
    return bodies
  }

  /** Starts what nobody else is making, and waits for all. */
  async function renderOnce(
    key: string,
    terms: EndpointTerms,
    events: readonly LoggedEvent[],
    isAlone: () => boolean,
  ): Promise<Map<string, RenderedBody>> {
    const mine = events.filter((event) => !making.has(`${key} ${event.id}`))
    const rendering = mine.length === 0 ? Promise.resolve(NO_BODIES) : render(terms, mine, isAlone)
    for (const event of mine) {
      const name = `${key} ${event.id}`
      const body = rendering.then((bodies) => bodies.get(event.id))
      making.set(name, body)
      const forget = () => making.delete(name)
      body.then(forget, forget)
    }
    const made = await Promise.all(
      events.map(async (event) => [event.id, await making.get(`${key} ${event.id}`)] as const),
    )
    return new Map(made.flatMap(([id, body]) => (body === undefined ? [] : [[id, body]])))
  }

  /** Owners hear of it before the first body goes out that is not what they asked for. */
  async function tellFaults(
    terms: EndpointTerms,
    events: readonly LoggedEvent[],
    bodies: ReadonlyMap<string, RenderedBody>,
  ): Promise<void> {
    const event = events.find((each) => bodies.get(each.id)?.fault !== undefined)
    const fault = event === undefined ? undefined : bodies.get(event.id)?.fault
    if (event === undefined || fault === undefined) return
    await markInvalid(parts, { ...terms, hash: terms.document?.hash ?? '' }, fault, event)
  }

  return {
    async ready() {
      await loadSchema()
    },
    async shape(terms, deliveries, isAlone) {
      const key = payloadKeyOf(terms)
      const eventIds = [...new Set(deliveries.map((delivery) => delivery.eventId))]
      const { events, rendered } = await readEvents(parts, key, eventIds)
      const bodies = await renderOnce(
        key,
        terms,
        events.filter((event) => !rendered.has(event.id)),
        isAlone,
      )
      for (const [eventId, body] of rendered) bodies.set(eventId, { body, fault: undefined })
      await tellFaults(terms, events, bodies)
      return store(parts, key, terms, deliveries, bodies)
    },
  }
}

const NO_BODIES: Map<string, RenderedBody> = new Map()

function readOrFault(schema: GraphQLSchema, text: string): Read {
  try {
    return readPayloadDocument(schema, text)
  } catch (error) {
    if (error instanceof PayloadError) return error
    throw error
  }
}

/** The events, and what was made of them under the same key for another delivery. */
async function readEvents(
  { database }: RenderParts,
  key: string,
  eventIds: readonly string[],
): Promise<{ events: LoggedEvent[]; rendered: Map<string, string> }> {
  const found = await database.pool.query<LogRow & { rendered: string | null }>({
    name: 'payload-events',
    text: `SELECT ${LOG_COLUMNS}, (
             SELECT delivery.body FROM webhook_delivery AS delivery
              WHERE delivery.event_id = event.id AND delivery.payload_key = $2 LIMIT 1) AS rendered
             FROM event WHERE event.id = ANY($1) ORDER BY event.position`,
    values: [eventIds, key],
  })
  return {
    events: found.rows.map(toLoggedEvent),
    rendered: new Map(
      found.rows.flatMap((row) => (row.rendered === null ? [] : [[row.id, row.rendered]])),
    ),
  }
}

/**
 * Stores bodies once and for all: one that is there already, because another worker was first, stays
 * and is what is sent. Those in the form of the catalogue get no key: they are nobody's rendering. Nothing is stored for an endpoint that was
 * changed meanwhile: whoever changes it locks it and takes back what waits with the old form.
 */
async function store(
  { database }: RenderParts,
  key: string,
  { endpointId, version }: EndpointTerms,
  deliveries: readonly Unshaped[],
  bodies: ReadonlyMap<string, RenderedBody>,
): Promise<Map<string, string>> {
  const given = deliveries.flatMap(({ id, eventId }) => {
    const made = bodies.get(eventId)
    return made === undefined ? [] : [{ id, ...made }]
  })
  if (given.length === 0) return new Map()
  const stored = await database.pool.query<{ id: string; body: string }>({
    name: 'payload-store',
    text: `WITH endpoint AS MATERIALIZED (
             SELECT id FROM webhook_endpoint WHERE id = $4 AND version = $5 FOR SHARE)
           UPDATE webhook_delivery AS delivery
              SET body = coalesce(delivery.body, given.body),
                  payload_key = CASE WHEN delivery.body IS NULL THEN given.key
                                     ELSE delivery.payload_key END
             FROM unnest($1::text[], $2::text[], $3::text[]) AS given(id, body, key)
            WHERE delivery.id = given.id AND EXISTS (SELECT FROM endpoint)
           RETURNING delivery.id, delivery.body`,
    values: [
      given.map((each) => each.id),
      given.map((each) => each.body),
      given.map((each) => (each.fault === undefined ? key : null)),
      endpointId,
      version,
    ],
  })
  return new Map(stored.rows.map((row) => [row.id, row.body]))
}
