import type { User } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { UserType } from '../../../identity/organization/type.ts'
import { setApprovalLimitInput } from '../input.ts'
import { setApprovalLimit } from './service.ts'

builder.prismaObjectField(UserType, 'approvalLimitCents', (t) =>
  t.expose('approvalLimitCents', {
    type: 'BigInt',
    nullable: true,
    description: 'Most that they may approve in one quotation, in cents; null = no limit.',
  }),
)

defineCommand('userSetApprovalLimit', {
  description:
    'Sets how much a user may approve in one quotation. Only an Owner may set their own limit. Records user.updated.',
  permission: 'users:write',
  schema: setApprovalLimitInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The user.' }),
    approvalLimitCents: t.field({
      type: 'BigInt',
      description: 'The limit in cents, from 0 to below 2^53; null or left out = no limit.',
    }),
  }),
  run: setApprovalLimit,
  payload: (t) => ({
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The user with the limit.',
      resolve: (payload): User | null => payload.result ?? null,
    }),
  }),
})
