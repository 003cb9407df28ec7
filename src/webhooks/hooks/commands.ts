import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { eventType, id, int, oneOf } from '../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../graphql/commands/payloads.ts'
import { permission } from './lists.ts'
import { removeHook, setHook } from './service.ts'
import { FailurePolicyEnum, SyncHookObject } from './type.ts'

const setInput = inputOf({
  event: eventType('What to ask.'),
  endpointId: id('Whom to ask.'),
  timeoutMs: int(
    { min: 100, max: 10_000 },
    // Enough for a look-up elsewhere, short enough for somebody who waits.
    'Milliseconds for the answer, 100–10000; 5000 when left out.',
  ).default(5_000),
  failurePolicy: oneOf(FailurePolicyEnum, 'What no answer means; FAIL_OPEN when left out.').default(
    'FAIL_OPEN',
  ),
})
export type SetHookInput = ValueOf<typeof setInput>

defineCommand('syncHookSet', {
  description:
    'Says which endpoint is asked before a booking is confirmed (booking.before_confirmation) or reminded of (booking.before_reminder). One endpoint per event: the one asked until now no longer is. While it is asked, a booking is PENDING and holds its time.',
  permission,
  changes: 'event',
  recalls: true,
  input: setInput,
  run: setHook,
  payload: recordPayload('syncHook', SyncHookObject, 'The hook after the change.'),
})

defineCommand('syncHookRemove', {
  description: 'Asks nobody any more. What waits for an answer goes on without one.',
  permission,
  changes: 'event',
  recalls: true,
  input: inputOf({ event: eventType('What was asked.') }),
  run: removeHook,
  payload: (t) => ({
    removed: t.boolean({
      nullable: true,
      description: 'Whether there was one.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
