import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { byId, byMoment, computed, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { StatusEnum } from './type.ts'

const PRESENT = { deletedAt: null }

builder.queryFields((t) => ({
  webhookEndpoint: t.prismaField({
    type: 'WebhookEndpoint',
    nullable: true,
    description: 'One webhook endpoint; null when there is none with this id.',
    authScopes: { permission: 'webhooks:manage' },
    args: { id: t.arg.id({ required: true, description: 'Id of the endpoint.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).webhookEndpoint.findUnique({ ...query, where: { id, ...PRESENT } }),
  }),
}))

const endpoints = defineList('WebhookEndpoint', {
  called: 'webhook endpoints',
  where: {
    status: oneOf(StatusEnum, 'In one of these states.'),
    integrationId: byId('By the system whose scopes bound what is sent.'),
    createdById: byId('By who registered it.'),
    eventType: computed('EventType', 'Registered with this type, written so.', (type: string) => ({
      eventTypes: { has: type },
    })),
    created: byMoment('By when it was registered.'),
    updated: byMoment('By last change.'),
    search: search('the name, the description and the address', ['name', 'description', 'url']),
  },
  orderBy: {
    CREATED: ['created', 'When it was registered.'],
    UPDATED: ['updated', 'Last change.'],
    NAME: ['name', 'Name.'],
    STATUS: ['status', 'Whether it is sent to.'],
  },
  otherwise: [{ created: 'desc' }],
  always: () => PRESENT,
})

endpoints.query('webhookEndpoints', {
  description: 'Webhook endpoints of the organization, newest first unless ordered otherwise.',
  authScopes: { permission: 'webhooks:manage' },
})
