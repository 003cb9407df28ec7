import type { Manager, Prisma } from '../../generated/prisma/client.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { readPage } from '../../graphql/reading/read-page.ts'
import {
  connectionNames,
  IdFilter,
  pageOptions,
  toIdFilter,
  toRequiredIdFilter,
} from '../../graphql/reading/paging.ts'
import { createManagerInput, deleteInput, updateManagerInput } from './input.ts'
import { createManager, deleteManager, updateManager } from './managers/service.ts'

const ManagerObject = builder.prismaNode('Manager', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('manager', 'Manager'),
  description: "A user's responsibility for one company or one place.",
  authScopes: { permission: 'managers:read' },
  fields: (t) => ({
    user: t.relation('user', { description: 'Who manages.' }),
    company: t.relation('company', { nullable: true, description: 'Which company, or …' }),
    location: t.relation('location', { nullable: true, description: '… which place.' }),
    title: t.exposeString('title', { nullable: true, description: 'What the duty is called.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'Since when.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const ManagerWhere = builder.inputType('ManagerWhere', {
  description: 'Which managers; all given conditions must hold.',
  fields: (t) => ({
    userId: t.field({ type: IdFilter, description: 'By user.' }),
    companyId: t.field({ type: IdFilter, description: 'By company.' }),
    locationId: t.field({ type: IdFilter, description: 'By place.' }),
  }),
})

function toWhere(
  where: typeof ManagerWhere.$inferInput | null | undefined,
): Prisma.ManagerWhereInput {
  const conditions: Record<string, unknown> = {
    userId: toRequiredIdFilter(where?.userId),
    companyId: toIdFilter(where?.companyId),
    locationId: toIdFilter(where?.locationId),
  }
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
}

builder.queryFields((t) => ({
  managers: t.prismaConnection(
    {
      ...pageOptions,
      type: 'Manager',
      description: 'Managers of companies and places, longest-serving first.',
      authScopes: { permission: 'managers:read' },
      args: {
        where: t.arg({ type: ManagerWhere, description: 'Which ones; all when left out.' }),
      },
      resolve: (query, _root, { where }, context, info) =>
        readPage('Manager', query, context, info, {
          where: toWhere(where),
          orderBy: [{ id: 'asc' }],
        }),
      totalCount: (_root, { where }, context) =>
        scopedPrisma(context).manager.count({ where: toWhere(where) }),
    },
    ...connectionNames('Manager'),
  ),
}))

defineCommand('managerCreate', {
  description: 'Makes a user a manager of a company or a place. Records manager.created.',
  permission: 'managers:write',
  schema: createManagerInput,
  input: (t) => ({
    userId: t.id({ required: true, description: 'Who; an active user.' }),
    companyId: t.id({ description: 'Of which company; this or locationId.' }),
    locationId: t.id({ description: 'Of which place; this or companyId.' }),
    title: t.string({ description: 'What the duty is called, up to 100 characters.' }),
  }),
  run: createManager,
  payload: (t) => ({
    manager: t.field({
      type: ManagerObject,
      nullable: true,
      description: 'The new manager.',
      resolve: (payload): Manager | null => payload.result ?? null,
    }),
  }),
})

defineCommand('managerUpdate', {
  description: 'Changes details of a manager. Records manager.updated if anything changed.',
  permission: 'managers:write',
  schema: updateManagerInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The manager.' }),
    title: t.string({ description: 'New title; null removes it.' }),
  }),
  run: updateManager,
  payload: (t) => ({
    manager: t.field({
      type: ManagerObject,
      nullable: true,
      description: 'The manager after the change.',
      resolve: (payload): Manager | null => payload.result ?? null,
    }),
  }),
})

defineCommand('managerDelete', {
  description: 'Ends the duty of a manager; the user stays. Records manager.deleted.',
  permission: 'managers:write',
  schema: deleteInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The manager.' }),
  }),
  run: deleteManager,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the ended duty.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
