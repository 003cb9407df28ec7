import type { WebhookEndpoint } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { pauseEndpoint, resumeEndpoint, rotateSecret } from '../life/endpoint-life.ts'
import { EndpointType, OrderingEnum } from './type.ts'
import { WebhookFilterInput } from '../../event-log/event-type.ts'
import {
  createEndpointInput,
  endpointInput,
  resumeEndpointInput,
  rotateSecretInput,
  updateEndpointInput,
} from './input.ts'
import { createEndpoint, deleteEndpoint, updateEndpoint } from './service.ts'

const permission = 'webhooks:manage'
const ENDPOINT_ID = 'The endpoint.'

const PAYLOAD =
  'A GraphQL document that shapes `data`: the `subscription { events { … on EventEnvelope { … } } }` of a dashboard, at most 8 KB, 10 levels and 1,000 points. Its arguments choose nothing here. It is rendered once for each event, with reading rights and at most those of the integration: fields of the event as it was recorded, `subject` as it is then. What cannot be rendered goes out in the form of the catalogue with `payloadError` beside `data`.'

const MAX_BODY_BYTES =
  'Bytes that the receiver takes of a body, 1024–10485760. What is larger is sent with nothing but the id under `data.object` and `payloadError` (TOO_LARGE) beside `data`, under the same event id; Query.events has the whole.'

const NewHeader = builder.inputType('WebhookHeaderInput', {
  description: 'A header that is sent with every delivery. Its value is stored encrypted.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'Name; not host, user-agent, content-*, webhook-*, x-infodeck-* or one that concerns the connection.',
    }),
    value: t.string({ required: true, description: 'Value: 1–2000 visible ASCII characters.' }),
  }),
})

const ChangedHeader = builder.inputType('WebhookHeaderChangeInput', {
  description: 'A header that is sent with every delivery. Its value is stored encrypted.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name, as when it is registered.' }),
    value: t.string({ description: 'Value; left out, the one stored under this name stays.' }),
  }),
})

