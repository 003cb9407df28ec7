import type { Integration } from '../../generated/prisma/client.ts'
import { WebhookEndpointStatus, WebhookOrdering } from '../../generated/prisma/enums.ts'
import { type FacetFilter } from '../../events/match.ts'
import { batchById } from '../../graphql/reading/batch.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { IntegrationType } from '../../identity/keys/type.ts'
import { storedFilter, toIdLists } from '../../event-log/filter.ts'
import { HealthType } from '../life/health-schema.ts'
import { PayloadFault, PayloadStatus } from '../payloads/payload-schema.ts'
import type { StoredPayloadFault } from '../payloads/payload-status.ts'

export const StatusEnum = builder.enumType('WebhookEndpointStatus', {
  description: 'Whether an endpoint is sent to.',
  values: {
    [WebhookEndpointStatus.ACTIVE]: { description: 'Events are sent as they happen.' },
    [WebhookEndpointStatus.PAUSED]: {
      description: 'Paused by a person: events are kept and go out when it is resumed.',
    },
    [WebhookEndpointStatus.DISABLED]: {
      description: 'Stopped by the system, see disabledReason: events are kept as in a pause.',
    },
  },
})

export const OrderingEnum = builder.enumType('WebhookOrdering', {
  description: 'What order an endpoint gets its events in.',
  values: {
    [WebhookOrdering.ENDPOINT]: {
      description:
        'One after the other: while one is retried all later ones wait, until it succeeds or is given up after 24 hours.',
    },
    [WebhookOrdering.OBJECT]: {
      description:
        'In order per record: events of different records go out in parallel, and one that fails holds back only its own record.',
    },
    [WebhookOrdering.NONE]: {
      description: 'In parallel and in no order: least delay.',
    },
  },
})

const EndpointFilter = builder.objectRef<FacetFilter>('WebhookFilter').implement({
  description: 'Which events an endpoint gets, by what they are about; null = no condition.',
  fields: (t) => {
    const list = (field: keyof ReturnType<typeof toIdLists>, of: string) =>
      t.idList({
        nullable: true,
        description: `Only events of one of these ${of}.`,
        resolve: (filter) => toIdLists(filter)[field],
      })
    return {
      locationIds: list('locationIds', 'locations or anything below them'),
      siteIds: list('siteIds', 'sites'),
      assetIds: list('assetIds', 'assets'),
      assetTypeIds: list('assetTypeIds', 'asset types'),
      workOrderIds: list('workOrderIds', 'work orders'),
      resourceIds: list('resourceIds', 'resources'),
      scheduleIds: list('scheduleIds', 'schedules of rates'),
      quotationIds: list('quotationIds', 'quotations'),
      subjectIds: list('subjectIds', 'records'),
    }
  },
})

const loadIntegrations = batchById<Integration>(async (context, ids) => {
  const found = await scopedPrisma(context).integration.findMany({ where: { id: { in: ids } } })
  return new Map(found.map((integration) => [integration.id, integration]))
})

export const EndpointType = builder.prismaNode('WebhookEndpoint', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('webhookEndpoint', 'WebhookEndpoint'),
  description: 'A URL that events are sent to, signed.',
  authScopes: { permission: 'webhooks:manage' },
  findUnique: (id) => ({ id, deletedAt: null }),
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Where events are sent by POST.' }),
    name: t.exposeString('name', { nullable: true, description: 'What people call it.' }),
    description: t.exposeString('description', { nullable: true, description: 'Notes.' }),
    eventTypes: t.expose('eventTypes', {
      type: ['EventType'],
      description: 'Events that are sent: exact types, "workorder.*" or "*".',
    }),
    filter: t.field({
      type: EndpointFilter,
      nullable: true,
      description: 'Of these only those about certain records; null = all.',
      resolve: (endpoint) => (endpoint.filter === null ? null : storedFilter(endpoint.filter)),
    }),
    changedFields: t.exposeStringList('changedFields', {
      description: 'Of the `*.updated` events only those where one of these changed; empty = all.',
    }),
    status: t.expose('status', { type: StatusEnum, description: 'Whether it is sent to.' }),
    statusSince: t.expose('statusSince', {
      type: 'DateTime',
      description: 'Since when the status is what it is.',
    }),
    disabledReason: t.exposeString('disabledReason', {
      nullable: true,
      description: 'Why the system stopped sending; null unless it did.',
    }),
    ordering: t.expose('ordering', { type: OrderingEnum, description: 'Order of the events.' }),
    maxInFlight: t.exposeInt('maxInFlight', {
      description: 'Requests under way at once, at most; with ordering ENDPOINT always one.',
    }),
    maxBodyBytes: t.exposeInt('maxBodyBytes', {
      nullable: true,
      description: 'Bodies of more bytes are sent reduced to an id; null = all are sent whole.',
    }),
    headerNames: t.exposeStringList('headerNames', {
      description: 'Names of the headers that are sent along; their values are never shown.',
    }),
    integrationId: t.exposeID('integrationId', {
      nullable: true,
      description:
        'The system whose scopes bound what is sent; null = no bound. It may have been deleted: then nothing is sent.',
    }),
    integration: t.field({
      type: IntegrationType,
      nullable: true,
      description: 'That system; null when there is none, or none any more.',
      select: { integrationId: true },
      resolve: async ({ integrationId }, _args, context): Promise<Integration | null> =>
        integrationId === null ? null : ((await loadIntegrations(context, integrationId)) ?? null),
    }),
    payload: t.exposeString('payload', {
      nullable: true,
      description: 'GraphQL document that shapes `data`; null = the form of the catalogue.',
    }),
    payloadStatus: t.expose('payloadStatus', {
      type: PayloadStatus,
      nullable: true,
      description: 'Whether the document can be rendered; null without one.',
    }),
    payloadError: t.field({
      type: PayloadFault,
      nullable: true,
      description: 'Why not; null while it is VALID.',
      select: { payloadError: true },
      resolve: ({ payloadError }) => payloadError as StoredPayloadFault | null,
    }),
    previousSecretExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the previous signing secret signs too; null when it does not.',
      select: { secrets: { select: { expiresAt: true } } },
      resolve: (endpoint) => {
        const ends = endpoint.secrets.flatMap((secret) => secret.expiresAt ?? [])
        return ends.find((end) => end.getTime() > Date.now()) ?? null
      },
    }),
    health: t.field({
      type: HealthType,
      description: 'How sending fares.',
      select: { lane: true },
      resolve: ({ lane }) => {
        if (lane === null) throw new Error('an endpoint without a lane')
        return lane
      },
    }),
    createdById: t.exposeID('createdById', { description: 'The user who registered it.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was registered.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
