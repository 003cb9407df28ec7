import type { BookingSeries } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'

builder.queryFields((t) => ({
  bookingSeries: t.prismaField({
    type: 'BookingSeries',
    nullable: true,
    description: 'One series; null when there is none with this id.',
    authScopes: { permission: 'bookings:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the series.' }) },
    resolve: (query, _root, { id }, context): Promise<BookingSeries | null> =>
      scopedPrisma(context).bookingSeries.findUnique({ ...query, where: { id } }),
  }),
}))
