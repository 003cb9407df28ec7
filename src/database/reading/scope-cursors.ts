import { isObject, relationOf, type Restrictions } from './narrow-reading.ts'
import { beyondPlace, type Place, placeOf } from './place.ts'

/** Which of these records of a model meet its condition. */
export type FindVisible = (
  model: string,
  ids: readonly string[],
  condition: object,
) => Promise<ReadonlySet<string>>

/** Column of a model that holds the organization. */
type TenantKey = (model: string) => string

/** No record has this id. */
const NOWHERE = ''

/**
 * Keeps every cursor of a Prisma call inside the organization, however deep. The row that a cursor names
 * is looked up by itself, apart from `where`: another organization's would tell where it stands, and so
 * would one that the caller may not see.
 * @param hidden ids of cursors that lead nowhere, see `findHiddenCursors`
 */
export function scopeCursors(
  model: string,
  args: Record<string, unknown>,
  organizationId: string,
  tenantKeyOf: TenantKey,
  hidden: ReadonlySet<unknown>,
): Record<string, unknown> {
  const { cursor } = args
  const place = placeOf(cursor)
  const scoped = place === undefined ? { ...args } : fromPlace(model, args, place)
  if (place === undefined && isObject(cursor)) {
    const id = hidden.has(cursor['id']) ? { id: NOWHERE } : {}
    scoped['cursor'] = { ...cursor, ...id, [tenantKeyOf(model)]: organizationId }
  }
  for (const key of ['select', 'include'] as const) {
    const selection = args[key]
    if (!isObject(selection)) continue
    scoped[key] = Object.fromEntries(
      Object.entries(selection).map(([name, value]) => {
        const relation = isObject(value) ? relationOf(model, name) : undefined
        return relation === undefined || !isObject(value)
          ? [name, value]
          : [name, scopeCursors(relation.type, value, organizationId, tenantKeyOf, hidden)]
      }),
    )
  }
  return scoped
}

/** A cursor that names a place becomes a condition, which Prisma knows. */
function fromPlace(
  model: string,
  args: Record<string, unknown>,
  place: Place,
): Record<string, unknown> {
  const { where } = args
  const beyond = beyondPlace(model, args['orderBy'], place, Number(args['take'] ?? 0) < 0)
  const from = { ...args, where: where === undefined ? beyond : { AND: [where, beyond] } }
  // The row that stood there is left out by the condition.
  Reflect.deleteProperty(from, 'cursor')
  Reflect.deleteProperty(from, 'skip')
  return from
}

/** Ids that cursors of a call name, of records that its caller may not see. */
export async function findHiddenCursors(
  model: string,
  args: Record<string, unknown>,
  restrictions: Restrictions,
  findVisible: FindVisible,
): Promise<ReadonlySet<string>> {
  const named = new Map<string, string[]>()
  collectCursors(model, args, named)
  const hidden = new Set<string>()
  for (const [type, ids] of named) {
    const condition = restrictions.get(type)
    if (condition === undefined) continue
    const visible = await findVisible(type, ids, condition)
    for (const id of ids) if (!visible.has(id)) hidden.add(id)
  }
  return hidden
}

function collectCursors(
  model: string,
  args: Record<string, unknown>,
  into: Map<string, string[]>,
): void {
  const { cursor } = args
  if (isObject(cursor) && typeof cursor['id'] === 'string') {
    into.set(model, [...(into.get(model) ?? []), cursor['id']])
  }
  for (const key of ['select', 'include'] as const) {
    for (const [name, value] of Object.entries(args[key] ?? {})) {
      const relation = isObject(value) ? relationOf(model, name) : undefined
      if (relation !== undefined && isObject(value)) collectCursors(relation.type, value, into)
    }
  }
}
