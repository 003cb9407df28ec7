import type { IncomingMessage } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import type { AddressLimiter } from '../../access/address-limiter.ts'
import type { Caller } from '../../access/caller.ts'
import { AccessError } from '../../errors.ts'
import { SIGN_IN } from '../../graphql/context.ts'
import { type RequestRate, rateHeaders } from '../../graphql/limits/request-limits.ts'
import type { Logger } from '../../log.ts'
import type { GraphQLHandler, RequestContext } from '../graphql-handler.ts'
import type { Authenticate } from '../http-rules.ts'
import { answer, HttpRefusal } from '../http/answers.ts'
import { demandLeft, type Exchange, type Route } from '../http/router.ts'
import { readChange } from './body.ts'
import type { Answer, Operation } from './operation.ts'
import { compileOperations } from './operations.ts'
import { readParameters } from './parameters.ts'
import { notHere, Problem, problemOf } from './problem.ts'
import { createRoutes, type Found, partsOf, type Routes } from './routes.ts'
import { runOperation } from './run-operation.ts'
import { BASE } from './table/table.ts'

export interface RestParts {
  graphql: GraphQLHandler
  authenticate: Authenticate
  schema: GraphQLSchema
  limiter: AddressLimiter
  log: Logger
}

/** All methods are answered here, in the form of this API. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/**
 * REST: a thin surface of the same operations. A row of the table says which one answers an address;
 * everything else that a request meets is what it would meet as GraphQL.
 */
export function createRestRoute(parts: RestParts): Route {
  let routes: Routes | undefined
  // Made when it is first asked for: a process that serves no REST does without.
  const routesOf = () => (routes ??= createRoutes(compileOperations(parts.schema)))
  return {
    methods: METHODS,
    counted: 'by itself',
    async serve(exchange) {
      const told: { rate?: RequestRate } = {}
      try {
        await serve(exchange, routesOf(), parts, (rate) => (told.rate = rate))
      } catch (error) {
        refuse(error, exchange, parts.log, told.rate)
      }
    },
  }
}

async function serve(
  exchange: Exchange,
  routes: Routes,
  parts: RestParts,
  told: (rate: RequestRate) => void,
): Promise<void> {
  const { request, remoteAddress } = exchange
  const { organizationId, found } = findRow(exchange, routes, parts.limiter)
  demandAccepted(request)
  const { caller, rate } = await admit(exchange, organizationId, parts, told)
  if (organizationId !== caller.organizationId) {
    throw notHere(`Organization ${organizationId} was not found`)
  }
  const { operation, inPath } = found
  const context: RequestContext = {
    caller,
    remoteAddress,
    rate,
    idempotencyKey: textOf(request.headers['idempotency-key']),
  }
  const variables = await variablesOf(exchange, operation, inPath)
  const made = await runOperation(parts.graphql, operation, variables, context, parts.log)
  send(exchange, operation, made, rate)
}

/** What is no address of the table costs its sender as any wrong path does. */
function findRow(
  { request, path, remoteAddress }: Exchange,
  routes: Routes,
  limiter: AddressLimiter,
): { organizationId: string; found: Found } {
  try {
    const [organizationId = '', ...rest] = partsOf(path.slice(BASE.length))
    return { organizationId, found: routes.find(request.method ?? '', rest) }
  } catch (error) {
    demandLeft(limiter, remoteAddress)
    throw error
  }
}

async function admit(
  { request, remoteAddress }: Exchange,
  organizationId: string,
  { authenticate, graphql }: RestParts,
  told: (rate: RequestRate) => void,
): Promise<{ caller: Caller; rate: RequestRate }> {
  const { headers } = request
  const caller = await authenticate({
    authorization: headers.authorization,
    apiKey: textOf(headers['x-api-key']),
    organizationId,
    remoteAddress,
  })
  const rate = await graphql.admit({ caller, remoteAddress }, told)
  if (caller === undefined) throw new AccessError('UNAUTHENTICATED', SIGN_IN)
  return { caller, rate }
}

async function variablesOf(
  { request }: Exchange,
  operation: Operation,
  inPath: Record<string, string>,
): Promise<Record<string, unknown>> {
  const variables = readParameters(queryOf(request), operation.parameters)
  if (operation.kind !== 'change') return { ...variables, ...inPath }
  return { input: await readChange(request, operation, inPath) }
}

function send(
  { request, response, path }: Exchange,
  { creates, kind }: Operation,
  { data, pagination, version, eventCursor }: Answer,
  rate: RequestRate,
): void {
  const next = pagination?.nextCursor ?? undefined
  const id: unknown = Reflect.get(Object(data), 'id')
  const isNew = creates === true && typeof id === 'string'
  answer(
    response,
    creates === true ? 201 : 200,
    {
      data,
      ...(pagination && { pagination }),
      ...(kind === 'change' && { eventCursor: eventCursor ?? null }),
    },
    {
      ...rateHeaders(rate, 200),
      ...(version !== undefined && { etag: `"${version}"` }),
      ...(next !== undefined && { link: `<${pathOfNext(request, path, next)}>; rel="next"` }),
      ...(isNew && { location: `${path}/${id}` }),
    },
  )
}

function pathOfNext(request: IncomingMessage, path: string, cursor: string): string {
  const query = queryOf(request)
  query.set('cursor', cursor)
  return `${path}?${query.toString()}`
}

function refuse(
  error: unknown,
  { response }: Exchange,
  log: Logger,
  rate: RequestRate | undefined,
): void {
  const problem =
    error instanceof HttpRefusal
      ? new Problem(error.status, codeOf(error.status), error.message, {}, error.headers)
      : problemOf(error, log)
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  answer(response, problem.status, problem.toBody(String(response.getHeader('x-request-id'))), {
    ...(rate && rateHeaders(rate, problem.status)),
    ...problem.headers,
    'content-type': 'application/problem+json; charset=utf-8',
  })
}

const codeOf = (status: number) => (status === 429 ? 'RATE_LIMITED' : 'BAD_USER_INPUT')

/** @throws Problem 406 */
function demandAccepted({ headers: { accept } }: IncomingMessage): void {
  const parts = (accept ?? '*/*').split(',').map((part) => part.replace(/;.*$/s, '').trim())
  if (parts.some((part) => ACCEPTED.has(part.toLowerCase()))) return
  throw new Problem(406, 'BAD_USER_INPUT', 'Answers are application/json')
}
const ACCEPTED = new Set([
  '',
  '*/*',
  'application/*',
  'application/json',
  'application/problem+json',
])

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1).replace(/#.*$/s, ''))
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}
