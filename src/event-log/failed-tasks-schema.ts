import type { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { scopedPrisma } from '../graphql/context.ts'
import { registerNode } from '../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../graphql/reading/paging.ts'
import { readPage } from '../graphql/reading/read-page.ts'
import '../sweep/events.ts'

builder.prismaNode('FailedTask', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('failedTask', 'FailedTask'),
  description:
    'Something that Plantroom does by itself as time passes and that failed for one record. It holds up nothing else, and is listed until it is done or due no more.',
  authScopes: { permission: 'audit:read' },
  fields: (t) => ({
    task: t.exposeString('task', {
      description: 'What was to be done, such as "visits at closing".',
    }),
    recordId: t.exposeID('recordId', {
      description:
        'The record that it was to be done to; the organization itself where its records could not be looked for.',
    }),
    reason: t.exposeString('reason', { description: 'Why it failed, for a person.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    created: t.expose('created', {
      type: 'DateTime',
      description: 'When it failed first.',
    }),
    lastFailedAt: t.expose('lastFailedAt', {
      type: 'DateTime',
      description: 'When it failed last.',
    }),
    nextTryAt: t.expose('nextTryAt', {
      type: 'DateTime',
      description: 'When it is tried again: 10 s after the first failure, at last every 6 hours.',
    }),
  }),
})

const FailedTaskWhere = builder.inputType('FailedTaskWhere', {
  description: 'Selects failed tasks; all given conditions must hold.',
  fields: (t) => ({
    task: t.stringList({ description: 'One of these tasks.' }),
    recordId: t.idList({ description: 'What was to be done to one of these records.' }),
  }),
})

function toWhere(
  where: typeof FailedTaskWhere.$inferInput | null | undefined,
): Prisma.FailedTaskWhereInput {
  return {
    ...(where?.task == null ? {} : { task: { in: where.task } }),
    ...(where?.recordId == null ? {} : { recordId: { in: where.recordId } }),
  }
}

builder.queryField('failedTasks', (t) =>
  t.prismaConnection(
    {
      ...pageOptions,
      type: 'FailedTask',
      description:
        'What Plantroom was to do by itself and could not, the latest failure first. Each is tried again.',
      authScopes: { permission: 'audit:read' },
      args: {
        where: t.arg({ type: FailedTaskWhere, description: 'Which ones; all when left out.' }),
      },
      resolve: (query, _root, { where }, context, info) =>
        readPage('FailedTask', query, context, info, {
          where: toWhere(where),
          orderBy: [{ lastFailedAt: 'desc' }, { id: 'desc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).failedTask.count({ where: toWhere(where) }),
    },
    ...connectionNames('FailedTask'),
  ),
)
