import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import {
  boolean,
  email,
  id,
  int,
  listOf,
  matching,
  oneOf,
  onlyId,
  text,
} from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { CheckpointEnum } from '../enums.ts'
import { reason } from '../fields.ts'
import { createVisitorBlock, deleteVisitorBlock } from './blocks.ts'
import { updateVisitPolicy } from './policy.ts'
import { BlockObject, PolicyObject } from './type.ts'

const closesAt = matching(
  /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
  'must be a time like 18:30, at most 24:00',
  'Local closing time, 00:01 to 24:00.',
).refine((time) => time !== '00:00', 'must come after 00:00; the end of the day is 24:00')

const policyInput = inputOf({
  siteId: id('The site.'),
  requiredCheckpoints: listOf(
    oneOf(CheckpointEnum, ''),
    { max: 2_000, distinct: true },
    'To complete before check-in.',
  ).optional(),
  requiresApproval: boolean('Whether visits wait for an approval.').optional(),
  closesAt: closesAt.optional(),
  retentionDays: int(
    { min: 1, max: 3_650 },
    'Days until personal data of past visits is erased, 1–3650; 30 by default.',
  ).optional(),
})
export type UpdateVisitPolicyInput = ValueOf<typeof policyInput>

const blockInput = inputOf(
  {
    siteId: id('At which site; left out = at all.').optional(),
    email: email('E-mail address; this or a name is needed.').optional(),
    name: text(
      { max: 200 },
      'Name; decides where the entry or the visitor has no e-mail address. Case and punctuation do not matter.',
    ).optional(),
    reason,
  },
  (block) =>
    block.refine(({ email: address, name }) => address !== undefined || name !== undefined, {
      error: 'needs an e-mail address or a name',
      path: ['email'],
    }),
)
export type CreateVisitorBlockInput = ValueOf<typeof blockInput>

defineCommand('visitPolicyUpdate', {
  description: 'Sets what a site asks of its visitors; what is left out stays.',
  permission: 'visitors:write',
  changes: 'siteId',
  input: policyInput,
  run: updateVisitPolicy,
  payload: recordPayload('visitPolicy', PolicyObject, 'The rules after the change.'),
})

defineCommand('visitorBlockCreate', {
  description: 'Puts somebody on the block list: from now on they are not checked in.',
  permission: 'visitors:write',
  input: blockInput,
  run: createVisitorBlock,
  payload: recordPayload('visitorBlock', BlockObject, 'The new entry.'),
})

defineCommand('visitorBlockDelete', {
  description: 'Takes somebody off the block list.',
  permission: 'visitors:write',
  input: onlyId('The entry.'),
  run: (unit, input) => deleteVisitorBlock(unit, input.id),
  payload: deletedPayload('Id of the removed entry.'),
})
