import type { InputFieldBuilder } from '@pothos/core'
import { AccessError } from '../../errors.ts'
import type { WebhookReplay } from '../../generated/prisma/client.ts'
import { builder, type SchemaTypes } from '../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../graphql/context.ts'
import { byId, byMoment, byNumber, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { DeliveryStatusEnum } from '../deliveries/type.ts'
import { previewReplay } from './service.ts'
import { replayInput } from './replay-input.ts'
import { permission, Preview, StatusEnum } from './type.ts'

type Fields = InputFieldBuilder<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, 'InputObject'>

export const selectionFields = (t: Fields) => ({
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

export const paceField = (t: Fields) =>
  t.int({ description: 'Deliveries per second, at most: 1–100; 10 when left out.' })

const PreviewInput = builder.inputType('WebhookReplayPreviewInput', {
  description: 'Input of webhookReplayPreview, the same as of webhookReplayStart.',
  fields: selectionFields,
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
}))

const replays = defineList('WebhookReplay', {
  called: 'replays',
  where: {
    statuses: oneOf(StatusEnum, 'In one of these states.', 'status'),
    createdById: byId('By who started it.'),
    created: byMoment('By when it was started.'),
    finishedAt: byMoment('By when it ended.'),
    total: byNumber('By how many deliveries it has.'),
  },
  orderBy: {
    CREATED: ['created', 'When it was started.'],
    FINISHED_AT: ['finishedAt', 'When it ended; those under way last going up.'],
    TOTAL: ['total', 'How many deliveries it has.'],
    STATUS: ['status', 'Where it stands.'],
  },
  otherwise: [{ created: 'desc' }],
})

replays.query('webhookReplays', {
  description: 'Replays, newest first unless ordered otherwise.',
  authScopes: { permission },
  args: builder.args((t) => ({
    endpointId: t.id({ required: true, description: 'Of this endpoint.' }),
  })),
  fromArgs: ({ endpointId }) => ({ endpointId: String(endpointId) }),
})
