import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLInputType,
  type GraphQLScalarType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
  isScalarType,
} from 'graphql'
import { type Fault, badRequest } from './problem.ts'
import { readText, ValueFault } from './values.ts'

/** Records of a page when `limit` is not given, and the most that may be asked for. */
export const LIMIT = { default: 20, most: 100 }

/** One parameter of the query string. */
export interface Parameter {
  name: string
  description: string
  /** Of one value. */
  type: GraphQLScalarType | GraphQLEnumType
  /** Several values with commas between them. */
  isList: boolean
  isRequired: boolean
  /** Where it goes in the variables of the document. */
  path: readonly string[]
  /** Only these values, each standing for that of GraphQL: the steps of an ordering. */
  steps?: ReadonlyMap<string, unknown>
}

/**
 * Everything that may be asked of a query by parameters: `limit` and `cursor` for its page, its
 * filters (`status=Open,Accepted`, `created.gte=1780000000`), `sort=-created`.
 * @param shownAs names of GraphQL → names of REST, where payloads call a field otherwise
 */
export function parametersOf(
  args: readonly GraphQLArgument[],
  shownAs: ReadonlyMap<string, string>,
): Parameter[] {
  return args.flatMap((arg): Parameter[] => {
    const { name, type } = arg
    if (name === 'last' || name === 'before') return []
    const named = getNamedType(type)
    const isRequired = isRequiredArgument(arg)
    const said = arg.description ?? ''
    if (name === 'orderBy' && isInputObjectType(named)) return [sortOf(named.name, named, shownAs)]
    if (isInputObjectType(named)) return filtersOf(named, [name], shownAs)
    if (!isLeaf(named)) return []
    const [shown, description] = PAGE[name] ?? [shownAs.get(name) ?? name, said]
    return [
      { name: shown, description, type: named, isList: isMany(type), isRequired, path: [name] },
    ]
  })
}

const PAGE: Readonly<Record<string, [string, string]>> = {
  first: ['limit', `Records of a page, 1 to ${LIMIT.most}; ${LIMIT.default} when left out.`],
  after: ['cursor', 'The `nextCursor` of the page before.'],
}

/** A filter that compares is a parameter per comparison; the commonest has no ending. */
function filtersOf(
  type: { getFields(): Record<string, { name: string; type: GraphQLInputType }> },
  above: readonly string[],
  shownAs: ReadonlyMap<string, string>,
  prefix = '',
): Parameter[] {
  return Object.values(type.getFields()).flatMap((field): Parameter[] => {
    const named = getNamedType(field.type)
    const path = [...above, field.name]
    const own = shownAs.get(field.name) ?? field.name
    const name = prefix === '' ? own : field.name === 'in' ? prefix : `${prefix}.${field.name}`
    const description = Reflect.get(field, 'description') ?? ''
    if (isLeaf(named)) {
      const isList = isMany(field.type)
      return [{ name, description, type: named, isList, isRequired: false, path }]
    }
    // A filter made of filters has no form of one line: GraphQL has it.
    if (!isInputObjectType(named) || named === type || prefix !== '') return []
    return filtersOf(named, path, shownAs, own)
  })
}

function sortOf(
  name: string,
  type: { getFields(): Record<string, { type: GraphQLInputType }> },
  shownAs: ReadonlyMap<string, string>,
): Parameter {
  const order = getNamedType(type.getFields()['field']?.type)
  if (!isEnumType(order)) throw new Error(`${name} orders by nothing`)
  const steps = new Map<string, unknown>()
  for (const { name: field } of order.getValues()) {
    const camel = field
      .toLowerCase()
      .replaceAll(/_(.)/g, (_all, next: string) => next.toUpperCase())
    const shown = shownAs.get(camel) ?? camel
    steps.set(shown, { field, direction: 'ASC' })
    steps.set(`-${shown}`, { field, direction: 'DESC' })
  }
  return {
    name: 'sort',
    description: 'By what to order, the largest first with a minus: `-created`.',
    type: order,
    isList: true,
    isRequired: false,
    path: ['orderBy'],
    steps,
  }
}

function isLeaf(type: unknown): type is GraphQLScalarType | GraphQLEnumType {
  return isScalarType(type) || isEnumType(type)
}

const isMany = (type: GraphQLInputType) => isListType(getNullableType(type))

/**
 * The variables that a query string stands for.
 * @throws Problem 400 with everything that is wrong
 */
export function readParameters(
  query: URLSearchParams,
  parameters: readonly Parameter[],
): Record<string, unknown> {
  const variables: Record<string, unknown> = {}
  const faults: Fault[] = []
  for (const name of new Set(query.keys())) {
    const parameter = parameters.find((each) => each.name === name)
    if (parameter === undefined) {
      const known = parameters.map((each) => each.name).join(', ')
      const told = known === '' ? 'there are no parameters here' : `there are ${known}`
      faults.push({ path: name, message: `is not a parameter: ${told}` })
      continue
    }
    try {
      put(variables, parameter.path, readParameter(query.getAll(name), parameter))
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error
      faults.push({ path: name, message: error.message })
    }
  }
  for (const { name, isRequired } of parameters) {
    if (isRequired && !query.has(name)) faults.push({ path: name, message: 'is required' })
  }
  if (faults.length > 0) {
    const detail = faults.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw badRequest(detail, faults)
  }
  return variables
}

function readParameter(texts: readonly string[], parameter: Parameter): unknown {
  const { type, isList, steps, name } = parameter
  if (isList) {
    const parts = texts.flatMap((text) => text.split(',')).map((part) => part.trim())
    return parts.map((part) => (steps === undefined ? readText(part, type) : stepOf(part, steps)))
  }
  const [text = '', ...others] = texts
  if (others.length > 0) throw new ValueFault('must be given once')
  if (name !== 'limit') return readText(text, type)
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= LIMIT.most) return limit
  throw new ValueFault(`must be 1 to ${LIMIT.most}`)
}

function stepOf(text: string, steps: ReadonlyMap<string, unknown>): unknown {
  const step = steps.get(text)
  if (step !== undefined) return step
  const fields = [...steps.keys()].filter((each) => !each.startsWith('-'))
  throw new ValueFault(`must be one of ${fields.join(', ')}, with a minus for the largest first`)
}

function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path
  if (head === undefined) return
  if (rest.length === 0) {
    into[head] = value
    return
  }
  const below: Record<string, unknown> = { ...Object(into[head]) }
  put(below, rest, value)
  into[head] = below
}
