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
