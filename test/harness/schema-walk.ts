import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql'

type RootKind = 'query' | 'mutation' | 'subscription'

/** One place in the schema where a client can put an id. */
export interface IdPlace {
  kind: RootKind
  /** "workOrderCreate(input.locationId)", "node.Location.workOrders(where.assigneeId.in)" */
  name: string
  /** The root field; for a field of a record, `node`. */
  root: string
  /** The record's type and field, when it is not an argument of the root field itself. */
  below?: { type: string; field: string }
  argument: GraphQLArgument
  /** From the argument down to the id. */
  path: string[]
  /** Words that may tell which kind of record is meant, nearest first. */
  hints: string[]
}

/** Every place of the schema where an id can be put, and those that cannot be reached to try. */
export function findIdPlaces(schema: GraphQLSchema): { places: IdPlace[]; unreachable: string[] } {
  const places: IdPlace[] = []
  const unreachable: string[] = []
  const roots: [RootKind, GraphQLObjectType | null | undefined][] = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ]
  const rootNames = new Set(roots.map(([, type]) => type?.name))
  for (const [kind, type] of roots) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      for (const [argument, path] of idArguments(field)) {
        places.push({
          kind,
          name: `${field.name}(${[argument.name, ...path].join('.')})`,
          root: field.name,
          argument,
          path,
          hints: hintsOf(field.name, argument, path),
        })
      }
    }
  }
  // The filters of a list are one definition, wherever it stands: those that a query takes are tried there.
  const triedAtRoot = new Set(
    Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ args }) =>
      args.filter(({ name }) => name === 'where').map(({ type }) => getNamedType(type).name),
    ),
  )
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || rootNames.has(type.name)) continue
    for (const field of Object.values(type.getFields())) {
      for (const [argument, path] of idArguments(field)) {
        if (triedAtRoot.has(getNamedType(argument.type).name)) continue
        const name = `${type.name}.${field.name}(${[argument.name, ...path].join('.')})`
        const isNode = type.getInterfaces().some((each) => each.name === 'Node')
        if (!isNode) unreachable.push(name)
        else {
          places.push({
            kind: 'query',
            name: `node.${name}`,
            root: 'node',
            below: { type: type.name, field: field.name },
            argument,
            path,
            hints: hintsOf(field.name, argument, path),
          })
        }
      }
    }
  }
  return { places, unreachable }
}

function idArguments(field: GraphQLField<unknown, unknown>): [GraphQLArgument, string[]][] {
  return field.args.flatMap((argument) =>
    idPaths(argument.type, []).map((path): [GraphQLArgument, string[]] => [argument, path]),
  )
}

function idPaths(type: GraphQLInputType, above: readonly string[]): string[][] {
  const named = getNamedType(type)
  if (named.name === 'ID') return [[]]
  // A filter that nests itself (and, or, not) is tried once.
  if (!isInputObjectType(named) || above.includes(named.name)) return []
  return Object.values(named.getFields()).flatMap((field) =>
    idPaths(field.type, [...above, named.name]).map((path) => [field.name].concat(path)),
  )
}

function hintsOf(fieldName: string, argument: GraphQLArgument, path: readonly string[]): string[] {
  const words = [argument.name, ...path].toReversed()
  return [
    ...words.filter((word) => !['in', 'id', 'ids', 'input', 'where'].includes(word)),
    fieldName,
  ]
}

/** Variables for a place: what is required, and the given id where it belongs. */
export function argumentsFor(
  args: readonly GraphQLArgument[],
  place: Pick<IdPlace, 'argument' | 'path'>,
  id: string,
  ownId: (hints: readonly string[]) => string,
): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const argument of args) {
    if (argument.name === place.argument.name) {
      given[argument.name] = withId(argument.type, place.path, id, ownId, [argument.name])
    } else if (isRequiredArgument(argument)) {
      given[argument.name] = sample(argument, ownId, [argument.name])
    }
  }
  return given
}

