import type { InputFieldBuilder } from '@pothos/core'
import { AccessError } from '../../errors.ts'
import type { WebhookReplay } from '../../generated/prisma/client.ts'
import { WebhookReplayStatus } from '../../generated/prisma/enums.ts'
import { builder, type SchemaTypes } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { callerOf, scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { DeliveryStatusEnum } from '../deliveries/schema.ts'
import { idInput } from '../endpoints/input.ts'
import { cancelReplay, previewReplay, type ReplayPreview, startReplay } from './service.ts'
import { replayInput, retryExhaustedInput } from './replay-input.ts'

const permission = 'webhooks:manage'

const StatusEnum = builder.enumType('WebhookReplayStatus', {
  description: 'Where a replay stands.',
  values: {
    [WebhookReplayStatus.RUNNING]: {
      description: 'Sends, or waits while its endpoint is paused or disabled.',
    },
    [WebhookReplayStatus.COMPLETED]: { description: 'Everything was sent once.' },
    [WebhookReplayStatus.CANCELLED]: { description: 'Ended by a person, or with its endpoint.' },
  },
})

const countSent = (replay: WebhookReplay) => replay.succeeded + replay.failed
const countLeft = (replay: WebhookReplay) =>
  replay.status === 'RUNNING' ? Math.max(0, replay.total - countSent(replay)) : 0

const ReplayType = builder.prismaNode('WebhookReplay', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('webhookReplay', 'WebhookReplay'),
  description:
    'Deliveries of an endpoint that are sent once more: in order, one after the other, with the same event ids, beside what is delivered meanwhile.',
  authScopes: { permission },
  fields: (t) => ({
    endpointId: t.exposeID('endpointId', { description: 'Where it goes.' }),
    status: t.expose('status', { type: StatusEnum, description: 'Where it stands.' }),
    from: t.expose('fromTime', {
      type: 'DateTime',
      nullable: true,
      description: 'Only deliveries created then or later; null = all.',
    }),
    to: t.expose('toTime', {
      type: 'DateTime',
      nullable: true,
      description: 'Only deliveries created before; null = all.',
    }),
    types: t.expose('types', {
      type: ['EventType'],
      description: 'Only events of these types; empty = all.',
    }),
    statuses: t.expose('statuses', {
      type: [DeliveryStatusEnum],
      description: 'Only deliveries that stood so when their turn came.',
    }),
    perSecond: t.exposeInt('perSecond', { description: 'Deliveries per second, at most.' }),
    total: t.exposeInt('total', { description: 'Deliveries that matched when it was started.' }),
    sent: t.int({ description: 'Deliveries tried so far, once each.', resolve: countSent }),
    succeeded: t.exposeInt('succeeded', { description: 'Of these, how many succeeded.' }),
    failed: t.exposeInt('failed', { description: 'Of these, how many failed.' }),
    remaining: t.int({
      description:
        'Deliveries still to be tried, at most: one that ended otherwise meanwhile is left out.',
      resolve: countLeft,
    }),
    remainingSeconds: t.float({
      description: 'How long the rest takes, at least, seconds.',
      resolve: (replay) => countLeft(replay) / replay.perSecond,
    }),
    createdById: t.exposeID('createdById', { description: 'The user who started it.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was started.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it runs.',
    }),
  }),
})

const Preview = builder.objectRef<ReplayPreview>('WebhookReplayPreview').implement({
  description: 'What a replay would send; nothing is sent for it.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'Deliveries that match.' }),
    first: t.expose('first', {
      type: 'DateTime',
      nullable: true,
      description: 'When the oldest of them was created.',
    }),
    last: t.expose('last', {
      type: 'DateTime',
      nullable: true,
      description: 'When the newest of them was created.',
    }),
    perSecond: t.exposeFloat('perSecond', {
      description:
        'Deliveries per second to be expected: as asked for, unless the endpoint answers more slowly.',
    }),
    seconds: t.exposeFloat('seconds', { description: 'How long it would take, seconds.' }),
  }),
})

type Fields = InputFieldBuilder<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, 'InputObject'>

const selectionFields = (t: Fields) => ({
  endpointId: t.id({ required: true, description: 'The endpoint.' }),
  from: t.field({ type: 'DateTime', description: 'Only deliveries created then or later.' }),
  to: t.field({ type: 'DateTime', description: 'Only deliveries created before.' }),
  types: t.field({
    type: ['EventType'],
    description: 'Only these types; exact, "workorder.*" or "*". All when left out.',
  }),
  statuses: t.field({
    type: [DeliveryStatusEnum],
    description:
      'Only deliveries that ended so: EXHAUSTED for what was given up. SUCCEEDED, EXHAUSTED and CANCELLED when left out.',
  }),
  perSecond: paceField(t),
})

