import { execute, type GraphQLSchema } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { Caller } from '../access/caller.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../database/database.ts'
import type { Queue } from '../database/queue.ts'
import { createRequestLimiter } from '../access/request-limiter.ts'
import type { EventStream } from '../events/stream.ts'
import type { Context, SessionCookie } from '../graphql/context.ts'
import { createDocumentCache, noErrorCache } from '../graphql/limits/document-cache.ts'
import { useDocumentLimits } from '../graphql/limits/document-limits.ts'
import { maskError } from '../graphql/mask.ts'
import {
  createRateGate,
  type RequestRate,
  useExecutionLimits,
  useRequestRate,
} from '../graphql/limits/request-limits.ts'
import type { Logger } from '../log.ts'
import { type Authenticate, useHttpRules } from './http-rules.ts'
import { createSharedSubscribe } from './live/shared-subscribe.ts'

/** What an execution starts with, over HTTP and WebSocket alike. */
export interface RequestContext {
  caller?: Caller | undefined
  remoteAddress: string
  idempotencyKey?: string | undefined
  rate?: RequestRate | undefined
  admitStream?: ((caller: Caller) => void) | undefined
  sessionCookie?: SessionCookie | undefined
}

export interface GraphQLParts {
  config: Config
  database: Database
  queue: Queue
  stream: EventStream
  log: Logger
  authenticate: Authenticate
  schema: GraphQLSchema
}

export type GraphQLHandler = ReturnType<typeof createGraphQLHandler>

/** Executes GraphQL: over HTTP and SSE by itself, over WebSocket through `getEnveloped`. */
export function createGraphQLHandler(parts: GraphQLParts) {
  const { config, database, queue, stream, log, schema } = parts
  const gate = createRateGate(createRequestLimiter(database.pool), config)
  const yoga = createYoga<RequestContext, Context>({
    schema,
    context: ({ caller, remoteAddress, idempotencyKey, rate, sessionCookie }): Context => ({
      caller,
      remoteAddress,
      rate,
      idempotencyKey,
      sessionCookie,
      config,
      log,
      database,
      queue,
      stream,
    }),
    plugins: [
      useHttpRules(parts.authenticate),
      useRequestRate(gate),
      useDocumentLimits(),
      useReferenceExecutor(log, config.queryTimeoutMs),
      useExecutionLimits(gate, config),
    ],
    maskedErrors: { errorMessage: '', maskError: (error) => maskError(error, log) },
    // readBody (request-body.ts) sees to it, without a stream of its own for every request.
    maxRequestBodySize: false,
    // The page and other origins are the router's.
    graphiql: false,
    cors: false,
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: noErrorCache },
    batching: false,
    multipart: false,
    landingPage: false,
    // maskError has logged what is worth it; Yoga would print refusals as errors.
    logging: {
      debug: () => undefined,
      info: () => undefined,
      warn: (...words: unknown[]) => log.warn(words.map(String).join(' ')),
      error: () => undefined,
    },
  })
  return Object.assign(yoga, {
    /**
     * Counts one request that did not come as GraphQL over HTTP.
     * @param told hears of what is left before the request may be refused
     * @throws AccessError RATE_LIMITED
     */
    async admit(
      { caller, remoteAddress }: RequestContext,
      told?: (rate: RequestRate) => void,
    ): Promise<RequestRate> {
      const { rate, of } = gate.open(caller, remoteAddress)
      told?.(rate)
      await gate.admit(rate, of, 1)
      return rate
    },
  })
}

/**
 * graphql-js itself instead of Yoga's own executor, which treats the execution of one item of a
 * subscription as a new subscription and so could not be used for shared execution.
 */
function useReferenceExecutor(log: Logger, timeoutMs: number): Plugin {
  const subscribe = createSharedSubscribe(log, timeoutMs)
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
  }
}
