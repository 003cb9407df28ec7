import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { cents, id } from '../../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../../graphql/commands/payloads.ts'
import { UserType } from '../../../identity/organization/type.ts'
import { setApprovalLimit } from './service.ts'

builder.prismaObjectField(UserType, 'approvalLimitCents', (t) =>
  t.expose('approvalLimitCents', {
    type: 'BigInt',
    nullable: true,
    description: 'Most that they may approve in one quotation, in cents; null = no limit.',
  }),
)

const setInput = inputOf({
  id: id('The user.'),
  approvalLimitCents: cents(
    'The limit in cents, from 0 to below 2^53; null or left out = no limit.',
  ).default(null),
})
export type SetApprovalLimitInput = ValueOf<typeof setInput>

defineCommand('userSetApprovalLimit', {
  description:
    'Sets how much a user may approve in one quotation. Only an Owner may set their own limit. Records user.updated.',
  permission: 'users:write',
  input: setInput,
  run: setApprovalLimit,
  payload: recordPayload('user', UserType, 'The user with the limit.'),
})
