import { isObject, relationOf, type Restrictions } from './narrow-reading.ts'
import type { FindVisible } from './scope-cursors.ts'

/** A record that another one leads to. */
interface Reached {
  holder: Record<string, unknown>
  relation: string
  id: string
}

/**
 * Takes out of what a Prisma call has read every record that may not be seen and was reached from the
 * many to the one, however deep: null stands in its place, as if there were none. A statement per
 * restricted model that was reached, none otherwise.
 */
export async function hideForeign(
  model: string,
  args: Record<string, unknown>,
  result: unknown,
  restrictions: Restrictions,
  findVisible: FindVisible,
): Promise<void> {
  const reached = new Map<string, Reached[]>()
  collect(model, args, result, restrictions, reached)
  for (const [type, records] of reached) {
    const ids = [...new Set(records.map((record) => record.id))]
    const visible = await findVisible(type, ids, restrictions.get(type) ?? {})
    for (const { holder, relation, id } of records) {
      if (!visible.has(id)) holder[relation] = null
    }
  }
}

function collect(
  model: string,
  args: Record<string, unknown>,
  result: unknown,
  restrictions: Restrictions,
  reached: Map<string, Reached[]>,
): void {
  if (Array.isArray(result)) {
    for (const record of result) collect(model, args, record, restrictions, reached)
    return
  }
  if (!isObject(result)) return
  for (const [name, selected] of selectionsOf(args)) {
    const field = relationOf(model, name)
    const value = result[name]
    if (field === undefined || value === null || value === undefined) continue
    if (!field.isList && restrictions.has(field.type) && isObject(value)) {
      const { id } = value
      if (typeof id !== 'string') throw new Error(`${field.type} cannot be looked up by its id`)
      const records = reached.get(field.type) ?? []
      records.push({ holder: result, relation: name, id })
      reached.set(field.type, records)
    }
    collect(field.type, isObject(selected) ? selected : {}, value, restrictions, reached)
  }
}

function selectionsOf(args: Record<string, unknown>): [string, unknown][] {
  return [args['select'], args['include']].flatMap((selection) =>
    isObject(selection) ? Object.entries(selection) : [],
  )
}