defineCommand('webhookEndpointCreate', {
  description:
    'Registers a URL for events. The signing secret is shown in this answer and never again.',
  permission,
  schema: createEndpointInput,
  input: (t) => ({
    url: t.string({
      required: true,
      description: 'Public HTTPS URL on port 443, 8443 or from 1024 up; no user name in it.',
    }),
    eventTypes: t.field({
      type: ['EventType'],
      required: true,
      description: '1–100 types: exact, "workorder.*" or "*". Query.eventTypes lists them.',
    }),
    name: t.string({ description: 'What people call it, up to 100 characters.' }),
    description: t.string({ description: 'Notes, up to 1000 characters.' }),
    customHeaders: t.field({ type: [NewHeader], description: 'Up to 20 headers to send along.' }),
    filter: t.field({ type: WebhookFilterInput, description: 'Only events about these records.' }),
    changedFields: t.stringList({
      description: 'Of the `*.updated` events only those where one of these (up to 50) changed.',
    }),
    ordering: t.field({ type: OrderingEnum, description: 'Order of the events; ENDPOINT.' }),
    maxInFlight: t.int({
      description: 'Requests under way at once, 1–50; 10. With ordering ENDPOINT always one.',
    }),
    maxBodyBytes: t.int({ description: `${MAX_BODY_BYTES} Without it all is sent whole.` }),
    integrationId: t.id({
      description:
        'The system that gets the events: it must hold every scope that they need, now and whenever one is sent. Without it nothing is left out.',
    }),
    payload: t.string({ description: PAYLOAD }),
  }),
  run: (unit, input, { config }, { schema }) => createEndpoint(unit, config, schema, input),
  payload: (t) => ({
    endpoint: t.field({
      type: EndpointType,
      nullable: true,
      description: 'The new endpoint.',
      resolve: (payload): WebhookEndpoint | null => payload.result?.endpoint ?? null,
    }),
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
  schema: updateEndpointInput,
  input: (t) => ({
    id: t.id({ required: true, description: ENDPOINT_ID }),
    url: t.string({
      description:
        'New URL; also for what waits already. When it leads to another host, custom headers must be given again with their values, or removed.',
    }),
    eventTypes: t.field({ type: ['EventType'], description: 'New types, all of them.' }),
    name: t.string({ description: 'New name; null removes it.' }),
    description: t.string({ description: 'New notes; null removes them.' }),
    customHeaders: t.field({
      type: [ChangedHeader],
      description: 'New headers, all of them; null removes them.',
    }),
    filter: t.field({ type: WebhookFilterInput, description: 'New filter; null removes it.' }),
    changedFields: t.stringList({ description: 'New list; null removes the condition.' }),
    ordering: t.field({ type: OrderingEnum, description: 'New order.' }),
    maxInFlight: t.int({ description: 'New number of requests at once, 1–50.' }),
    maxBodyBytes: t.int({
      description: `New limit, also for what waits; null lifts it. The few that are reduced already stay so: every attempt has the same bytes. ${MAX_BODY_BYTES}`,
    }),
    integrationId: t.id({ description: 'New system; null lifts the bound of its scopes.' }),
    payload: t.string({
      description: `New document, also for what waits and was not tried yet; null = the form of the catalogue. Saving the present one again makes an INVALID one VALID if it can be. ${PAYLOAD}`,
    }),
  }),
  run: (unit, input, { config }, { schema }) => updateEndpoint(unit, config, schema, input),
  payload: (t) => ({
    endpoint: t.field({
      type: EndpointType,
      nullable: true,
      description: 'The endpoint after the change.',
      resolve: (payload): WebhookEndpoint | null => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookEndpointDelete', {
  description:
    'Deletes an endpoint and its secrets. What waits is cancelled; the log of what was sent stays for its time.',
  permission,
  recalls: true,
  schema: endpointInput,
  input: (t) => ({
    id: t.id({ required: true, description: ENDPOINT_ID }),
  }),
  run: deleteEndpoint,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the endpoint that is gone.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookEndpointPause', {
  description: 'Stops sending to an endpoint; its events are kept until it is resumed.',
  permission,
  recalls: true,
  schema: endpointInput,
  input: (t) => ({
    id: t.id({ required: true, description: ENDPOINT_ID }),
  }),
  run: pauseEndpoint,
  payload: (t) => ({
    endpoint: t.field({
      type: EndpointType,
      nullable: true,
      description: 'The endpoint, paused.',
      resolve: (payload): WebhookEndpoint | null => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookEndpointResume', {
  description:
    'Sends to a paused or disabled endpoint again. What was kept goes out first, in order, or is skipped.',
  permission,
  recalls: true,
  schema: resumeEndpointInput,
  input: (t) => ({
    id: t.id({ required: true, description: ENDPOINT_ID }),
    skipBuffered: t.boolean({
      defaultValue: false,
      description: 'True cancels what was kept and goes on with what happens from now on.',
    }),
  }),
  run: resumeEndpoint,
  payload: (t) => ({
    endpoint: t.field({
      type: EndpointType,
      nullable: true,
      description: 'The endpoint, active.',
      resolve: (payload): WebhookEndpoint | null => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookEndpointRotateSecret', {
  description:
    'Gives an endpoint a new signing secret. Until the grace ends every delivery carries both signatures, the old one first.',
  permission,
  recalls: true,
  schema: rotateSecretInput,
  input: (t) => ({
    id: t.id({ required: true, description: ENDPOINT_ID }),
    graceSeconds: t.int({
      defaultValue: 86_400,
      description: 'How long the old secret signs too: 0–604800 seconds. 0 ends it now.',
    }),
  }),
  run: (unit, input, { config }) => rotateSecret(unit, config, input),
  payload: (t) => ({
    endpoint: t.field({
      type: EndpointType,
      nullable: true,
      description: 'The endpoint with the new secret.',
      resolve: (payload): WebhookEndpoint | null => payload.result?.endpoint ?? null,
    }),
    signingSecret: t.string({
      nullable: true,
      description: 'The new secret. Keep it: it is not shown again.',
      resolve: (payload) => payload.result?.signingSecret ?? null,
    }),
  }),
})
