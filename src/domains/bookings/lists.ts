import type { Booking } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { connectionNames, pageOptions, SortDirection } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import { BookingWhere, toWhere } from './type.ts'

const BookingOrder = builder.inputType('BookingOrder', {
  description: 'A step of the order.',
  fields: (t) => ({
    field: t.field({
      required: true,
      description: 'By what.',
      type: builder.enumType('BookingOrderField', {
        description: 'What bookings can be ordered by.',
        values: {
          START_TIME: { value: 'startTime', description: 'Start.' },
          CREATED: { value: 'created', description: 'When it was booked.' },
          UPDATED: { value: 'updated', description: 'When it last changed.' },
        } as const,
      }),
    }),
    direction: t.field({ type: SortDirection, description: 'Ascending when left out.' }),
  }),
})

builder.queryFields((t) => ({
  booking: t.prismaField({
    type: 'Booking',
    nullable: true,
    description: 'One booking; null when there is none with this id.',
    authScopes: { permission: 'bookings:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the booking.' }) },
    resolve: (query, _root, { id }, context): Promise<Booking | null> =>
      scopedPrisma(context).booking.findUnique({ ...query, where: { id } }),
  }),
  bookings: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Booking',
      description: 'Bookings; the earliest start first unless ordered otherwise.',
      authScopes: { permission: 'bookings:read' },
      args: {
        where: t.arg({ type: BookingWhere, description: 'Which ones; all when left out.' }),
        orderBy: t.arg({
          type: [BookingOrder],
          description: 'In which order; ties are broken by id.',
        }),
      },
      resolve: (query, _root, { where, orderBy }, context, info) =>
        readPage('Booking', query, context, info, {
          where: toWhere(where),
          orderBy: [
            ...(orderBy?.length ? orderBy : [{ field: 'startTime' as const }]).map((step) => ({
              [step.field]: step.direction ?? 'asc',
            })),
            { id: 'asc' },
          ],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).booking.count({ where: toWhere(where) }),
    },
    ...connectionNames('Booking'),
  ),
}))
