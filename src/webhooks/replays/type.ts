import type { WebhookReplay } from '../../generated/prisma/client.ts'
import { WebhookReplayStatus } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { DeliveryStatusEnum } from '../deliveries/type.ts'
import { type ReplayPreview } from './service.ts'

export const permission = 'webhooks:manage'

export const StatusEnum = builder.enumType('WebhookReplayStatus', {
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

export const ReplayType = builder.prismaNode('WebhookReplay', {
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

export const Preview = builder.objectRef<ReplayPreview>('WebhookReplayPreview').implement({
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
