import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  print,
} from 'graphql'
import type { Caller } from '../../access/caller.ts'
import { withDeadline } from '../../graphql/limits/request-limits.ts'
import type { Logger } from '../../log.ts'
import { createExecutions, type Execution, serializeResult } from './shared-execution.ts'

type Subscribe = (
  args: ExecutionArgs,
) => Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>>

/** A result that is text already; Yoga writes what `stringify` gives. */
interface PreparedResult extends ExecutionResult {
  stringify(): string
}

/**
 * graphql-js's `subscribe` for server-sent events, but with the execution of each item shared by all
 * streams with the same document and rights, as over WebSocket: only the framing is done per stream.
 */
export function createSharedSubscribe(log: Logger, timeoutMs: number): Subscribe {
  const executions = createExecutions(log, timeoutMs, (text) => text)
  const open = withDeadline(createSourceEventStream, timeoutMs)
  return async (args) => {
    const caller: Caller | undefined = Reflect.get(Object(args.contextValue), 'caller')
    const operation = getOperationAST(args.document, args.operationName)
    const items = await open(args)
    if (!(Symbol.asyncIterator in items)) return items
    if (!operation) throw new Error('a stream of no operation')
    const query = args.document.loc?.source.body ?? print(args.document)
    return prepare(items, executions.join({ args, query, operation, caller, execute }), log)
  }
}

function prepare(
  items: AsyncIterable<unknown>,
  execution: Execution<string>,
  log: Logger,
): AsyncIterableIterator<PreparedResult> {
  const iterator = items[Symbol.asyncIterator]()
  let left = false
  const leave = () => {
    if (!left) execution.leave()
    left = true
  }
  /** What cannot be made is said once, as the last thing. */
  async function payloadOf(item: unknown): Promise<string> {
    try {
      return await execution.payloadOf(item)
    } catch (error) {
      leave()
      await iterator.return?.()
      return serializeResult({ errors: [toGraphQLError(error)] }, log)
    }
  }
  return {
    async next() {
      const next = left ? DONE : await iterator.next()
      if (next.done === true) {
        leave()
        return { done: true, value: undefined }
      }
      const text = await payloadOf(next.value)
      return { done: false, value: { stringify: () => text } }
    },
    async return() {
      leave()
      await iterator.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const DONE = { done: true, value: undefined } as const

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  return new GraphQLError('', { originalError: error instanceof Error ? error : null })
}
