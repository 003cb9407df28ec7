import type { VisitorBlock } from '../../../generated/prisma/client.ts'
import { z } from 'zod'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'
import { demandDeciding } from '../access.ts'
import { createVisitorBlock, deleteVisitorBlock } from './blocks.ts'
import { CheckpointEnum } from '../enums.ts'
import { createVisitorBlockInput, updateVisitPolicyInput } from '../input.ts'
import { type EffectivePolicy, findPolicy, toTime, updateVisitPolicy } from './policy.ts'

const PolicyObject = builder.objectRef<EffectivePolicy>('VisitPolicy').implement({
  description: 'What a site asks of its visitors.',
  fields: (t) => ({
    siteId: t.exposeID('siteId', { description: 'The site.' }),
    requiredCheckpoints: t.field({
      type: [CheckpointEnum],
      description: 'To complete before check-in.',
      resolve: (policy) => policy.requiredCheckpoints,
    }),
    requiresApproval: t.exposeBoolean('requiresApproval', {
      description: 'Whether visits wait for an approval.',
    }),
    closesAt: t.string({
      description: 'Local time at which open visits of the day end, "18:30"; "24:00" by default.',
      resolve: (policy) => toTime(policy.closesAtMinute),
    }),
    retentionDays: t.exposeInt('retentionDays', {
      description: 'Days after the end of a visit after which its personal data is erased.',
    }),
    version: t.exposeInt('version', {
      description: 'Rises with every change; 0 as long as nobody has set anything.',
    }),
  }),
})

const BlockObject = builder.prismaNode('VisitorBlock', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('visitorBlock', 'VisitorBlock'),
  description: 'Somebody who is not let in.',
  authScopes: (_block, context) => {
    demandDeciding(callerOf(context))
    return { permission: 'visitors:read' }
  },
  fields: (t) => ({
    site: t.relation('site', { nullable: true, description: 'At which site; null = at all.' }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address, lower case.' }),
    name: t.exposeString('name', { nullable: true, description: 'Name.' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    created: t.expose('created', { type: 'DateTime', description: 'Since when.' }),
  }),
})

builder.queryFields((t) => ({
  visitPolicy: t.field({
    type: PolicyObject,
    nullable: true,
    description: 'Rules of a site; null when there is no such site.',
    authScopes: { permission: 'visitors:read' },
    args: { siteId: t.arg.id({ required: true, description: 'Id of the site.' }) },
    resolve: async (_root, { siteId }, context) => {
      const client = scopedPrisma(context)
      const site = await client.location.findUnique({ where: { id: siteId } })
      return site === null || site.siteId !== site.id ? null : findPolicy(client, siteId)
    },
  }),
  visitorBlocks: t.prismaConnection(
    {
      ...pageOptions,
      type: 'VisitorBlock',
      description: 'The block list, newest entry first.',
      authScopes: { permission: 'visitors:read' },
      resolve: (query, _root, _args, context, info) => {
        demandDeciding(callerOf(context))
        return readPage('VisitorBlock', query, context, info, { orderBy: [{ id: 'desc' }] })
      },
      totalCount: (_root, _args, context) => scopedPrisma(context).visitorBlock.count(),
    },
    ...connectionNames('VisitorBlock'),
  ),
}))

defineCommand('visitPolicyUpdate', {
  description: 'Sets what a site asks of its visitors; what is left out stays.',
  permission: 'visitors:write',
  changes: 'siteId',
  schema: updateVisitPolicyInput,
  input: (t) => ({
    siteId: t.id({ required: true, description: 'The site.' }),
    requiredCheckpoints: t.field({
      type: [CheckpointEnum],
      description: 'To complete before check-in.',
    }),
    requiresApproval: t.boolean({ description: 'Whether visits wait for an approval.' }),
    closesAt: t.string({ description: 'Local closing time, 00:01 to 24:00.' }),
    retentionDays: t.int({
      description: 'Days until personal data of past visits is erased, 1–3650; 30 by default.',
    }),
  }),
  run: updateVisitPolicy,
  payload: (t) => ({
    visitPolicy: t.field({
      type: PolicyObject,
      nullable: true,
      description: 'The rules after the change.',
      resolve: (payload): EffectivePolicy | null => payload.result ?? null,
    }),
  }),
})

defineCommand('visitorBlockCreate', {
  description: 'Puts somebody on the block list: from now on they are not checked in.',
  permission: 'visitors:write',
  schema: createVisitorBlockInput,
  input: (t) => ({
    siteId: t.id({ description: 'At which site; left out = at all.' }),
    email: t.string({ description: 'E-mail address; this or a name is needed.' }),
    name: t.string({
      description:
        'Name; decides where the entry or the visitor has no e-mail address. Case and punctuation do not matter.',
    }),
    reason: t.string({ required: true, description: 'Why, 1–500 characters.' }),
  }),
  run: createVisitorBlock,
  payload: (t) => ({
    visitorBlock: t.field({
      type: BlockObject,
      nullable: true,
      description: 'The new entry.',
      resolve: (payload): VisitorBlock | null => payload.result ?? null,
    }),
  }),
})

defineCommand('visitorBlockDelete', {
  description: 'Takes somebody off the block list.',
  permission: 'visitors:write',
  schema: z.object({ id: z.string() }),
  input: (t) => ({ id: t.id({ required: true, description: 'The entry.' }) }),
  run: (unit, input) => deleteVisitorBlock(unit, input.id),
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed entry.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
