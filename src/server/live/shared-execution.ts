import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../../access/caller.ts'
import { withinTime } from '../../database/query-scope.ts'
import type { Logger } from '../../log.ts'
import { authorizationOf } from './authorization.ts'
import { presentErrors } from '../present-errors.ts'

/** Results that each group remembers. One who comes later than that has it executed again. */
const KEPT_PAYLOADS = 256

type MaybePromise<T> = T | Promise<T>

/** What the subscriptions with the same document and rights have in common. */
export interface Execution<P> {
  /** The result of one item in the form to send; computed once for all who share it. */
  payloadOf(item: unknown): MaybePromise<P>
  leave(): void
}

export interface SubscriptionToRun {
  args: ExecutionArgs
  /** Text of the document, as the client sent it. */
  query: string
  operation: OperationDefinitionNode
  /** Undefined where nobody is signed in: then it is shared with nobody. */
  caller: Caller | undefined
  execute: (args: ExecutionArgs) => MaybePromise<ExecutionResult>
}

/**
 * Executes each item once per distinct document and authorization, however many subscribers it goes
 * to: the stream gives all of them the same item object, by which its result is found again. Each
 * subscription keeps its own filter, position and pace.
 *
 * A subscription field takes part by its extension `sharedByAuthorization`, with which it promises
 * that the result of an item depends only on the item, the selection with its variables, and what
 * `authorizationOf` names: not on the field's own arguments, which choose items, nor on who asks.
 *
 * Each item has the time of a request. One that takes longer rejects with QUERY_TIMEOUT, for those who
 * share it and nobody else; the client resumes after the last item that it has seen.
 * @param timeoutMs of one item
 * @param prepare makes of a result as JSON text what is sent
 */
export function createExecutions<P extends object | string>(
  log: Logger,
  timeoutMs: number,
  prepare: (text: string) => P,
): { join(run: SubscriptionToRun): Execution<P> } {
  const create = (run: SubscriptionToRun) => createExecution(run, { log, timeoutMs, prepare })
  const groups = new Map<string, { key: string; execution: Execution<P>; users: number }>()
  return {
    join(run) {
      const { caller } = run
      if (caller === undefined || !isShareable(run)) return create(run)
      const key = keyOf(run, caller)
      const group = groups.get(key) ?? {
        key,
        execution: create(run),
        users: 0,
      }
      groups.set(key, group)
      group.users++
      return {
        payloadOf: (item) => group.execution.payloadOf(item),
        leave: () => {
          if (--group.users === 0) groups.delete(group.key)
        },
      }
    },
  }
}

function createExecution<P extends object | string>(
  run: SubscriptionToRun,
  how: { log: Logger; timeoutMs: number; prepare: (text: string) => P },
): Execution<P> {
  const { log, timeoutMs, prepare } = how
  const payloads = new LRUCache<object, MaybePromise<P>>({ max: KEPT_PAYLOADS })
  let context: unknown

  /**
   * A context of its own for the items of one turn of the event loop: what they load is loaded
   * together, and nothing that was cached for an earlier item is taken for the present state.
   */
  function contextOfTurn(): unknown {
    if (context === undefined) {
      context = { ...Object(run.args.contextValue) }
      setImmediate(() => {
        context = undefined
      })
    }
    return context
  }

  function executeItem(item: unknown): MaybePromise<P> {
    const args = { ...run.args, rootValue: item, contextValue: contextOfTurn() }
    const result = withinTime(timeoutMs, () => run.execute(args), 'An item of the subscription')
    const write = (settled: ExecutionResult) => {
      demandAffordable(settled)
      return prepare(serializeResult(settled, log))
    }
    return result instanceof Promise ? result.then(write) : write(result)
  }

  return {
    payloadOf(source) {
      // Whatever a source gives is an object; the cache's types ask for one.
      const item = source as object
      const known = payloads.get(item)
      if (known !== undefined) return known
      const made = executeItem(item)
      payloads.set(item, made)
      if (made instanceof Promise) {
        made.then(
          (text) => {
            if (payloads.has(item)) payloads.set(item, text)
          },
          () => payloads.delete(item),
        )
      }
      return made
    },
    leave: () => undefined,
  }
}

/**
 * An item that costs too much is the last one: the next would be refused just so, for ever.
 * @throws GraphQLError
 */
function demandAffordable({ errors = [] }: ExecutionResult): void {
  const refusal = errors.find(({ extensions }) => extensions['code'] === 'QUERY_TOO_COMPLEX')
  if (refusal !== undefined) throw refusal
}

/** A result as the `payload` of a message. */
export function serializeResult(result: ExecutionResult, log: Logger): string {
  if (result.errors === undefined) return JSON.stringify(result)
  return JSON.stringify({ ...result, errors: presentErrors(result.errors, log) })
}

function isShareable({ args, operation }: SubscriptionToRun): boolean {
  const field = rootFieldOf(operation)
  if (field === undefined) return false
  const definition = args.schema.getSubscriptionType()?.getFields()[field.name.value]
  return definition?.extensions['sharedByAuthorization'] === true
}

function rootFieldOf(operation: OperationDefinitionNode): FieldNode | undefined {
  const [selection] = operation.selectionSet.selections
  return selection?.kind === Kind.FIELD ? selection : undefined
}

function keyOf({ args, query, operation }: SubscriptionToRun, caller: Caller): string {
  const variables = args.variableValues ?? {}
  const used = variablesOfSelection(args.document, rootFieldOf(operation))
  return JSON.stringify([
    authorizationOf(caller),
    query,
    args.operationName ?? null,
    used.map((name) => [name, variables[name]]),
  ])
}

/** Names of the variables that shape results; those of the root field's arguments only choose items. */
function variablesOfSelection(document: DocumentNode, rootField: FieldNode | undefined): string[] {
  const choosing = new Set<unknown>(rootField?.arguments)
  const names = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Argument: (node) => (choosing.has(node) ? false : undefined),
    Variable: (node) => {
      names.add(node.name.value)
    },
  })
  return [...names].toSorted()
}
