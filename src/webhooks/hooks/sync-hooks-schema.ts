import type { SyncHook } from '../../generated/prisma/client.ts'
import { HookFailurePolicy } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { removeHook, removeHookInput, setHook, setHookInput } from './service.ts'

const permission = 'webhooks:manage'

const FailurePolicyEnum = builder.enumType('SyncHookFailurePolicy', {
  description: 'What it means when the hook answers with an error or not in time.',
  values: {
    [HookFailurePolicy.FAIL_OPEN]: { description: 'Go on as if it had allowed it.' },
    [HookFailurePolicy.FAIL_CLOSED]: { description: 'Do not go on, as if it had denied it.' },
  },
})

const SyncHookObject = builder.prismaObject('SyncHook', {
  description:
    'An endpoint that is asked, signed like any delivery, before something goes on. It answers with 200 and {"decision": "allow" | "deny", "reason"?, "message"?}. It is asked once; the call is in the delivery log.',
  fields: (t) => ({
    event: t.expose('eventType', { type: 'EventType', description: 'What it is asked.' }),
    endpoint: t.relation('endpoint', { description: 'Who is asked.' }),
    timeoutMs: t.exposeInt('timeoutMs', {
      description: 'Milliseconds that it has for its answer.',
    }),
    failurePolicy: t.expose('failurePolicy', {
      type: FailurePolicyEnum,
      description: 'What no answer means.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was set first.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

builder.queryFields((t) => ({
  syncHooks: t.prismaField({
    type: ['SyncHook'],
    description: 'The hooks that are asked before something goes on, by event; at most one each.',
    authScopes: { permission },
    resolve: (query, _root, _args, context) =>
      scopedPrisma(context).syncHook.findMany({ ...query, orderBy: { eventType: 'asc' } }),
  }),
}))

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
