import { type EventDefinition, jsonSchemaOf, listEvents } from '../events/define.ts'
import { findPositionBefore, type LoggedEvent, readLog } from '../events/log.ts'
import { compileSelection } from '../events/match.ts'
import { compileVisibility } from '../events/own-events.ts'
import { builder } from '../graphql/builder.ts'
import { callerOf, type Context } from '../graphql/context.ts'
import { PAGE_DEFAULT, PAGE_MAX } from '../graphql/limits/limits.ts'
import { pageOptions } from '../graphql/reading/paging.ts'
import { encodeCursor } from '../database/reading/cursor.ts'
import { EventEnvelope, EventWhere, toSelection } from './event-type.ts'
import { exampleOf } from './event-examples.ts'
import { filterFieldsOf } from './filter.ts'

/** A schema is some 2 kB of the answer, an example half a kB. */
const SCHEMA_POINTS = 10
const EXAMPLE_POINTS = 3

const EventTypeInfo = builder.objectRef<EventDefinition>('EventTypeInfo').implement({
  description: 'A kind of event: what it means, who may see it, what it looks like.',
  fields: (t) => ({
    name: t.expose('type', { type: 'EventType', description: 'Name, as in `type`.' }),
    description: t.exposeString('description', { description: 'When it happens.' }),
    scopes: t.stringList({
      description: 'Scopes that one needs, all of them, to see it.',
      resolve: (definition) => [...definition.scopes],
    }),
    isQuestion: t.boolean({
      description:
        'Asked of one hook (Mutation.syncHookSet) and answered; never in the log, so nobody subscribes to it.',
      resolve: (definition) => definition.isQuestion ?? false,
    }),
    filterFields: t.stringList({
      description:
        'Fields of a filter that can match it; an event without such a record does not match.',
      resolve: filterFieldsOf,
    }),
    jsonSchema: t.field({
      type: 'JSONObject',
      description: 'JSON Schema (draft 2020-12) of the whole body.',
      complexity: SCHEMA_POINTS,
      resolve: jsonSchemaOf,
    }),
    example: t.field({
      type: 'JSONObject',
      description: 'A whole body.',
      complexity: EXAMPLE_POINTS,
      resolve: exampleOf,
    }),
  }),
})

interface Page {
  events: LoggedEvent[]
  hasNextPage: boolean
  hasPreviousPage: boolean
  /** Everything up to here has been looked at. */
  endPosition: bigint
}

const EventEdge = builder.objectRef<LoggedEvent>('EventEdge').implement({
  description: 'An event with its place.',
  fields: (t) => ({
    cursor: t.field({
      type: 'EventCursor',
      description: 'Its place in the log.',
      resolve: (event) => event.position,
    }),
    node: t.field({ type: EventEnvelope, description: 'The event.', resolve: (event) => event }),
  }),
})

const EventConnection = builder.objectRef<Page>('EventConnection').implement({
  description: 'A page of the event log.',
  fields: (t) => ({
    nodes: t.field({
      type: [EventEnvelope],
      description: 'The events of the page, oldest first.',
      resolve: (page) => page.events,
    }),
    edges: t.field({
      type: [EventEdge],
      description: 'The events of the page with their cursors.',
      resolve: (page) => page.events,
    }),
    pageInfo: t.field({
      type: builder.pageInfoRef(),
      description: 'Where the page lies in the log.',
      resolve: (page) => ({
        hasNextPage: page.hasNextPage,
        hasPreviousPage: page.hasPreviousPage,
        startCursor: page.events[0] === undefined ? null : encodeCursor(page.events[0].position),
        endCursor: encodeCursor(page.endPosition),
      }),
    }),
  }),
})

/** Read at once, and at most so often for one page: a filter may match nothing for a long way. */
const SCAN_ROWS = 500
const MAX_SCANS = 4
/** Of looking through as much: a row that does not match is read, but neither sent nor looked up. */
const SCAN_POINTS = (SCAN_ROWS * MAX_SCANS) / 20

interface EventsArgs {
  after?: bigint | null | undefined
  first?: number | null | undefined
  since?: Date | null | undefined
  types?: string[] | null | undefined
  where?: typeof EventWhere.$inferInput | null | undefined
}

/** Where a page begins: behind a cursor, or with what was recorded from a moment on, whichever is later. */
async function findStart(context: Context, { after, since }: EventsArgs): Promise<bigint> {
  const cursor = after ?? 0n
  if (since == null) return cursor
  const { organizationId } = callerOf(context)
  const before = await findPositionBefore(context.database.pool, organizationId, since)
  return before > cursor ? before : cursor
}

async function readPage(context: Context, args: EventsArgs): Promise<Page> {
  const caller = callerOf(context)
  const first = Math.min(Math.max(args.first ?? PAGE_DEFAULT, 0), PAGE_MAX)
  const matches = compileSelection(toSelection(args.types, args.where))
  const maySee = compileVisibility(caller)
  const after = await findStart(context, args)
  const page: Page = {
    events: [],
    hasNextPage: true,
    hasPreviousPage: after > 0n,
    endPosition: after,
  }
  for (let scan = 0; scan < MAX_SCANS; scan++) {
    const rows = await readLog(
      context.database.pool,
      caller.organizationId,
      page.endPosition,
      SCAN_ROWS,
    )
    for (const event of rows) {
      const isWanted = matches(event) && maySee(event)
      if (isWanted && page.events.length === first) return page
      if (isWanted) page.events.push(event)
      page.endPosition = event.position
    }
    if (rows.length < SCAN_ROWS) return { ...page, hasNextPage: false }
  }
  return page
}

builder.queryFields((t) => ({
  eventTypes: t.field({
    type: [EventTypeInfo],
    description: 'Every kind of event, by name.',
    authScopes: { signedIn: true },
    complexity: () => ({ field: 1, multiplier: listEvents().length }),
    resolve: () => listEvents(),
  }),
  events: t.field({
    type: EventConnection,
    description:
      'The event log, oldest first: what happened and who did it. A page may be short, or empty, and yet have a next one where few events match; go on from pageInfo.endCursor.',
    authScopes: { signedIn: true },
    complexity: (args) => {
      const { field, multiplier } = pageOptions.complexity(args)
      const isNarrowed = args.types != null || args.where != null
      return { field: field + (isNarrowed ? SCAN_POINTS : 0), multiplier }
    },
    args: {
      after: t.arg({
        type: 'EventCursor',
        description: 'Only what came after; all when left out.',
      }),
      first: t.arg.int({ description: 'At most this many: 20 unless given, up to 100.' }),
      since: t.arg({
        type: 'DateTime',
        description: 'Only what was recorded from then on; `first: 0` gives its cursor alone.',
      }),
      types: t.arg({ type: ['EventType'], description: 'Exact types, "workorder.*" or "*".' }),
      where: t.arg({ type: EventWhere, description: 'Which ones; all when left out.' }),
    },
    resolve: (_root, args, context) => readPage(context, args),
  }),
}))