const paceField = (t: Fields) =>
  t.int({ description: 'Deliveries per second, at most: 1–100; 10 when left out.' })

const PreviewInput = builder.inputType('WebhookReplayPreviewInput', {
  description: 'Input of webhookReplayPreview, the same as of webhookReplayStart.',
  fields: selectionFields,
})

const replayPayload = {
  nullable: true as const,
  description: 'The replay. Read it again to see how far it has come.',
}

defineCommand('webhookReplayStart', {
  description:
    'Sends past deliveries of an endpoint once more: in order, at the pace given, with the same bodies and event ids and ";replay" in webhook-attempt. One replay per endpoint at a time; what happens meanwhile is delivered as always.',
  permission,
  schema: replayInput,
  input: selectionFields,
  run: startReplay,
  payload: (t) => ({
    replay: t.field({
      type: ReplayType,
      ...replayPayload,
      resolve: (payload): WebhookReplay | null => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookReplayCancel', {
  description: 'Ends a replay; at most the delivery that is under way still arrives.',
  permission,
  changes: null,
  recalls: true,
  schema: idInput,
  input: (t) => ({ id: t.id({ required: true, description: 'The replay.' }) }),
  run: cancelReplay,
  payload: (t) => ({
    replay: t.field({
      type: ReplayType,
      ...replayPayload,
      resolve: (payload): WebhookReplay | null => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookDeliveriesRetryExhausted', {
  description:
    'Sends everything once more that an endpoint was given up on: a replay of all EXHAUSTED deliveries, in the background however many they are.',
  permission,
  schema: retryExhaustedInput,
  input: (t) => ({
    endpointId: t.id({ required: true, description: 'The endpoint.' }),
    perSecond: paceField(t),
  }),
  run: startReplay,
  payload: (t) => ({
    replay: t.field({
      type: ReplayType,
      ...replayPayload,
      resolve: (payload): WebhookReplay | null => payload.result ?? null,
    }),
  }),
})

builder.queryFields((t) => ({
  webhookReplayPreview: t.field({
    type: Preview,
    nullable: true,
    description: 'Dry run of webhookReplayStart; null when there is no such endpoint.',
    authScopes: { permission },
    args: { input: t.arg({ type: PreviewInput, required: true, description: 'What to count.' }) },
    resolve: async (_root, args, context) => {
      const parsed = replayInput.safeParse(args.input)
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        throw new AccessError('BAD_USER_INPUT', `${issue?.path.join('.')}: ${issue?.message}`)
      }
      const { organizationId } = callerOf(context)
      const endpoint = await scopedPrisma(context).webhookEndpoint.findUnique({
        where: { id: parsed.data.endpointId, deletedAt: null },
        select: { id: true },
      })
      if (endpoint === null) return null
      const { pool } = context.database
      return previewReplay(
        async (text, values) => (await pool.query(text, values)).rows,
        organizationId,
        parsed.data,
      )
    },
  }),
  webhookReplay: t.prismaField({
    type: 'WebhookReplay',
    nullable: true,
    description: 'One replay and how far it has come; null when there is none with this id.',
    authScopes: { permission },
    args: { id: t.arg.id({ required: true, description: 'Id of the replay.' }) },
    resolve: (query, _root, { id }, context): Promise<WebhookReplay | null> =>
      scopedPrisma(context).webhookReplay.findUnique({ ...query, where: { id } }),
  }),
  webhookReplays: t.prismaConnection(
    {
      ...pageOptions,
      type: 'WebhookReplay',
      description: 'Replays, newest first.',
      authScopes: { permission },
      args: { endpointId: t.arg.id({ required: true, description: 'Of this endpoint.' }) },
      resolve: (query, _root, { endpointId }, context, info) =>
        readPage('WebhookReplay', query, context, info, {
          where: { endpointId },
          orderBy: [{ created: 'desc' }, { id: 'desc' }],
        }),
      totalCount: (_root, { endpointId }, context) =>
        scopedPrisma(context).webhookReplay.count({ where: { endpointId } }),
    },
    ...connectionNames('WebhookReplay'),
  ),
}))
