import { getDatamodel } from '../generated/pothos.ts'

const { models } = getDatamodel().datamodel

type Restrictions = ReadonlyMap<string, object>

/**
 * Adds conditions to what a Prisma call reads: to the records of the model itself, and to the lists
 * and counts that are selected below them, however deep.
 */
export function narrowReading(
  model: string,
  args: Record<string, unknown>,
  restrictions: Restrictions,
): Record<string, unknown> {
  const narrowed = narrowSelections(model, args, restrictions)
  return addCondition(narrowed, restrictions.get(model))
}

function addCondition(
  args: Record<string, unknown>,
  condition: object | undefined,
): Record<string, unknown> {
  if (condition === undefined) return args
  const where = isObject(args['where']) ? args['where'] : {}
  const and = 'AND' in where ? [where['AND']].flat() : []
  return { ...args, where: { ...where, AND: [condition, ...and] } }
}

function narrowSelections(
  model: string,
  args: Record<string, unknown>,
  restrictions: Restrictions,
): Record<string, unknown> {
  const narrowed = { ...args }
  for (const key of ['select', 'include'] as const) {
    const selection = args[key]
    if (!isObject(selection)) continue
    narrowed[key] = Object.fromEntries(
      Object.entries(selection).map(([name, value]) => [
        name,
        name === '_count' && isObject(value)
          ? narrowSelections(model, value, restrictions)
          : narrowRelation(model, name, value, restrictions),
      ]),
    )
  }
  return narrowed
}

function narrowRelation(
  model: string,
  name: string,
  value: unknown,
  restrictions: Restrictions,
): unknown {
  const field = models[model]?.fields.find((each) => each.name === name && each.kind === 'object')
  if (field === undefined || value === false || value === undefined) return value
  const args = narrowSelections(field.type, isObject(value) ? value : {}, restrictions)
  const condition = field.isList ? restrictions.get(field.type) : undefined
  const narrowed = addCondition(args, condition)
  // `true` stays what it is where nothing was added.
  return Object.keys(narrowed).length === 0 ? value : narrowed
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
