import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf } from '../../graphql/commands/input/field.ts'
import { onlyId } from '../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../graphql/commands/payloads.ts'
import { endpointId, perSecond, type ReplayInput, replayInput } from './fields.ts'
import { cancelReplay, startReplay } from './service.ts'
import { permission, ReplayType } from './type.ts'

/** All that was given up, whenever it was. */
const retryExhaustedInput = inputOf({ endpointId, perSecond }, (rule) =>
  rule.transform((asked): ReplayInput => ({ ...asked, types: [], statuses: ['EXHAUSTED'] })),
)

const payload = recordPayload(
  'replay',
  ReplayType,
  'The replay. Read it again to see how far it has come.',
)

defineCommand('webhookReplayStart', {
  description:
    'Sends past deliveries of an endpoint once more: in order, at the pace given, with the same bodies and event ids and ";replay" in webhook-attempt. One replay per endpoint at a time; what happens meanwhile is delivered as always.',
  permission,
  input: replayInput,
  run: startReplay,
  payload,
})

defineCommand('webhookReplayCancel', {
  description: 'Ends a replay; at most the delivery that is under way still arrives.',
  permission,
  changes: null,
  recalls: true,
  input: onlyId('The replay.'),
  run: cancelReplay,
  payload,
})

defineCommand('webhookDeliveriesRetryExhausted', {
  description:
    'Sends everything once more that an endpoint was given up on: a replay of all EXHAUSTED deliveries, in the background however many they are.',
  permission,
  input: retryExhaustedInput,
  run: startReplay,
  payload,
})
