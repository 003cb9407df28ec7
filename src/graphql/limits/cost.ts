import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isIntrospectionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { type Pricing, priceOf, type Selected, type Standing } from './field-price.ts'

/** What an operation asks for, measured before anything of it runs. */
export interface Cost {
  /** Fields, each times the records that it may be answered for, and entries of lists given. */
  points: number
  depth: number
  /** Levels of what is asked about the schema itself. */
  introspectionDepth: number
}

/** One operation of a document with its variables, as they were coerced. */
export interface Measurable {
  schema: GraphQLSchema
  document: DocumentNode
  operation: OperationDefinitionNode
  variables: Record<string, unknown>
}

const NOTHING: Cost = { points: 0, depth: 0, introspectionDepth: 0 }

/**
 * What an operation costs, in time that grows with the length of its document: what a selection costs
 * on a type is worked out once, however often fragments lead to it.
 * @throws GraphQLError BAD_USER_INPUT for a list or a text that is too long
 */
export function costOf(given: Measurable): Cost {
  const { points, ...depths } = createMeter(given).ofSelection(startOf(given))
  return { points: Math.ceil(points), ...depths }
}

/**
 * The field that makes an operation expensive: from the root down, always the dearest, as long as one
 * stands out. For the message of a refusal.
 */
export function findDearest(given: Measurable, by: keyof Cost): string {
  const meter = createMeter(given)
  const path: string[] = []
  let place: Place | undefined = startOf(given)
  while (place !== undefined) {
    const { at } = place
    const fields = meter.fieldsOf(place)
    const costs = fields.map((field) => meter.ofField(field, at)[by])
    const most = Math.max(...costs)
    const dearest: Selected | undefined = fields[costs.indexOf(most)]
    const total = costs.reduce((sum, cost) => sum + cost, 0)
    // Where the cost is spread evenly below, the field above is the one to name.
    if (dearest === undefined || (path.length > 0 && most < total / 2)) break
    path.push(dearest.node.name.value)
    place = meter.below(dearest, at)
  }
  return path.join('.')
}

/** A selection with the type that it is made of, and what is above it. */
interface Place {
  set: SelectionSetNode
  type: GraphQLNamedType
  at: Standing
}

function startOf({ schema, operation }: Measurable): Place {
  const type = schema.getRootType(operation.operation)
  if (!type) throw new GraphQLError(`The schema has no ${operation.operation}`)
  return { set: operation.selectionSet, type, at: { given: 0, everyType: false } }
}

function createMeter({ schema, document, variables }: Measurable) {
  const fragments = fragmentsOf(document)
  const pricing: Pricing = { schema, variables, sizes: new Map() }
  const known = new Map<SelectionSetNode, Map<string, Cost>>()

  function ofSelection(place: Place): Cost {
    const { set, type, at } = place
    const key = `${type.name} ${at.given} ${at.everyType}`
    const costs = known.get(set) ?? new Map<string, Cost>()
    known.set(set, costs)
    const before = costs.get(key)
    if (before !== undefined) return before
    const total = { ...NOTHING }
    for (const node of set.selections) {
      let cost = NOTHING
      if (node.kind === Kind.FIELD) cost = ofField({ node, on: type }, at)
      else {
        const part = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)
        if (part !== undefined) cost = ofSelection(placeOf(part, place))
      }
      total.points += cost.points
      total.depth = Math.max(total.depth, cost.depth)
      total.introspectionDepth = Math.max(total.introspectionDepth, cost.introspectionDepth)
    }
    costs.set(key, total)
    return total
  }

  function ofField(selected: Selected, at: Standing): Cost {
    const price = priceOf(selected, at, pricing)
    if (price === undefined) return { points: 1, depth: 1, introspectionDepth: 0 }
    const { selectionSet: set } = selected.node
    const inner = set === undefined ? NOTHING : ofSelection({ set, ...price.below })
    const isAboutSchema = isIntrospectionType(selected.on)
    return {
      points: price.own + inner.points * price.multiplier,
      depth: isAboutSchema ? 0 : inner.depth + 1,
      introspectionDepth: inner.introspectionDepth + (isAboutSchema ? 1 : 0),
    }
  }

  /** Fields of a selection with fragments written out; of abstract types those of all. */
  function fieldsOf(place: Place): Selected[] {
    return place.set.selections.flatMap((node): Selected[] => {
      if (node.kind === Kind.FIELD) return [{ node, on: place.type }]
      const part = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)
      return part === undefined ? [] : fieldsOf(placeOf(part, place))
    })
  }

  function placeOf(part: InlineFragmentNode | FragmentDefinitionNode, { type, at }: Place): Place {
    const name = part.typeCondition?.name.value
    const narrowed = name === undefined ? type : (schema.getType(name) ?? type)
    return { set: part.selectionSet, type: narrowed, at }
  }

  function below(selected: Selected, at: Standing): Place | undefined {
    const { selectionSet: set } = selected.node
    const price = priceOf(selected, at, pricing)
    return set === undefined || price === undefined ? undefined : { set, ...price.below }
  }

  return { ofSelection, ofField, fieldsOf, below }
}

/** Top-level fields of an operation: each of a mutation counts as one request. */
export function countTopLevelFields(given: Measurable): number {
  return createMeter(given).fieldsOf(startOf(given)).length
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const found = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(found.map((node) => [node.name.value, node]))
}
