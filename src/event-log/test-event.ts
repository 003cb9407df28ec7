import { z } from 'zod'
import { defineEvent } from '../events/define.ts'

/** Sent on request to one endpoint, outside its order; never part of the log. */
export const webhookTest = defineEvent({
  type: 'webhook.test',
  description:
    'A test of one endpoint. Carries `isTest: true` and `livemode: false`: acknowledge it and do nothing else.',
  scopes: [],
  payload: z.object({ message: z.string().describe('A sentence for whoever looks at the log.') }),
  example: { message: 'Plantroom sent this to see whether your endpoint answers.' },
  facets: [],
})
