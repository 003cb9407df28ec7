import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import type { Logger } from '../../log.ts'
import type { GraphQLHandler, RequestContext } from '../graphql-handler.ts'
import type { Answer, Operation } from './operation.ts'
import { notHere, Problem, problemOf, problemOfUserErrors } from './problem.ts'

/**
 * Runs the GraphQL operation of a row as a request over HTTP would: its permissions, limits,
 * idempotency, audit and deadline are those of GraphQL, because it is GraphQL that runs.
 * @throws Problem
 */
export async function runOperation(
  graphql: GraphQLHandler,
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
  log: Logger,
): Promise<Answer> {
  const { data, errors = [] } = await execute(graphql, operation.document, variables, context)
  const [first] = errors
  const records = data ?? undefined
  if (first !== undefined && (records === undefined || !errors.every(isHiddenLink))) {
    const problem = problemOf(first, log)
    // Of `node`: text that is no id of any kind.
    const isNoId = operation.row.type !== undefined && problem.code === 'BAD_USER_INPUT'
    throw isNoId ? missing(operation, variables) : problem
  }
  if (records === undefined) throw new Error(`${operation.id} answered nothing`)
  const refused = operation.userErrors?.(records) ?? []
  if (refused.length > 0)
    throw problemOfUserErrors(refused, new Set(operation.inPath.values()), operation.shownAs)
  const answer = operation.answer(records)
  if (answer === undefined) {
    throw first === undefined ? missing(operation, variables) : problemOf(first, log)
  }
  return answer
}

/** A record that the caller may not read, behind one that they may: it is left out. */
function isHiddenLink(error: GraphQLError): boolean {
  return error.extensions['code'] === 'FORBIDDEN' && (error.path?.length ?? 0) > 1
}

function missing(
  { row, shape, inPath }: Operation,
  variables: Readonly<Record<string, unknown>>,
): Problem {
  const [argument = 'id'] = inPath.values()
  const name = row.field.includes('.') ? row.field.replace(/\..*/, '') : (shape?.typeName ?? '')
  const words = name.replaceAll(/(?<=.)([A-Z])/g, ' $1').toLowerCase()
  const what = words.charAt(0).toUpperCase() + words.slice(1)
  return notHere(`${what} ${String(variables[argument])} was not found`)
}

async function execute(
  graphql: GraphQLHandler,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
): Promise<ExecutionResult<Record<string, unknown>>> {
  const enveloped = graphql.getEnveloped(context)
  const document: DocumentNode = enveloped.parse(query)
  const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document)
  if (errors.length > 0) return { errors }
  const args: ExecutionArgs = {
    schema: enveloped.schema,
    document,
    variableValues: variables,
    contextValue: await enveloped.contextFactory(),
  }
  return enveloped.execute(args)
}
