import type { Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import {
  connectionNames,
  DateTimeFilter,
  IdFilter,
  pageOptions,
  toDateTimeFilter,
  toIdFilter,
} from '../../graphql/reading/paging.ts'

const AuditWhere = builder.inputType('AuditWhere', {
  description: 'Selects audit entries; all given conditions must hold.',
  fields: (t) => ({
    action: t.stringList({ description: 'One of these actions.' }),
    actorId: t.field({ type: IdFilter, description: 'By who did it.' }),
    subjectId: t.field({ type: IdFilter, description: 'By what it was done to.' }),
    created: t.field({ type: DateTimeFilter, description: 'By when.' }),
  }),
})

function toWhere(where: typeof AuditWhere.$inferInput | null | undefined) {
  const conditions: Record<string, unknown> = {
    action: where?.action == null ? undefined : { in: where.action },
    actorId: toIdFilter(where?.actorId),
    subjectId: toIdFilter(where?.subjectId),
    created: toDateTimeFilter(where?.created),
  }
  return Object.fromEntries(
    Object.entries(conditions).filter(([, value]) => value !== undefined),
  ) as Prisma.AuditEntryWhereInput
}

builder.queryField('auditLog', (t) =>
  t.prismaConnection(
    {
      ...pageOptions,
      type: 'AuditEntry',
      description: 'Who did what from where, newest first.',
      authScopes: { permission: 'audit:read' },
      args: { where: t.arg({ type: AuditWhere, description: 'Which ones; all when left out.' }) },
      resolve: (query, _root, { where }, context, info) =>
        readPage('AuditEntry', query, context, info, {
          where: toWhere(where),
          orderBy: [{ created: 'desc' }, { id: 'desc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).auditEntry.count({ where: toWhere(where) }),
    },
    ...connectionNames('AuditEntry'),
  ),
)
