import type { Actor as RecordedActor } from '../access/caller.ts'
import { AccessError } from '../errors.ts'
import type { LoggedEvent } from '../events/log.ts'
import { MAX_FILTER_IDS, type Selection } from '../events/match.ts'
import { builder } from '../graphql/builder.ts'
import { inputType } from '../graphql/commands/input/field.ts'
import { ids } from '../graphql/commands/input/fields.ts'
import { faultOfPatterns } from './event-patterns.ts'
import { toFacetFilter } from './filter.ts'
import { loadRecord } from './load-records.ts'
import { memo } from '../database/memo.ts'

const ActorType = builder.enumType('ActorType', {
  description: 'Kind of whoever caused an event.',
  values: {
    USER: { description: 'A signed-in person.' },
    API_KEY: { description: 'A machine with an API key.' },
    SYSTEM: { description: 'Plantroom itself.' },
  },
})

const Actor = builder.objectRef<RecordedActor>('Actor').implement({
  description: 'Who caused an event.',
  fields: (t) => ({
    type: t.field({
      type: ActorType,
      description: 'Kind of actor.',
      resolve: (actor) => actor.type,
    }),
    // Not `id`: caches that know records by it would take it for the user or the key.
    actorId: t.id({
      nullable: true,
      description: 'Id of the user or API key; null for the system.',
      resolve: (actor) => actor.id ?? null,
    }),
  }),
})

/** The one GraphQL form of an event: lists, streams and webhooks carry the same fields. */
export const EventEnvelope = builder.objectRef<LoggedEvent>('EventEnvelope').implement({
  description:
    'Something that happened: the same envelope, id and data as the signed webhook, with its place in the log.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Unique id; the same in webhooks and streams. Deduplicate on it.',
    }),
    type: t.expose('type', { type: 'EventType', description: 'What happened.' }),
    organizationId: t.exposeID('organizationId', {
      description: 'Organization where it happened.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When it happened.' }),
    position: t.expose('position', {
      type: 'BigInt',
      description: 'Place in the log of the organization: 1, 2, 3, … without a gap.',
    }),
    cursor: t.field({
      type: 'EventCursor',
      description: 'Resume `after` this event.',
      resolve: (event) => event.position,
    }),
    livemode: t.boolean({
      description: 'False for test events.',
      resolve: (event) => bodyOf(event).livemode,
    }),
    data: t.field({
      type: 'JSONObject',
      description:
        '`object`, the record after the change, and `previousAttributes` where an existing record changed.',
      resolve: (event) => bodyOf(event).data,
    }),
    body: t.exposeString('body', {
      description:
        'The whole as text, to the byte as it is stored and as a webhook without a payload document signs it.',
    }),
    changedFields: t.stringList({
      description: 'Names of the changed fields; empty when nothing existing was changed.',
      resolve: (event) => [...event.changedFields],
    }),
    actor: t.field({
      type: Actor,
      description: 'Who caused it.',
      resolve: (event) => event.actor,
    }),
    subject: t.field({
      type: builder.nodeInterfaceRef(),
      nullable: true,
      description:
        'The record that the event is about, as it is now; null when it no longer exists or has no type of its own.',
      resolve: (event, _args, context, info) => loadRecord(context, info, event.subjectId),
    }),
  }),
})

interface ParsedBody {
  data: Record<string, unknown>
  livemode: boolean
}

/** The stored text, parsed once however many of its fields are asked for. */
const bodyOf = memo((event: LoggedEvent): ParsedBody => JSON.parse(event.body))

/** What events are about: the same fields wherever events are chosen. */
const ABOUT = {
  locationIds: 'locations or anything below them',
  siteIds: 'sites',
  assetIds: 'assets',
  assetTypeIds: 'asset types',
  workOrderIds: 'work orders',
  resourceIds: 'resources',
  scheduleIds: 'schedules of rates',
  quotationIds: 'quotations',
  subjectIds: 'records',
}

function aboutEach<T>(make: (description: string) => T): Record<keyof typeof ABOUT, T> {
  const fields = Object.entries(ABOUT).map(([name, what]) => [
    name,
    make(
      `Only events of one of these ${what} (1–${MAX_FILTER_IDS} ids). An event without any does not match.`,
    ),
  ])
  return Object.fromEntries(fields) as Record<keyof typeof ABOUT, T>
}

export const EventWhere = builder.inputType('EventWhere', {
  description:
    'Narrows events down: all given fields must match, one id of each list suffices. Looks at the event as it was recorded, not at the record as it is now.',
  fields: (t) => ({
    ...aboutEach((description) => t.idList({ description })),
    changedFields: t.stringList({
      description: 'Of the `*.updated` events only those where one of these fields changed.',
    }),
  }),
})

export const webhookFilter = inputType(
  'WebhookFilterInput',
  'Which events an endpoint gets, by what they are about: all given fields must match, one id of each list suffices.',
  aboutEach((description) =>
    ids({ max: MAX_FILTER_IDS }, description)
      .refine(
        (list) => list.length > 0,
        'must not be empty; leave it out to let everything through',
      )
      .clearable(),
  ),
)

/**
 * What a reader of events asked for, in the form that events are matched with.
 * @throws AccessError BAD_USER_INPUT for an unknown event type or too long a list.
 */
export function toSelection(
  types: readonly string[] | null | undefined,
  where: typeof EventWhere.$inferInput | null | undefined,
): Selection {
  const fault = faultOfPatterns(types ?? [])
  if (fault !== undefined) throw new AccessError('BAD_USER_INPUT', fault)
  for (const [name, list] of Object.entries(where ?? {})) {
    if (list != null && list.length > MAX_FILTER_IDS) {
      throw new AccessError('BAD_USER_INPUT', `${name}: at most ${MAX_FILTER_IDS} are allowed`)
    }
  }
  return {
    types: types ?? undefined,
    filter: toFacetFilter(where ?? {}),
    changedFields: where?.changedFields ?? undefined,
  }
}
