import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql'
import { type Cost, costOf, findDearest, type Measurable } from './cost.ts'
import { badInput, COST_LIMITS, tooComplex } from './limits.ts'
import { findUnstorable, UNSTORABLE } from './storable-text.ts'

/** An operation that may run. */
export interface Admitted {
  operation: OperationDefinitionNode
  cost: Cost
  measurable: Measurable
}

interface Asked {
  schema: GraphQLSchema
  document: DocumentNode
  operationName?: string | null | undefined
  variableValues?: Readonly<Record<string, unknown>> | null | undefined
}

export function isRefused(
  answer: Admitted | readonly GraphQLError[],
): answer is readonly GraphQLError[] {
  return Array.isArray(answer)
}

/** Operations found fit before, by name and variables. */
const known = new WeakMap<DocumentNode, Map<string, Admitted>>()
const MAX_KNOWN_PER_DOCUMENT = 8
/** Longer variables seldom come twice. */
const MAX_KEY_LENGTH = 500
const MAX_VARIABLE_ERRORS = 5

/**
 * Looks at what a valid document asks for, before anything of it runs: its variables, the length of
 * each list and text, and what it costs. Queries, mutations and subscriptions, over HTTP, as events
 * and over WebSocket all come past here.
 * @returns why it may not run; undefined for a document without such an operation, which executing
 * says better
 */
export function admitOperation(asked: Asked): Admitted | readonly GraphQLError[] | undefined {
  const { schema, document } = asked
  const operation = getOperationAST(document, asked.operationName)
  if (operation == null) return undefined
  const given = declared(operation, asked.variableValues ?? {})
  const key = `${operation.name?.value ?? ''} ${JSON.stringify(given)}`
  const before = known.get(document)?.get(key)
  if (before !== undefined) return before
  const unstorable = findUnstorable(given)
  if (unstorable !== undefined) return [badInput(`$${unstorable} ${UNSTORABLE}`)]
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], given, {
    maxErrors: MAX_VARIABLE_ERRORS,
  })
  if (coerced.errors !== undefined) {
    return coerced.errors.map(({ message, nodes }) => badInput(message, nodes))
  }
  const measurable = { schema, document, operation, variables: coerced.coerced }
  try {
    const cost = costOf(measurable)
    const refused = refusalOf(cost, measurable)
    return refused === undefined ? remember(key, { operation, measurable, cost }) : [refused]
  } catch (error) {
    if (error instanceof GraphQLError) return [error]
    throw error
  }
}

/** Only variables that the operation declares mean anything. */
function declared(
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = operation.variableDefinitions?.map(({ variable }) => variable.name.value) ?? []
  const given = names.filter((name) => Object.hasOwn(variables, name))
  return Object.fromEntries(given.map((name) => [name, variables[name]]))
}

function remember(key: string, admitted: Admitted): Admitted {
  const { document } = admitted.measurable
  const costs = known.get(document) ?? new Map<string, Admitted>()
  if (key.length <= MAX_KEY_LENGTH && costs.size < MAX_KNOWN_PER_DOCUMENT) {
    known.set(document, costs.set(key, admitted))
  }
  return admitted
}

function refusalOf(cost: Cost, of: Measurable): GraphQLError | undefined {
  if (cost.depth > COST_LIMITS.depth) {
    return tooComplex(
      `The query is ${cost.depth} levels deep; at most ${COST_LIMITS.depth} are allowed. The deepest is below "${findDearest(of, 'depth')}"`,
    )
  }
  if (cost.introspectionDepth > COST_LIMITS.introspectionDepth) {
    return tooComplex(
      `The query asks ${cost.introspectionDepth} levels deep about the schema; at most ${COST_LIMITS.introspectionDepth} are allowed`,
    )
  }
  if (cost.points > COST_LIMITS.complexity) {
    return tooComplex(
      `The query costs ${cost.points} points; at most ${COST_LIMITS.complexity} are allowed. "${findDearest(of, 'points')}" costs most: ask for smaller pages (first)`,
    )
  }
  return undefined
}
