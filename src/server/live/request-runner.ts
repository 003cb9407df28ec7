import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type OperationDefinitionNode,
  OperationTypeNode,
  createSourceEventStream,
  execute,
  getOperationAST,
  visit,
} from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import type { Caller } from '../../access/caller.ts'
import { admitOperation, isRefused } from '../../graphql/limits/admission.ts'
import { withDeadline } from '../../graphql/limits/request-limits.ts'
import type { Logger } from '../../log.ts'
import { chooseRequestId, withRequestId } from '../../process/request-id.ts'
import type { GraphQLHandler, RequestContext } from '../graphql-handler.ts'
import { type Execution, createExecutions, serializeResult } from './shared-execution.ts'

export interface StartedStream extends Execution<Buffer> {
  kind: 'stream'
  /** What happens, before execution. */
  items: AsyncIterable<unknown>
  /** Whether the document asks for StreamGap, so that its client learns of missing events. */
  showsGaps: boolean
}

/** How a request that came as a message begins. */
export type Outcome =
  | { kind: 'refused'; errors: readonly GraphQLError[] }
  | { kind: 'result'; payload: Buffer }
  | StartedStream

export interface RequestRunner {
  /** Rejects with what the parser, the context or the server itself threw. */
  start(payload: SubscribePayload, context: RequestContext & { caller: Caller }): Promise<Outcome>
}

const encode = (text: string): Buffer => Buffer.from(text)

/**
 * Runs requests outside HTTP with the same rules: plugins, limits, masking.
 * @param timeoutMs for opening a subscription, and for each item of it
 */
export function createRequestRunner(
  graphql: GraphQLHandler,
  log: Logger,
  timeoutMs: number,
): RequestRunner {
  const executions = createExecutions(log, timeoutMs, encode)
  const open = withDeadline(createSourceEventStream, timeoutMs)
  return {
    start: (payload, context) => withRequestId(chooseRequestId(), () => begin(payload, context)),
  }

  async function begin(
    payload: SubscribePayload,
    context: RequestContext & { caller: Caller },
  ): Promise<Outcome> {
    const rate = await graphql.admit(context)
    const enveloped = graphql.getEnveloped({ ...context, rate })
    const document: DocumentNode = enveloped.parse(payload.query)
    const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document)
    if (errors.length > 0) return { kind: 'refused', errors }
    const operation: OperationDefinitionNode | null | undefined = getOperationAST(
      document,
      payload.operationName,
    )
    if (!operation) {
      return { kind: 'refused', errors: [new GraphQLError('Unable to identify operation')] }
    }
    const args: ExecutionArgs = {
      schema: enveloped.schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
      contextValue: await enveloped.contextFactory(),
    }
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      return {
        kind: 'result',
        payload: encode(serializeResult(await enveloped.execute(args), log)),
      }
    }
    const admitted = admitOperation(args)
    if (admitted !== undefined && isRefused(admitted)) {
      return { kind: 'result', payload: encode(serializeResult({ errors: admitted }, log)) }
    }
    const items = await open(args)
    if (!(Symbol.asyncIterator in items)) {
      return { kind: 'result', payload: encode(serializeResult(items, log)) }
    }
    const { caller } = context
    return {
      kind: 'stream',
      items,
      showsGaps: mentionsType(document, 'StreamGap'),
      ...executions.join({ args, query: payload.query, operation, caller, execute }),
    }
  }
}

function mentionsType(document: DocumentNode, name: string): boolean {
  let found = false
  visit(document, {
    NamedType: (node) => {
      found ||= node.name.value === name
    },
  })
  return found
}
