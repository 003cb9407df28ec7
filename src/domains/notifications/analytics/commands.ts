import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { recordAnalyticsInput } from '../input.ts'
import { recordAnalytics } from './service.ts'

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
