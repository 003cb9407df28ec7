import { z } from 'zod'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { field, inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { eventType, id } from '../../graphql/commands/input/fields.ts'
import type { PayloadFault as Fault } from './payload-document.ts'
import { planPreview, type Preview, renderPreview } from './preview.ts'

const Basis = builder.enumType('WebhookPayloadPreviewBasis', {
  description: 'Where the event of a preview comes from.',
  values: {
    EVENT: { description: 'The newest event of this type about the record: it did happen.' },
    SNAPSHOT: {
      description:
        'The record as the newest event about it shows it, as an event of this type would hold it.',
    },
    EXAMPLE: {
      description:
        'The example of the catalogue with the id of the record: nothing in the log has its form.',
    },
  } as const,
})

const PreviewFault = builder.objectRef<Fault>('WebhookPayloadPreviewFault').implement({
  description:
    'Why a preview has the form of the catalogue although there is a document, or is reduced.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'INVALID_DOCUMENT, FORBIDDEN, QUERY_TIMEOUT, TOO_LARGE or INTERNAL.',
    }),
    message: t.exposeString('message', { description: 'The fault for a person.' }),
  }),
})

const PreviewType = builder.objectRef<Preview>('WebhookPayloadPreview').implement({
  description: 'What an endpoint would be sent.',
  fields: (t) => ({
    body: t.exposeString('body', { description: 'The exact text, as it would be signed.' }),
    payload: t.field({
      type: 'JSONObject',
      description: 'The same as an object.',
      resolve: (preview) => JSON.parse(preview.body) as Record<string, unknown>,
    }),
    basis: t.expose('basis', { type: Basis, description: 'Where the event comes from.' }),
    fault: t.field({
      type: PreviewFault,
      nullable: true,
      description:
        'Why the document could not be rendered for it, or why it is reduced; null when neither is so.',
      resolve: (preview) => preview.fault ?? null,
    }),
  }),
})

const previewInput = inputOf({
  endpointId: id(
    'With the document, the rights and the limit of this endpoint. Left out: as for an endpoint without an integration.',
  ).optional(),
  payload: field(
    'String',
    z.string(),
    "With this document instead of the endpoint's own.",
  ).optional(),
  eventType: eventType('Exact type; Query.eventTypes lists them.'),
  subjectId: id('The record that the event is about.'),
})
export type PreviewInput = ValueOf<typeof previewInput>

defineCommand('webhookPayloadPreview', {
  description:
    'Shows the payload of any type of event on one of your records, with the document of an endpoint, another document, or none. Sends nothing and changes nothing.',
  permission: 'webhooks:manage',
  input: previewInput,
  run: (unit, input, _context, { schema }) => planPreview(unit, schema, input),
  payload: (t) => ({
    preview: t.field({
      type: PreviewType,
      nullable: true,
      description: 'What would be sent.',
      resolve: ({ result }, _args, context, { schema }): Promise<Preview> | null =>
        result === undefined ? null : renderPreview(context, schema, result),
    }),
  }),
})
