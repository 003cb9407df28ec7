import { GraphQLError, type ExecutionArgs, type ExecutionResult, OperationTypeNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { type Caller, callerId, PLAN_LIMITS } from '../../access/caller.ts'
import type { Config } from '../../config/config.ts'
import { withinTime } from '../../database/query-scope.ts'
import type { Counted, RateState, RequestLimiter } from '../../access/request-limiter.ts'
import { AccessError } from '../../errors.ts'
import { admitOperation, isRefused } from './admission.ts'
import type { Context } from '../context.ts'
import { countTopLevelFields } from './cost.ts'
import { COST_LIMITS } from './limits.ts'
import { createOperationTurns } from './operation-turns.ts'

/** What a request has used and has left; part of the context. */
export interface RequestRate extends RateState {
  /** What this request counts as: one, or one per top-level field of a mutation. */
  requests: number
  retryAfterMs: number
}

/** Requests without credentials, which can only sign in, are counted by where they come from. */
const ANONYMOUS_PER_MINUTE = 1_000

export interface RateGate {
  /**
   * Counts requests of a caller.
   * @throws AccessError RATE_LIMITED, with `rate.retryAfterMs` set
   */
  admit(rate: RequestRate, of: Counted, requests: number): Promise<void>
  open(caller: Caller | undefined, remoteAddress: string): { rate: RequestRate; of: Counted }
}

export function createRateGate(limiter: RequestLimiter, config: Config): RateGate {
  return {
    open(caller, remoteAddress) {
      const of =
        caller === undefined
          ? { subject: `from ${remoteAddress}`, organizationId: '', limit: ANONYMOUS_PER_MINUTE }
          : {
              subject: callerId(caller),
              organizationId: caller.organizationId,
              limit: config.requestsPerMinute ?? PLAN_LIMITS[caller.plan].requestsPerMinute,
            }
      const rate = { limit: of.limit, remaining: of.limit, resetAt: 0 }
      return { of, rate: { ...rate, requests: 0, retryAfterMs: 0 } }
    },
    async admit(rate, of, requests) {
      const answer = await limiter.take(of, requests)
      rate.remaining = answer.remaining
      rate.resetAt = answer.resetAt
      rate.retryAfterMs = answer.retryAfterMs
      if (!answer.granted) throw new AccessError('RATE_LIMITED', 'Too many requests')
      rate.requests += requests
    },
  }
}

interface Served {
  caller?: Caller | undefined
  remoteAddress: string
  rate?: RequestRate | undefined
}

/** Counts HTTP requests, and says in headers what is left. */
export function useRequestRate(gate: RateGate): Plugin<object, Served> {
  return {
    async onRequestParse({ serverContext }) {
      const { rate, of } = gate.open(serverContext.caller, serverContext.remoteAddress)
      serverContext.rate = rate
      await gate.admit(rate, of, 1)
    },
    onResponse({ response, serverContext }) {
      const { rate } = serverContext
      if (rate === undefined) return
      const told = rateHeaders(rate, response.status)
      for (const [name, value] of Object.entries(told)) {
        if (name !== 'retry-after' || !response.headers.has(name)) response.headers.set(name, value)
      }
    },
  }
}

/** What an answer says of the requests that are left. */
export function rateHeaders(rate: RequestRate, status: number): Record<string, string> {
  const inSeconds = (ms: number) => String(Math.max(0, Math.ceil(ms / 1_000)))
  return {
    'ratelimit-limit': String(rate.limit),
    'ratelimit-remaining': String(rate.remaining),
    'ratelimit-reset': inSeconds(rate.resetAt - Date.now()),
    'ratelimit-policy': `${rate.limit};w=60`,
    ...(status === 429 && { 'retry-after': inSeconds(Math.max(1, rate.retryAfterMs)) }),
  }
}

/**
 * Looks at what an operation asks for before it runs: refuses what costs too much, counts each
 * top-level field of a mutation, ends what takes too long, and says in `extensions.cost` what it was.
 */
export function useExecutionLimits(gate: RateGate, config: Config): Plugin<Context> {
  const inOperationTurn = createOperationTurns()
  return {
    async onExecute({ args, executeFn, setExecuteFn, setResultAndStopExecution }) {
      const admitted = admitOperation(args)
      if (admitted === undefined) return undefined
      if (isRefused(admitted)) {
        setResultAndStopExecution({ errors: admitted })
        return undefined
      }
      const { operation, cost, measurable } = admitted
      const context = args.contextValue
      const { rate } = context
      const more =
        operation.operation === OperationTypeNode.MUTATION ? countTopLevelFields(measurable) - 1 : 0
      if (more > 0 && rate !== undefined) {
        try {
          await gate.admit(rate, gate.open(context.caller, context.remoteAddress).of, more)
        } catch (error) {
          if (!(error instanceof AccessError)) throw error
          setResultAndStopExecution({ errors: [asGraphQLError(error)] })
          return undefined
        }
      }
      const execute = (given: ExecutionArgs) =>
        inOperationTurn(context.caller, () => executeFn(given))
      setExecuteFn(withDeadline(execute, config.queryTimeoutMs))
      return {
        onExecuteDone({ result, setResult }) {
          if (Symbol.asyncIterator in result) return
          setResult({
            ...result,
            extensions: {
              ...result.extensions,
              cost: {
                points: cost.points,
                maximumPoints: COST_LIMITS.complexity,
                requests: rate?.requests ?? 1,
              },
            },
          })
        },
      }
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const admitted = admitOperation(args)
      if (admitted !== undefined && isRefused(admitted)) {
        setResultAndStopExecution({ errors: admitted })
      }
    },
  }
}

/** Makes too long an execution a result that says so. */
export function withDeadline<R>(
  execute: (args: ExecutionArgs) => R | Promise<R>,
  timeoutMs: number,
): (args: ExecutionArgs) => R | ExecutionResult | Promise<R | ExecutionResult> {
  return (args) => {
    const { caller } = args.contextValue as Context
    const result = withinTime(timeoutMs, () => execute(args), undefined, caller?.organizationId)
    if (!(result instanceof Promise)) return result
    return result.catch((error: unknown) => {
      if (!(error instanceof AccessError)) throw error
      return { errors: [asGraphQLError(error)] }
    })
  }
}

function asGraphQLError(error: AccessError): GraphQLError {
  const extensions = { code: error.code, http: { status: error.httpStatus } }
  return new GraphQLError(error.message, { originalError: error, extensions })
}
