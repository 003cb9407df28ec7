import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'

/** How large a document is with its fragments written out; known without a schema. */
export interface DocumentShape {
  operations: number
  fragments: number
  aliases: number
  directives: number
  /** Selections of the largest definition. */
  breadth: number
  /** Levels of the deepest definition. */
  depth: number
  /**
   * Of each name that a definition answers with, how often it does so, squared, and of all of them
   * the sum: validation compares whatever is answered under one name, each with each.
   */
  comparisons: number
  /** Whether it asks about the schema. */
  introspects: boolean
}

/** A selection set, without what its fragments add. */
interface Own {
  names: Map<string, number>
  selections: number
  depth: number
  /** Fragments, with the level that they stand on. */
  spreads: { name: string; level: number }[]
}

/** No figure is told beyond it. */
const ENOUGH = 1_000_000

interface WrittenOut {
  names: ReadonlyMap<string, number>
  breadth: number
  depth: number
}

/**
 * Measures a document in time that grows with its length: each definition is walked once, and what a
 * fragment amounts to is worked out once, however often it is used. Names are counted up to
 * `mostNames` selections; a definition beyond that is too large anyway.
 * @throws GraphQLError for a fragment that contains itself
 */
export function shapeOf(document: DocumentNode, mostNames: number): DocumentShape {
  const counts = { aliases: 0, directives: 0, introspects: false }
  const operations: Own[] = []
  const fragments = new Map<string, Own>()
  let fragmentCount = 0
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      counts.directives += directivesOfHead(definition)
      operations.push(ownOf(definition.selectionSet, counts))
    } else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragmentCount++
      counts.directives += definition.directives?.length ?? 0
      fragments.set(definition.name.value, ownOf(definition.selectionSet, counts))
    }
  }
  const writeOut = createWriteOut(fragments, mostNames)
  const all = [...operations.map(writeOut), ...[...fragments.keys()].map(writeOut.fragment)]
  return {
    ...counts,
    operations: operations.length,
    fragments: fragmentCount,
    breadth: Math.max(0, ...all.map((each) => each.breadth)),
    depth: Math.max(0, ...all.map((each) => each.depth)),
    comparisons: all.reduce((sum, each) => sum + squaresOf(each.names), 0),
  }
}

function directivesOfHead({ directives, variableDefinitions }: OperationDefinitionNode): number {
  const ofVariables = variableDefinitions?.map((each) => each.directives?.length ?? 0) ?? []
  return ofVariables.reduce((sum, each) => sum + each, directives?.length ?? 0)
}

/** Recursion is safe: parsing has bounded how deep brackets nest. */
function ownOf(
  selectionSet: SelectionSetNode,
  counts: { aliases: number; directives: number; introspects: boolean },
  own: Own = { names: new Map(), selections: 0, depth: 0, spreads: [] },
  level = 1,
): Own {
  own.depth = Math.max(own.depth, level)
  for (const node of selectionSet.selections) {
    own.selections++
    counts.directives += node.directives?.length ?? 0
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      own.spreads.push({ name: node.name.value, level })
      continue
    }
    if (node.kind === Kind.FIELD) {
      if (node.alias !== undefined) counts.aliases++
      if (node.name.value === '__schema' || node.name.value === '__type') counts.introspects = true
      const name = node.alias?.value ?? node.name.value
      own.names.set(name, (own.names.get(name) ?? 0) + 1)
    }
    if (node.selectionSet === undefined) continue
    ownOf(node.selectionSet, counts, own, node.kind === Kind.FIELD ? level + 1 : level)
  }
  return own
}

function createWriteOut(fragments: ReadonlyMap<string, Own>, mostNames: number) {
  const known = new Map<string, WrittenOut>()
  const active = new Set<string>()

  function fragment(name: string): WrittenOut {
    const before = known.get(name)
    if (before !== undefined) return before
    const own = fragments.get(name)
    if (own === undefined) return { names: new Map(), breadth: 0, depth: 0 }
    if (active.has(name)) throw new GraphQLError(`Fragment "${name}" contains itself`)
    active.add(name)
    const made = writeOut(own)
    active.delete(name)
    known.set(name, made)
    return made
  }

  function writeOut(own: Own): WrittenOut {
    const names = new Map(own.names)
    let { selections: breadth, depth } = own
    for (const { name, level } of own.spreads) {
      const spread = fragment(name)
      // Fragments can double it a hundred times.
      breadth = Math.min(breadth + spread.breadth, ENOUGH)
      depth = Math.max(depth, level - 1 + spread.depth)
      if (breadth > mostNames) continue
      for (const [each, count] of spread.names) names.set(each, (names.get(each) ?? 0) + count)
    }
    return { names, breadth, depth }
  }

  return Object.assign(writeOut, { fragment })
}

function squaresOf(names: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const count of names.values()) sum += count * count
  return sum
}
