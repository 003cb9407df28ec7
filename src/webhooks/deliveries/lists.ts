import { byMoment, byNumber, exactly, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { builder } from '../../graphql/builder.ts'
import { DeliveryStatusEnum } from './type.ts'

const deliveries = defineList('WebhookDelivery', {
  called: 'deliveries',
  where: {
    status: oneOf(DeliveryStatusEnum, 'In one of these states.'),
    types: oneOf('EventType', 'Of one of these exact event types.', 'eventType'),
    eventId: exactly('ID', 'Of this event.'),
    subjectId: exactly('ID', 'Of events about this record.'),
    created: byMoment('By creation.'),
    completedAt: byMoment('By when it succeeded, was given up, was cancelled or was skipped.'),
    nextAttemptAt: byMoment('By when it may be tried next.'),
    attemptCount: byNumber('By attempts so far.'),
    lastStatusCode: exactly('Int', 'Whose last attempt got this HTTP status.'),
    lastFailure: exactly('String', 'Whose last attempt failed so: "connect.refused".', 'lastError'),
  },
  orderBy: {
    CREATED: ['created', 'When the event reached it.'],
    COMPLETED_AT: ['completedAt', 'When it succeeded, was given up, was cancelled or was skipped.'],
    NEXT_ATTEMPT_AT: ['nextAttemptAt', 'When it may be tried next.'],
    ATTEMPT_COUNT: ['attemptCount', 'Attempts so far.'],
  },
  otherwise: [{ created: 'desc' }],
})

deliveries.query('webhookDeliveries', {
  description: 'Deliveries with their attempts, newest first unless ordered otherwise.',
  authScopes: { permission: 'webhooks:manage' },
  args: builder.args((t) => ({
    endpointId: t.id({ description: 'Of this endpoint, also after it was deleted.' }),
  })),
  fromArgs: ({ endpointId }) => (typeof endpointId === 'string' ? { endpointId } : {}),
})
