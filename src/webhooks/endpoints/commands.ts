import { z } from 'zod'
import { webhookFilter } from '../../event-log/event-type.ts'
import { faultOfPatterns } from '../../event-log/event-patterns.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { field, inputOf, inputType, type ValueOf } from '../../graphql/commands/input/field.ts'
import {
  boolean,
  eventType,
  id,
  int,
  listOf,
  oneOf,
  onlyId,
  text,
} from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordField, recordPayload } from '../../graphql/commands/payloads.ts'
import { pauseEndpoint, resumeEndpoint, rotateSecret } from '../life/endpoint-life.ts'
import { findHeaderFaults } from './custom-headers.ts'
import { createEndpoint, deleteEndpoint, updateEndpoint } from './service.ts'
import { EndpointType, OrderingEnum } from './type.ts'

const permission = 'webhooks:manage'
const ENDPOINT_ID = 'The endpoint.'

const PAYLOAD =
  'A GraphQL document that shapes `data`: the `subscription { events { … on EventEnvelope { … } } }` of a dashboard, at most 8 KB, 10 levels and 1,000 points. Its arguments choose nothing here. It is rendered once for each event, with reading rights and at most those of the integration: fields of the event as it was recorded, `subject` as it is then. What cannot be rendered goes out in the form of the catalogue with `payloadError` beside `data`.'

const MAX_BODY_BYTES =
  'Bytes that the receiver takes of a body, 1024–10485760. What is larger is sent with nothing but the id under `data.object` and `payloadError` (TOO_LARGE) beside `data`, under the same event id; Query.events has the whole.'

const HEADER = 'A header that is sent with every delivery. Its value is stored encrypted.'
const any = (words: string) => field('String', z.string(), words)

const newHeader = inputType('WebhookHeaderInput', HEADER, {
  name: any(
    'Name; not host, user-agent, content-*, webhook-*, x-infodeck-* or one that concerns the connection.',
  ),
  value: any('Value: 1–2000 visible ASCII characters.'),
})

const changedHeader = inputType('WebhookHeaderChangeInput', HEADER, {
  name: any('Name, as when it is registered.'),
  value: any('Value; left out, the one stored under this name stays.').clearable(),
})

function refuseFaults(
  headers: readonly { name: string; value?: string | null | undefined }[],
  context: z.RefinementCtx,
): void {
  // The value that is kept was judged when it was given.
  const whole = headers.map(({ name, value }) => ({ name, value: value ?? 'kept' }))
  for (const { index, field: part, message } of findHeaderFaults(whole)) {
    const path = [index, part].filter((step) => step !== undefined)
    context.addIssue({ code: 'custom', path, message })
  }
}

const eventTypes = listOf(
  eventType(''),
  { min: 1, max: 100, distinct: true },
  '{min}–{max} types: exact, "workorder.*" or "*". Query.eventTypes lists them.',
).check(faultOfPatterns)
const name = text({ min: 0, max: 100 }, 'What people call it, up to {max} characters.')
const description = text({ min: 0, max: 1_000 }, 'Notes, up to 1000 characters.')
const filter = webhookFilter.describe('Only events about these records.')
const changedFields = listOf(
  text({ max: 100, trim: false }, ''),
  { max: 50 },
  'Of the `*.updated` events only those where one of these (up to {max}) changed.',
)
const maxInFlight = int(
  { min: 1, max: 50 },
  'Requests under way at once, {min}–{max}; 10. With ordering ENDPOINT always one.',
)
/** No body that was reduced is as large, and none that an event has is larger. */
const maxBodyBytes = int(
  { min: 1_024, max: 10_485_760 },
  `${MAX_BODY_BYTES} Without it all is sent whole.`,
)
/** Whether it is a document that can be rendered is found out with the schema. */
const payload = any(PAYLOAD).refine(
  (document) => document !== '',
  'must not be empty; null is the form of the catalogue',
)

