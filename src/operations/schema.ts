import type { Organization } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { defineCommand } from '../graphql/command.ts'
import { OrganizationType } from '../identity/schema.ts'
import { recordAnalyticsInput, updateOrganizationInput } from './input.ts'
import { recordAnalytics, updateOrganization } from './service.ts'

builder.prismaObjectFields(OrganizationType, (t) => ({
  analyticsSamplePercent: t.exposeInt('analyticsSamplePercent', {
    description: 'Share of recorded analytics events that is kept, 0–100; 0 = none, the default.',
  }),
  version: t.exposeInt('version', { description: 'Rises with every change.' }),
  updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
}))

defineCommand('organizationUpdate', {
  description:
    'Changes settings of your organization; what is left out stays. Records organization.updated if anything changed.',
  permission: 'organization:write',
  schema: updateOrganizationInput,
  input: (t) => ({
    expectedVersion: t.int({ description: 'Refuse if it has another version by now.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    timezone: t.string({ description: 'New IANA time zone, for places without one.' }),
    currency: t.string({
      description: 'New ISO 4217 code. Amounts keep their numbers: nothing is converted.',
    }),
    analyticsSamplePercent: t.int({
      description: 'Share of recorded analytics events to keep, 0–100; 0 = none.',
    }),
  }),
  run: updateOrganization,
  payload: (t) => ({
    organization: t.field({
      type: OrganizationType,
      nullable: true,
      description: 'The organization after the change.',
      resolve: (payload): Organization | null => payload.result ?? null,
    }),
  }),
})

const AnalyticsInput = builder.inputType('AnalyticsEventInput', {
  description: 'Something that was done in an application.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'What was done, dotted: "dashboard.opened"; up to 100 characters.',
    }),
    properties: t.field({
      type: 'JSONObject',
      description: 'Details, at most 4,096 bytes as JSON. Put no personal data here.',
    }),
    at: t.field({ type: 'DateTime', description: 'When; now when left out.' }),
  }),
})

defineCommand('analyticsRecord', {
  description:
    'Reports what was done in an application, 1–100 events at once. Records analytics.event.created for each one kept: the share that the organization has set, none by default.',
  permission: 'analytics:write',
  schema: recordAnalyticsInput,
  input: (t) => ({
    events: t.field({ type: [AnalyticsInput], required: true, description: 'What was done.' }),
  }),
  run: recordAnalytics,
  payload: (t) => ({
    keptIds: t.idList({
      nullable: true,
      description: 'Ids of the events that were kept.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
