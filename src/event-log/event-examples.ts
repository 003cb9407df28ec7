import type { EventDefinition } from '../events/define.ts'
import { toUnixSeconds } from '../events/envelope.ts'
import { webhookTest } from './test-event.ts'

const EXAMPLE_TIME = new Date('2026-02-24T05:38:46Z')

/** A whole body of an event, as its documentation shows it. */
export function exampleOf(definition: EventDefinition): Record<string, unknown> {
  const isTest = definition.type === webhookTest.type
  return {
    id: isTest ? 'evt_test_1k5x8r2qd9c7m3v6t0wz4h' : 'evt_1k5x8r2qd9c7m3v6t0wz4h',
    type: definition.type,
    organizationId: 'o-1k5x8q6mr4b2n8s7p9xy3j',
    created: toUnixSeconds(EXAMPLE_TIME),
    data: {
      object: definition.example,
      ...(definition.previousExample === undefined
        ? {}
        : { previousAttributes: definition.previousExample }),
    },
    ...(isTest ? { isTest } : {}),
    livemode: !isTest,
  }
}
