import type { VisitorBlock } from '../../../generated/prisma/client.ts'
import { z } from 'zod'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { createVisitorBlock, deleteVisitorBlock } from './blocks.ts'
import { CheckpointEnum } from '../enums.ts'
import { createVisitorBlockInput, updateVisitPolicyInput } from '../input.ts'
import { type EffectivePolicy, updateVisitPolicy } from './policy.ts'
import { PolicyObject, BlockObject } from './type.ts'

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
