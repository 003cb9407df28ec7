import type { WebhookReplay } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { readInput } from '../../graphql/commands/input/read-input.ts'
import { callerOf, scopedPrisma } from '../../graphql/context.ts'
import { byId, byMoment, byNumber, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { replayPreview } from './fields.ts'
import { previewReplay } from './service.ts'
import { permission, Preview, StatusEnum } from './type.ts'

builder.queryFields((t) => ({
  webhookReplayPreview: t.field({
    type: Preview,
    nullable: true,
    description: 'Dry run of webhookReplayStart; null when there is no such endpoint.',
    authScopes: { permission },
    args: {
      input: t.arg({ type: replayPreview.type, required: true, description: 'What to count.' }),
    },
    resolve: async (_root, args, context) => {
      const asked = readInput(replayPreview, args.input)
      const { organizationId } = callerOf(context)
      const endpoint = await scopedPrisma(context).webhookEndpoint.findUnique({
        where: { id: asked.endpointId, deletedAt: null },
        select: { id: true },
      })
      if (endpoint === null) return null
      const { pool } = context.database
      return previewReplay(
        async (text, values) => (await pool.query(text, values)).rows,
        organizationId,
        asked,
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
