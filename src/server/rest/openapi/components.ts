import type { JsonSchema } from '../record-shape.ts'
import { EXAMPLE_ORGANIZATION } from './examples.ts'

const text = { type: 'string' } as const

export const PROBLEM_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'Why a request was refused (RFC 9457). Branch on `code`, never on a text.',
  properties: {
    type: text,
    title: { ...text, description: 'The phrase of the status.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    code: { ...text, description: 'Kind of the refusal.' },
    detail: { ...text, description: 'What is wrong, for a person.' },
    message: { ...text, description: 'The same as `detail`.' },
    requestId: { ...text, description: 'By which the operator finds the request in the log.' },
    errors: {
      type: 'array',
      description: 'Each field or parameter that is at fault.',
      items: {
        type: 'object',
        properties: { path: text, message: text },
        required: ['path', 'message'],
      },
    },
    currentVersion: { type: 'integer', description: 'Of VERSION_CONFLICT: the version now.' },
    from: { ...text, description: 'Of INVALID_TRANSITION: the status now.' },
    allowed: { type: 'array', items: text, description: 'Where it could go from there.' },
    ids: { type: 'array', items: text, description: 'Of CONFLICT: the records in the way.' },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'message', 'requestId'],
}

const RATE_HEADERS = {
  'RateLimit-Limit': { $ref: '#/components/headers/RateLimit-Limit' },
  'RateLimit-Remaining': { $ref: '#/components/headers/RateLimit-Remaining' },
  'RateLimit-Reset': { $ref: '#/components/headers/RateLimit-Reset' },
  'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
}
export { RATE_HEADERS }

const integer = (description: string) => ({ description, schema: { type: 'integer' } })

function problem(description: string, headers: JsonSchema = {}): JsonSchema {
  return {
    description,
    headers: { 'X-Request-Id': RATE_HEADERS['X-Request-Id'], ...headers },
    content: {
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    },
  }
}

/** By status: what a request may be refused with. */
export const PROBLEMS: Readonly<Record<string, [name: string, JsonSchema]>> = {
  400: ['BadRequest', problem('Parameters, headers or a body that cannot be understood.')],
  401: ['Unauthenticated', problem('No credentials, or wrong ones: `Invalid API key`.')],
  403: [
    'Forbidden',
    problem('Not allowed; or the plan has no API: `API access requires Professional plan`.'),
  ],
  404: ['NotFound', problem('There is no such record, or no such organization of yours.')],
  409: ['Conflict', problem('The state of the record, or another record, stands in the way.')],
  412: ['PreconditionFailed', problem('`If-Match`: the record is at another version by now.')],
  415: ['UnsupportedMediaType', problem('The content type is not application/json.')],
  422: ['Invalid', problem('Fields of the body break a rule; `errors` says which.')],
  429: [
    'TooManyRequests',
    problem('`Too many requests`.', { 'Retry-After': integer('Seconds to wait.') }),
  ],
}

export const COMPONENTS: JsonSchema = {
  securitySchemes: {
    apiKey: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Api-Key',
      description: 'A key of an integration. It does not manage webhooks.',
    },
    bearer: { type: 'http', scheme: 'bearer', description: 'The access token of a user.' },
  },
  parameters: {
    orgId: {
      name: 'orgId',
      in: 'path',
      required: true,
      description: 'Your organization.',
      schema: text,
      example: EXAMPLE_ORGANIZATION,
    },
    idempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'Makes the change safe to send again: within 24 hours the same key with the same body answers what the first one answered.',
      schema: { ...text, minLength: 1, maxLength: 255 },
    },
    ifMatch: {
      name: 'If-Match',
      in: 'header',
      description: 'The `ETag` of the record: change it only if it is still at that version.',
      schema: { ...text, pattern: '^("\\d+"|\\*)$' },
    },
  },
  headers: {
    ETag: { description: 'The version of the record, for `If-Match`.', schema: text },
    Link: { description: 'The next page, `rel="next"`; absent on the last.', schema: text },
    Location: { description: 'Where the new record is.', schema: text },
    'RateLimit-Limit': integer('Requests in any 60 seconds.'),
    'RateLimit-Remaining': integer('How many of them are left.'),
    'RateLimit-Reset': integer('Seconds until there are more again.'),
    'X-Request-Id': { description: 'Id of the request.', schema: text },
  },
  responses: Object.fromEntries(Object.values(PROBLEMS)),
}
