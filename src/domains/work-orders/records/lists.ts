import type { Caller } from '../../../access/caller.ts'
import type { Prisma } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import { visibleParts } from '../access.ts'

const PartWhere = builder.inputType('PartWhere', {
  description: 'Which parts; all given conditions must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name or of the number; case does not matter.' }),
    belowMinimum: t.boolean({ description: 'True: only those of which there are too few.' }),
  }),
})

const PartOrder = builder.enumType('PartOrder', {
  description: 'Order of parts; ties are broken by id.',
  values: {
    NAME: { value: 'name', description: 'By name.' },
    STOCK: { value: 'stock', description: 'The fewest first.' },
    UPDATED: { value: 'updated', description: 'The longest unchanged first.' },
  } as const,
})

function toPartWhere(
  caller: Caller,
  where: typeof PartWhere.$inferInput | null | undefined,
  fields: { minStock: Prisma.IntFieldRefInput<'Part'> },
): Prisma.PartWhereInput {
  const contains = { contains: where?.search ?? '', mode: 'insensitive' as const }
  return {
    AND: visibleParts(caller),
    ...(where?.search == null ? {} : { OR: [{ name: contains }, { partNumber: contains }] }),
    ...(where?.belowMinimum === true ? { stock: { lt: fields.minStock } } : {}),
  }
}

builder.queryFields((t) => ({
  parts: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Part',
      description: 'Parts kept in stock; not for requesters and contractors.',
      authScopes: { permission: 'work-orders:read' },
      args: {
        where: t.arg({ type: PartWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({ type: PartOrder, description: 'In which order; by name when left out.' }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) => {
        const { part } = scopedPrisma(context)
        return readPage('Part', query, context, info, {
          where: toPartWhere(callerOf(context), where, part.fields),
          orderBy: [{ [orderBy ?? 'name']: 'asc' }, { id: 'asc' }],
        })
      },
      totalCount: (_root, { where }, context) => {
        const { part } = scopedPrisma(context)
        return part.count({ where: toPartWhere(callerOf(context), where, part.fields) })
      },
    },
    ...connectionNames('Part'),
  ),
}))
