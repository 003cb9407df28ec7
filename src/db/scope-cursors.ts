import { isObject, relationOf } from './narrow-reading.ts'

/** Column of a model that holds the organization. */
type TenantKey = (model: string) => string

/**
 * Keeps every cursor of a Prisma call inside the organization, however deep. The row that a cursor names
 * is looked up by itself, apart from `where`: another organization's would tell where it stands.
 */
export function scopeCursors(
  model: string,
  args: Record<string, unknown>,
  organizationId: string,
  tenantKeyOf: TenantKey,
): Record<string, unknown> {
  const scoped = { ...args }
  const { cursor } = args
  if (isObject(cursor)) scoped['cursor'] = { ...cursor, [tenantKeyOf(model)]: organizationId }
  for (const key of ['select', 'include'] as const) {
    const selection = args[key]
    if (!isObject(selection)) continue
    scoped[key] = Object.fromEntries(
      Object.entries(selection).map(([name, value]) => {
        const relation = isObject(value) ? relationOf(model, name) : undefined
        return relation === undefined || !isObject(value)
          ? [name, value]
          : [name, scopeCursors(relation.type, value, organizationId, tenantKeyOf)]
      }),
    )
  }
  return scoped
}
