import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, inputType, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { dateTime, json, listOf } from '../../../graphql/commands/input/fields.ts'
import { topic } from '../fields.ts'
import { recordAnalytics } from './service.ts'

const MAX_BYTES = 4_096

const analyticsEvent = inputType(
  'AnalyticsEventInput',
  'Something that was done in an application.',
  {
    name: topic('What was done, dotted: "dashboard.opened"; up to 100 characters.'),
    properties: json(
      { max: MAX_BYTES },
      'Details, at most {max} bytes as JSON. Put no personal data here.',
    )
      .refine(
        (properties) => Buffer.byteLength(JSON.stringify(properties)) <= MAX_BYTES,
        `must have at most ${MAX_BYTES} bytes as JSON`,
      )
      .default({}),
    at: dateTime('When; now when left out.').optional(),
  },
)

const recordInput = inputOf({
  events: listOf(analyticsEvent, { min: 1, max: 100 }, 'What was done.'),
})
export type RecordAnalyticsInput = ValueOf<typeof recordInput>

defineCommand('analyticsRecord', {
  description:
    'Reports what was done in an application, 1–100 events at once. Records analytics.event.created for each one kept: the share that the organization has set, none by default.',
  permission: 'analytics:write',
  input: recordInput,
  run: recordAnalytics,
  payload: (t) => ({
    keptIds: t.idList({
      nullable: true,
      description: 'Ids of the events that were kept.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
