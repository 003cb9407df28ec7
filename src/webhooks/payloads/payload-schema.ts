import { WebhookPayloadStatus } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import type { StoredPayloadFault } from './payload-status.ts'

export const PayloadStatus = builder.enumType('WebhookPayloadStatus', {
  description: 'Whether the document of an endpoint can be rendered.',
  values: {
    [WebhookPayloadStatus.VALID]: {
      description: 'It could be for every event since it was saved.',
    },
    [WebhookPayloadStatus.INVALID]: {
      description:
        'It could not be for some event, or no longer fits the schema: see payloadError. Those events go out in the form of the catalogue.',
    },
  },
})

export const PayloadFault = builder.objectRef<StoredPayloadFault>('WebhookPayloadFault').implement({
  description: 'Why a document could not be rendered, when that first happened after it was saved.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'INVALID_DOCUMENT, FORBIDDEN, QUERY_TIMEOUT, TOO_LARGE or INTERNAL.',
    }),
    message: t.exposeString('message', { description: 'The fault for a person.' }),
    eventId: t.id({
      nullable: true,
      description: 'The event it failed for; null when the document itself no longer fits.',
      resolve: (fault) => fault.eventId ?? null,
    }),
    eventType: t.field({
      type: 'EventType',
      nullable: true,
      description: 'Type of that event.',
      resolve: (fault) => fault.eventType ?? null,
    }),
    at: t.field({
      type: 'DateTime',
      description: 'When it happened.',
      resolve: (fault) => new Date(fault.at),
    }),
  }),
})
