import { HookFailurePolicy } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'

export const FailurePolicyEnum = builder.enumType('SyncHookFailurePolicy', {
  description: 'What it means when the hook answers with an error or not in time.',
  values: {
    [HookFailurePolicy.FAIL_OPEN]: { description: 'Go on as if it had allowed it.' },
    [HookFailurePolicy.FAIL_CLOSED]: { description: 'Do not go on, as if it had denied it.' },
  },
})

export const SyncHookObject = builder.prismaObject('SyncHook', {
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