function withId(
  type: GraphQLInputType,
  path: readonly string[],
  id: string,
  ownId: (hints: readonly string[]) => string,
  above: readonly string[],
): unknown {
  const bare = getNullableType(type)
  if (isListType(bare)) return [withId(bare.ofType, path, id, ownId, above)]
  if (!isInputObjectType(bare)) return id
  const [head, ...rest] = path
  const value: Record<string, unknown> = {}
  for (const field of Object.values(bare.getFields())) {
    if (field.name === head) {
      value[field.name] = withId(field.type, rest, id, ownId, [field.name, ...above])
    } else if (isRequiredInputField(field)) {
      value[field.name] = sample(field, ownId, [field.name, ...above])
    }
  }
  return value
}

/** Required arguments with values that change nothing: no such id, no such version. */
export function sampleArguments(args: readonly GraphQLArgument[]): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const argument of args.filter(isRequiredArgument)) {
    given[argument.name] = sample(argument, () => 'x-none', [argument.name])
    const type = getNamedType(argument.type)
    if (isInputObjectType(type) && 'expectedVersion' in type.getFields()) {
      Object.assign(Object(given[argument.name]), { expectedVersion: 999_999 })
    }
  }
  return given
}

let count = 0
let moments = 0

function sample(
  of: GraphQLArgument | GraphQLInputField,
  ownId: (hints: readonly string[]) => string,
  hints: readonly string[],
): unknown {
  const value = (type: GraphQLInputType): unknown => {
    if (isNonNullType(type)) return value(type.ofType)
    if (isListType(type)) return [value(type.ofType)]
    if (isEnumType(type)) return type.getValues()[0]?.name
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(isRequiredInputField)
      return Object.fromEntries(
        fields.map((field) => [field.name, sample(field, ownId, [field.name, ...hints])]),
      )
    }
    switch (type.name) {
      case 'ID':
        return ownId(hints)
      case 'Int':
      case 'Float':
      case 'BigInt':
        return 1
      case 'Boolean':
        return false
      case 'DateTime':
        // Each later than the one before: `from` and `to` of the same moment would be refused.
        return new Date(Date.now() + 86_400_000 + ++moments).toISOString()
      case 'JSONObject':
        return {}
      case 'EventType':
        return 'workorder.created'
      default:
        return sampleText(of.name)
    }
  }
  return value(of.type)
}

function sampleText(name: string): string {
  if (/email/i.test(name)) return `sample-${++count}@example.com`
  if (/url/i.test(name)) return 'https://hooks.example.com/sample'
  if (/scope/i.test(name)) return 'work-orders:read'
  if (/timezone/i.test(name)) return 'UTC'
  if (/currency/i.test(name)) return 'EUR'
  return 'a sample text'
}

/**
 * A selection of everything that needs no arguments, so many levels down.
 * @param only of an abstract type, this concrete one alone
 */
export function selectAll(
  type: GraphQLNamedType,
  schema: GraphQLSchema,
  levels: number,
  only?: string,
): string {
  if (isLeafType(type)) return ''
  if (isObjectType(type)) return `{ ${selectFields(type, schema, levels, new Set())} }`
  if (!isUnionType(type) && !isInterfaceType(type)) return '{ __typename }'
  const possible = schema
    .getPossibleTypes(type)
    .filter((each) => only === undefined || each.name === only)
  // One name with different types in two of them cannot be asked for in one selection.
  const types = new Map<string, string>()
  const clashing = new Set<string>()
  for (const field of possible.flatMap((each) => Object.values(each.getFields()))) {
    const known = types.get(field.name)
    if (known !== undefined && known !== String(field.type)) clashing.add(field.name)
    types.set(field.name, String(field.type))
  }
  const parts = possible.map(
    (each) => `... on ${each.name} { ${selectFields(each, schema, levels, clashing)} }`,
  )
  return `{ __typename ${parts.join(' ')} }`
}

function selectFields(
  type: GraphQLObjectType,
  schema: GraphQLSchema,
  levels: number,
  leaveOut: ReadonlySet<string>,
): string {
  const parts = ['__typename']
  for (const field of Object.values(type.getFields())) {
    if (field.args.some(isRequiredArgument) || leaveOut.has(field.name)) continue
    const named = getNamedType(field.type)
    if (isLeafType(named)) parts.push(field.name)
    else if (levels > 0) parts.push(`${field.name} ${selectAll(named, schema, levels - 1)}`)
  }
  return parts.join(' ')
}
