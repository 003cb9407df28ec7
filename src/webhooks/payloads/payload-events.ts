import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'

/** Told to Owners and Admins, live and at other endpoints, once per change of state. */
export const endpointPayloadInvalid = defineEvent({
  type: 'webhook.endpoint.payload.invalid',
  description:
    'The document that shapes the payload of an endpoint could not be rendered: until it is saved again, events that it fails for go out in the form of the catalogue, with `payloadError`. Told once, not for each event.',
  scopes: ['webhooks:manage'],
  payload: z.object({
    endpointId: z.string().describe('The endpoint.'),
    endpointName: z.string().optional().describe('What people call it.'),
    code: z.string().describe('INVALID_DOCUMENT, FORBIDDEN, QUERY_TIMEOUT, TOO_LARGE or INTERNAL.'),
    message: z.string().describe('The fault for a person.'),
    eventId: z
      .string()
      .optional()
      .describe('The first event that it failed for; absent when the document no longer fits.'),
    eventType: z.string().optional().describe('Its type.'),
  }),
  example: {
    endpointId: 'whk-1k5x8r2qd9c7m3v6t0wz4h',
    endpointName: 'Building automation',
    code: 'FORBIDDEN',
    message: 'Missing permission visitors:read',
    eventId: 'evt_1k5x8r2qd9c7m3v6t0wz4h',
    eventType: 'visitor.checked_in',
  },
  facets: [],
})
