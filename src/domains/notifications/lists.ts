import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { callerOf, type Context, demand, scopedPrisma } from '../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../graphql/reading/paging.ts'
import { readPage } from '../../graphql/reading/read-page.ts'

/** A user's own ones; a key with notifications:read sees everybody's. */
function visible(
  context: Context,
  unread: boolean | null | undefined,
): Prisma.NotificationWhereInput {
  const caller = callerOf(context)
  if (caller.kind === 'apiKey') demand(context, 'notifications:read')
  return {
    ...(caller.kind === 'user' ? { userId: caller.userId } : {}),
    ...(unread === true ? { readAt: null } : {}),
    ...(unread === false ? { readAt: { not: null } } : {}),
  }
}

builder.queryField('notifications', (t) =>
  t.prismaConnection(
    {
      ...pageOptions,
      type: 'Notification',
      description:
        "Your own notifications, newest first. A key with notifications:read sees everybody's.",
      authScopes: { signedIn: true },
      args: { unread: t.arg.boolean({ description: 'Only unread ones, or only read ones.' }) },
      resolve: (query, _root, { unread }, context, info) =>
        readPage('Notification', query, context, info, {
          where: visible(context, unread),
          orderBy: [{ id: 'desc' }],
        }),
      totalCount: (_root, { unread }, context) =>
        scopedPrisma(context).notification.count({ where: visible(context, unread) }),
    },
    ...connectionNames('Notification'),
  ),
)
