import type { WebhookReplay } from '../../generated/prisma/client.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { idInput } from '../endpoints/input.ts'
import { cancelReplay, startReplay } from './service.ts'
import { replayInput, retryExhaustedInput } from './replay-input.ts'
import { permission, ReplayType } from './type.ts'
import { selectionFields, paceField } from './lists.ts'

const replayPayload = {
  nullable: true as const,
  description: 'The replay. Read it again to see how far it has come.',
}

defineCommand('webhookReplayStart', {
  description:
    'Sends past deliveries of an endpoint once more: in order, at the pace given, with the same bodies and event ids and ";replay" in webhook-attempt. One replay per endpoint at a time; what happens meanwhile is delivered as always.',
  permission,
  schema: replayInput,
  input: selectionFields,
  run: startReplay,
  payload: (t) => ({
    replay: t.field({
      type: ReplayType,
      ...replayPayload,
      resolve: (payload): WebhookReplay | null => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookReplayCancel', {
  description: 'Ends a replay; at most the delivery that is under way still arrives.',
  permission,
  changes: null,
  recalls: true,
  schema: idInput,
  input: (t) => ({ id: t.id({ required: true, description: 'The replay.' }) }),
  run: cancelReplay,
  payload: (t) => ({
    replay: t.field({
      type: ReplayType,
      ...replayPayload,
      resolve: (payload): WebhookReplay | null => payload.result ?? null,
    }),
  }),
})

defineCommand('webhookDeliveriesRetryExhausted', {
  description:
    'Sends everything once more that an endpoint was given up on: a replay of all EXHAUSTED deliveries, in the background however many they are.',
  permission,
  schema: retryExhaustedInput,
  input: (t) => ({
    endpointId: t.id({ required: true, description: 'The endpoint.' }),
    perSecond: paceField(t),
  }),
  run: startReplay,
  payload: (t) => ({
    replay: t.field({
      type: ReplayType,
      ...replayPayload,
      resolve: (payload): WebhookReplay | null => payload.result ?? null,
    }),
  }),
})
