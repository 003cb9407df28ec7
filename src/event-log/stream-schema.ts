import type { ArgBuilder } from '@pothos/core'
import { AccessError } from '../errors.ts'
import { compileSelection, type FacetFilter } from '../events/match.ts'
import { compileVisibility } from '../events/own-events.ts'
import type { EventStream } from '../events/stream.ts'
import type { CheckpointItem } from '../events/stream-log.ts'
import type { GapItem, StreamItem } from '../events/stream-subscription.ts'
import { builder, type SchemaTypes } from '../graphql/builder.ts'
import { type Context, callerOf } from '../graphql/context.ts'
import { EventEnvelope, EventWhere, toSelection } from './event-type.ts'

declare module '../graphql/context.ts' {
  interface Context {
    /** Absent where nothing is served, as in a worker that renders a payload. */
    stream?: EventStream | undefined
  }
}

const HEARTBEAT_SECONDS = { least: 5, most: 300, default: 30 }

export const StreamCheckpoint = builder.objectRef<CheckpointItem>('StreamCheckpoint').implement({
  description:
    'How far the stream has come. Sent when the end of the log is reached for the first time, and whenever nothing else was sent for `heartbeatSeconds`: a filter may match nothing for hours.',
  fields: (t) => ({
    cursor: t.field({
      type: 'EventCursor',
      description: 'Resume `after` it: everything before was sent or did not match.',
      resolve: (item) => item.position,
    }),
    caughtUp: t.boolean({
      description: 'True at the end of the log: what comes next is live.',
      resolve: (item) => item.caughtUp,
    }),
  }),
})

const StreamGapReason = builder.enumType('StreamGapReason', {
  description: 'Why events are missing from a stream.',
  values: {
    RETENTION: {
      description:
        'The events after the cursor were removed by age. The stream goes on after `oldestAvailable`.',
    },
    FUTURE_CURSOR: {
      description:
        'The cursor lies beyond the end of the log, as after the restore of a backup. The stream goes on at the end.',
    },
  },
})

export const StreamGap = builder.objectRef<GapItem>('StreamGap').implement({
  description:
    'The stream could not go on where the cursor was: fetch the present state anew, then go on reading.',
  fields: (t) => ({
    oldestAvailable: t.field({
      type: 'EventCursor',
      description: 'Resuming `after` it gives the oldest event that is kept.',
      resolve: (item) => item.oldestAvailable,
    }),
    reason: t.field({
      type: StreamGapReason,
      description: 'Why events are missing.',
      resolve: (item) => item.reason,
    }),
  }),
})

const EventStreamItem = builder.unionType('EventStreamItem', {
  description: 'An event, or word of how far the stream has come, or of events that are missing.',
  types: [EventEnvelope, StreamCheckpoint, StreamGap],
  resolveType: (item) => {
    if (!('kind' in item)) return 'EventEnvelope'
    return item.kind === 'gap' ? 'StreamGap' : 'StreamCheckpoint'
  },
})

type Arguments = ArgBuilder<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>>

/** Arguments of every subscription that reads the log. */
export const logArguments = (arg: Arguments) => ({
  after: arg({
    type: 'EventCursor',
    description:
      'Cursor of the last item seen; the stream goes on right after it. Without it, from now on.',
  }),
  where: arg({ type: EventWhere, description: 'Only events that match.' }),
  heartbeatSeconds: arg.int({
    defaultValue: HEARTBEAT_SECONDS.default,
    description: `A checkpoint is sent when nothing else was for this long, in seconds (${HEARTBEAT_SECONDS.least}–${HEARTBEAT_SECONDS.most}).`,
  }),
})

interface LogRequest {
  after?: bigint | null | undefined
  where?: typeof EventWhere.$inferInput | null | undefined
  heartbeatSeconds?: number | null | undefined
}

/**
 * Events of the caller's organization that they may read and that were asked for.
 * @param chosen types: exact, `workorder.*` or `*`, none = all; about: facets that they must have
 * beside those of `request.where`
 * @throws AccessError BAD_USER_INPUT for an unknown type, too long a list or a wrong heartbeat;
 * UNAVAILABLE in a process without a stream.
 */
export function subscribeToLog(
  context: Context,
  request: LogRequest,
  chosen: { types?: readonly string[] | null | undefined; about?: FacetFilter | undefined },
): AsyncIterable<StreamItem> {
  const caller = callerOf(context)
  if (context.stream === undefined) {
    throw new AccessError('UNAVAILABLE', 'This process serves no live stream')
  }
  const seconds = request.heartbeatSeconds ?? HEARTBEAT_SECONDS.default
  if (seconds < HEARTBEAT_SECONDS.least || seconds > HEARTBEAT_SECONDS.most) {
    throw new AccessError(
      'BAD_USER_INPUT',
      `heartbeatSeconds must be ${HEARTBEAT_SECONDS.least} to ${HEARTBEAT_SECONDS.most}`,
    )
  }
  const matches = compileSelection(toSelection(chosen.types, request.where))
  const isAbout = compileSelection({ filter: chosen.about })
  const maySee = compileVisibility(caller)
  return context.stream.subscribe({
    organizationId: caller.organizationId,
    after: request.after ?? undefined,
    heartbeatMs: seconds * 1_000,
    select: (event) => maySee(event) && matches(event) && isAbout(event),
  })
}

builder.subscriptionField('events', (t) =>
  t.field({
    type: EventStreamItem,
    description:
      'Domain events in commit order: the same envelope, ids and data as the signed webhooks. Every event of the selection that you may read, each exactly once; after a cut resume `after` the last cursor seen.',
    authScopes: { signedIn: true },
    // One item looks the same to all who may read the same and ask with the same document: see
    // server/shared-execution.ts.
    extensions: { sharedByAuthorization: true },
    args: {
      ...logArguments(t.arg),
      types: t.arg({
        type: ['EventType'],
        description: 'Only these types; exact, `workorder.*` or `*`. Default: all.',
      }),
    },
    subscribe: (_root, args, context) => subscribeToLog(context, args, { types: args.types }),
    resolve: (item) => (item.kind === 'event' ? item.event : item),
  }),
)
