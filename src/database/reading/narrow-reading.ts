import { getDatamodel } from '../../generated/pothos.ts'

const { models } = getDatamodel().datamodel

/** Conditions per model, in Prisma's form. */
export type Restrictions = ReadonlyMap<string, object>

/**
 * Adds conditions to what a Prisma call reads: to the records of the model itself, and to the lists
 * and counts that are selected below them, however deep. Prisma takes no condition where a relation
 * leads to one record: see hideForeign (hide-foreign.ts).
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

/** The relation of a model with this name; undefined for its other fields. */
export function relationOf(model: string, name: string) {
  return models[model]?.fields.find((each) => each.name === name && each.kind === 'object')
}

/**
 * Conditions for what is a part of something restricted: whose record is not seen, of that nothing is
 * seen. A model with a condition of its own keeps it.
 */
export function inheritRestrictions(own: Restrictions): Restrictions {
  const all = new Map(own)
  for (let before = -1; all.size > before;) {
    before = all.size
    for (const [model, { fields }] of Object.entries(models)) {
      const conditions = fields
        .filter((field) => field.kind === 'object' && !field.isList && field.isRequired)
        .flatMap((field) => {
          const condition = all.get(field.type)
          return condition === undefined ? [] : [{ [field.name]: condition }]
        })
      if (!all.has(model) && conditions.length > 0) all.set(model, { AND: conditions })
    }
  }
  return all
}

function narrowRelation(
  model: string,
  name: string,
  value: unknown,
  restrictions: Restrictions,
): unknown {
  const field = relationOf(model, name)
  if (field === undefined || value === false || value === undefined) return value
  const args = narrowSelections(field.type, isObject(value) ? value : {}, restrictions)
  const condition = field.isList ? restrictions.get(field.type) : undefined
  const narrowed = addCondition(args, condition)
  if (!field.isList && restrictions.has(field.type) && isObject(narrowed['select'])) {
    // By which it is looked up whether it may be seen.
    narrowed['select'] = { ...narrowed['select'], id: true }
  }
  // `true` stays what it is where nothing was added.
  return Object.keys(narrowed).length === 0 ? value : narrowed
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
