import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../builder.ts'
import { PAGE_DEFAULT, PAGE_MAX } from '../limits/limits.ts'

/** Options shared by every Prisma-backed list: page sizes and what a page costs. */
export const pageOptions = {
  cursor: 'id',
  defaultSize: PAGE_DEFAULT,
  maxSize: PAGE_MAX,
  complexity: (args: { first?: number | null | undefined; last?: number | null | undefined }) => ({
    field: 1,
    multiplier: Math.min(args.first ?? args.last ?? PAGE_DEFAULT, PAGE_MAX),
  }),
} as const

/** Names of a list's types, so that every list of one type shares them. */
export function connectionNames(type: string) {
  return [
    { name: `${type}Connection`, description: `A page of ${type} records.` },
    { name: `${type}Edge`, description: `A ${type} with its cursor.` },
  ] as const
}

export const SortDirection = builder.enumType('SortDirection', {
  description: 'Order of a list.',
  values: {
    ASC: { value: 'asc', description: 'Smallest or oldest first.' },
    DESC: { value: 'desc', description: 'Largest or newest first.' },
  } as const,
})

export const DateTimeFilter = builder.inputType('DateTimeFilter', {
  description: 'Compares a moment; all given conditions must hold.',
  fields: (t) => ({
    gte: t.field({ type: 'DateTime', description: 'At or after.' }),
    gt: t.field({ type: 'DateTime', description: 'After.' }),
    lte: t.field({ type: 'DateTime', description: 'At or before.' }),
    lt: t.field({ type: 'DateTime', description: 'Before.' }),
  }),
})

export const IdFilter = builder.inputType('IdFilter', {
  description: 'Compares an id.',
  fields: (t) => ({
    in: t.idList({ description: 'One of these (at most 100).' }),
    isNull: t.boolean({ description: 'True: only records without it; false: only with it.' }),
  }),
})

/** The comparator in Prisma's form; undefined where nothing was asked. */
export function toDateTimeFilter(
  filter: typeof DateTimeFilter.$inferInput | null | undefined,
): Prisma.DateTimeFilter | undefined {
  if (filter == null) return undefined
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value != null))
}

/** The comparator in Prisma's form, for a column that may be empty; undefined where nothing was asked. */
export function toIdFilter(
  filter: typeof IdFilter.$inferInput | null | undefined,
): { in?: string[]; equals?: null; not?: null } | undefined {
  if (filter == null) return undefined
  return {
    ...(filter.in == null ? {} : { in: filter.in }),
    ...(filter.isNull === true ? { equals: null } : {}),
    ...(filter.isNull === false ? { not: null } : {}),
  }
}

/** The same for a column that is never empty, of which Prisma does not take the question. */
export function toRequiredIdFilter(
  filter: typeof IdFilter.$inferInput | null | undefined,
): { in?: string[] } | undefined {
  if (filter?.isNull === true) return { in: [] }
  return filter?.in == null ? undefined : { in: filter.in }
}
