import type { SyncHook } from '../../generated/prisma/client.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { removeHook, removeHookInput, setHook, setHookInput } from './service.ts'
import { FailurePolicyEnum, SyncHookObject } from './type.ts'
import { permission } from './lists.ts'

defineCommand('syncHookSet', {
  description:
    'Says which endpoint is asked before a booking is confirmed (booking.before_confirmation) or reminded of (booking.before_reminder). One endpoint per event: the one asked until now no longer is. While it is asked, a booking is PENDING and holds its time.',
  permission,
  changes: 'event',
  recalls: true,
  schema: setHookInput,
  input: (t) => ({
    event: t.field({ type: 'EventType', required: true, description: 'What to ask.' }),
    endpointId: t.id({ required: true, description: 'Whom to ask.' }),
    timeoutMs: t.int({
      description: 'Milliseconds for the answer, 100–10000; 5000 when left out.',
    }),
    failurePolicy: t.field({
      type: FailurePolicyEnum,
      description: 'What no answer means; FAIL_OPEN when left out.',
    }),
  }),
  run: setHook,
  payload: (t) => ({
    syncHook: t.field({
      type: SyncHookObject,
      nullable: true,
      description: 'The hook after the change.',
      resolve: (payload): SyncHook | null => payload.result ?? null,
    }),
  }),
})

defineCommand('syncHookRemove', {
  description: 'Asks nobody any more. What waits for an answer goes on without one.',
  permission,
  changes: 'event',
  recalls: true,
  schema: removeHookInput,
  input: (t) => ({
    event: t.field({ type: 'EventType', required: true, description: 'What was asked.' }),
  }),
  run: removeHook,
  payload: (t) => ({
    removed: t.boolean({
      nullable: true,
      description: 'Whether there was one.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