const createInput = inputOf({
  url: any('Public HTTPS URL on port 443, 8443 or from 1024 up; no user name in it.'),
  eventTypes,
  name: name.optional(),
  description: description.optional(),
  customHeaders: field(
    [newHeader.type],
    z.array(newHeader.rule).superRefine(refuseFaults),
    'Up to 20 headers to send along.',
  ).optional(),
  filter: filter.optional(),
  changedFields: changedFields.optional(),
  ordering: oneOf(OrderingEnum, 'Order of the events; ENDPOINT.').optional(),
  maxInFlight: maxInFlight.optional(),
  maxBodyBytes: maxBodyBytes.optional(),
  integrationId: id(
    'The system that gets the events: it must hold every scope that they need, now and whenever one is sent. Without it nothing is left out.',
  ).optional(),
  payload: payload.optional(),
})
export type CreateEndpointInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id(ENDPOINT_ID),
  url: any(
    'New URL; also for what waits already. When it leads to another host, custom headers must be given again with their values, or removed.',
  ).optional(),
  eventTypes: eventTypes.describe('New types, all of them.').optional(),
  name: name.describe('New name; null removes it.').clearable(),
  description: description.describe('New notes; null removes them.').clearable(),
  customHeaders: field(
    [changedHeader.type],
    z.array(changedHeader.rule).superRefine(refuseFaults),
    'New headers, all of them; null removes them.',
  ).clearable(),
  filter: filter.describe('New filter; null removes it.').clearable(),
  changedFields: changedFields.describe('New list; null removes the condition.').clearable(),
  ordering: oneOf(OrderingEnum, 'New order.').optional(),
  maxInFlight: maxInFlight.describe('New number of requests at once, {min}–{max}.').optional(),
  maxBodyBytes: maxBodyBytes
    .describe(
      `New limit, also for what waits; null lifts it. The few that are reduced already stay so: every attempt has the same bytes. ${MAX_BODY_BYTES}`,
    )
    .clearable(),
  integrationId: id('New system; null lifts the bound of its scopes.').clearable(),
  payload: payload
    .describe(
      `New document, also for what waits and was not tried yet; null = the form of the catalogue. Saving the present one again makes an INVALID one VALID if it can be. ${PAYLOAD}`,
    )
    .clearable(),
})
export type UpdateEndpointInput = ValueOf<typeof updateInput>

const resumeInput = inputOf({
  id: id(ENDPOINT_ID),
  skipBuffered: boolean(
    'True cancels what was kept and goes on with what happens from now on.',
  ).default(false, { shown: true }),
})
export type ResumeEndpointInput = ValueOf<typeof resumeInput>

const rotateInput = inputOf({
  id: id(ENDPOINT_ID),
  graceSeconds: int(
    { min: 0, max: 604_800 },
    'How long the old secret signs too: 0–604800 seconds. 0 ends it now.',
  ).default(86_400, { shown: true }),
})
export type RotateSecretInput = ValueOf<typeof rotateInput>

defineCommand('webhookEndpointCreate', {
  description:
    'Registers a URL for events. The signing secret is shown in this answer and never again.',
  permission,
  input: createInput,
  run: (unit, input, { config }, { schema }) => createEndpoint(unit, config, schema, input),
  payload: (t) => ({
    ...recordField(t, 'endpoint', EndpointType, 'The new endpoint.', ({ endpoint }) => endpoint),
    signingSecret: t.string({
      nullable: true,
      description:
        'The whole secret that deliveries are signed with. Keep it: it is not shown again.',
      resolve: (payload) => payload.result?.signingSecret ?? null,
    }),
  }),
})

defineCommand('webhookEndpointUpdate', {
  description: 'Changes an endpoint; what is left out stays.',
  permission,
  recalls: true,
  input: updateInput,
  run: (unit, input, { config }, { schema }) => updateEndpoint(unit, config, schema, input),
  payload: recordPayload('endpoint', EndpointType, 'The endpoint after the change.'),
})

defineCommand('webhookEndpointDelete', {
  description:
    'Deletes an endpoint and its secrets. What waits is cancelled; the log of what was sent stays for its time.',
  permission,
  recalls: true,
  input: onlyId(ENDPOINT_ID),
  run: deleteEndpoint,
  payload: deletedPayload('Id of the endpoint that is gone.'),
})

defineCommand('webhookEndpointPause', {
  description: 'Stops sending to an endpoint; its events are kept until it is resumed.',
  permission,
  recalls: true,
  input: onlyId(ENDPOINT_ID),
  run: pauseEndpoint,
  payload: recordPayload('endpoint', EndpointType, 'The endpoint, paused.'),
})

defineCommand('webhookEndpointResume', {
  description:
    'Sends to a paused or disabled endpoint again. What was kept goes out first, in order, or is skipped.',
  permission,
  recalls: true,
  input: resumeInput,
  run: resumeEndpoint,
  payload: recordPayload('endpoint', EndpointType, 'The endpoint, active.'),
})

defineCommand('webhookEndpointRotateSecret', {
  description:
    'Gives an endpoint a new signing secret. Until the grace ends every delivery carries both signatures, the old one first.',
  permission,
  recalls: true,
  input: rotateInput,
  run: (unit, input, { config }) => rotateSecret(unit, config, input),
  payload: (t) => ({
    ...recordField(
      t,
      'endpoint',
      EndpointType,
      'The endpoint with the new secret.',
      ({ endpoint }) => endpoint,
    ),
    signingSecret: t.string({
      nullable: true,
      description: 'The new secret. Keep it: it is not shown again.',
      resolve: (payload) => payload.result?.signingSecret ?? null,
    }),
  }),
})
