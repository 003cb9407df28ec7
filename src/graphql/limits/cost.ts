import { complexityFromQuery } from '@pothos/plugin-complexity'
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** What an operation asks for, measured before anything of it runs. */
export interface Cost {
  /** Fields, each times the records that it may be answered for. */
  points: number
  depth: number
  /** Fields in the document, fragments written out. */
  breadth: number
}

/** One operation of a document with its variables. */
export interface Measurable {
  schema: GraphQLSchema
  document: DocumentNode
  operation: OperationDefinitionNode
  variables: Record<string, unknown>
  context: object
}

/** Costs of documents that are sent again and again, by operation and variables. */
const known = new WeakMap<DocumentNode, Map<string, Cost>>()
const MAX_KNOWN_PER_DOCUMENT = 8
/** Longer variables seldom come twice. */
const MAX_VARIABLES_LENGTH = 500

/** @returns undefined when variables do not fit their types: executing says how. */
export function costOf(given: Measurable): Cost | undefined {
  const key = `${given.operation.name?.value ?? ''} ${JSON.stringify(given.variables)}`
  const costs = known.get(given.document) ?? new Map<string, Cost>()
  const before = costs.get(key)
  if (before !== undefined) return before
  try {
    const cost = measure(given, given.operation.selectionSet)
    if (key.length <= MAX_VARIABLES_LENGTH && costs.size < MAX_KNOWN_PER_DOCUMENT) {
      known.set(given.document, costs.set(key, cost))
    }
    return cost
  } catch (error) {
    if (error instanceof GraphQLError) return undefined
    throw error
  }
}

function measure(given: Measurable, selectionSet: SelectionSetNode): Cost {
  const definitions = [{ ...given.operation, selectionSet }, ...fragmentsOf(given.document)]
  const result = complexityFromQuery(
    { kind: Kind.DOCUMENT, definitions },
    { schema: given.schema, ctx: given.context, variables: given.variables },
  )
  return { points: result.complexity, depth: result.depth, breadth: result.breadth }
}

/**
 * The field that makes an operation expensive: from the root down, always the dearest, as long as one
 * stands out. For the message of a refusal, so it takes its time.
 */
export function findDearest(given: Measurable, by: keyof Cost): string {
  const path: Selected[] = []
  let selectionSet: SelectionSetNode | undefined = given.operation.selectionSet
  while (selectionSet !== undefined) {
    const fields: Selected[] = fieldsOf(given.document, selectionSet)
    const costs = fields.map((field) => measure(given, branch([...path, field]))[by])
    const most = Math.max(...costs)
    const field = fields[costs.indexOf(most)]
    const total = costs.reduce((sum, cost) => sum + cost, 0)
    // Where the cost is spread evenly below, the field above is the one to name.
    if (field === undefined || (path.length > 0 && most < total / 2)) break
    path.push(field)
    selectionSet = field.node.selectionSet
  }
  return path.map(({ node }) => node.name.value).join('.')
}

/** A field, and the type on which it was selected where that is not the one around it. */
interface Selected {
  node: FieldNode
  on: NamedTypeNode | undefined
}

/** A selection of nothing but the last field of a path. */
function branch(path: readonly Selected[]): SelectionSetNode {
  const [first, ...below] = path
  if (first === undefined) return selectionOf()
  const { node, on } = first
  const narrowed = below.length === 0 ? node : { ...node, selectionSet: branch(below) }
  if (on === undefined) return selectionOf(narrowed)
  return selectionOf({
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: on,
    selectionSet: selectionOf(narrowed),
  })
}

function selectionOf(...selections: SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections }
}

/** Top-level fields of an operation: each of a mutation counts as one request. */
export function countTopLevelFields({ document, operation }: Measurable): number {
  return fieldsOf(document, operation.selectionSet).length
}

function fragmentsOf(document: DocumentNode): FragmentDefinitionNode[] {
  return document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
}

/** Fields of a selection with fragments written out; of abstract types those of all. */
function fieldsOf(
  document: DocumentNode,
  selectionSet: SelectionSetNode,
  on?: NamedTypeNode,
): Selected[] {
  return selectionSet.selections.flatMap((node): Selected[] => {
    if (node.kind === Kind.FIELD) return [{ node, on }]
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT
        ? node
        : fragmentsOf(document).find((each) => each.name.value === node.name.value)
    if (fragment === undefined) return []
    return fieldsOf(document, fragment.selectionSet, fragment.typeCondition ?? on)
  })
}
