import type { FieldMap } from '@pothos/core'
import type { User } from '../../generated/prisma/client.ts'
import {
  type CommandBody,
  defineCommand,
  type PayloadBuilder,
} from '../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { boolean, email, id, oneOf, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { recordField, recordPayload } from '../../graphql/commands/payloads.ts'
import { RoleEnum, UserType } from '../organization/type.ts'
import { may } from '../../access/caller.ts'
import { callerOf, scopedPrisma } from '../../graphql/context.ts'
import { ApiKeyType } from '../keys/type.ts'
import { keysKnownTo, revokeKeysOf } from '../keys/service.ts'
import {
  activateUser,
  deleteUser,
  type Invited,
  inviteUser,
  resendInvitation,
  suspendUser,
  updateUser,
} from './service.ts'

const name = text({ max: 100 }, 'Full name, {min}–{max} characters.')
const subject = text(
  { max: 255, trim: false },
  'The person at the external OpenID provider (claim sub).',
)

const inviteInput = inputOf({
  email: email('Address to sign in with.'),
  name,
  role: oneOf(RoleEnum, 'What they may do.'),
  subject: subject.optional(),
  companyId: id('Company that a contractor works for.').optional(),
})
export type InviteUserInput = ValueOf<typeof inviteInput>

const revokeApiKeys = boolean(
  'Whether to end all keys too whose text the user knows; needs api-keys:manage.',
).default(false)

const updateInput = inputOf({
  id: id('The user.'),
  email: email(
    'New address to sign in with. Of a user with a password it takes effect when they confirm it (emailConfirm).',
  ).optional(),
  name: name.describe('New name, {min}–{max} characters.').optional(),
  role: oneOf(RoleEnum, 'New role.').optional(),
  subject: subject
    .describe('The person at the external OpenID provider; null removes the link.')
    .clearable(),
  companyId: id('Company that a contractor works for; null = none.').clearable(),
  revokeApiKeys,
})
export type UpdateUserInput = Omit<ValueOf<typeof updateInput>, 'revokeApiKeys'>

const removeInput = inputOf({ id: id('The user.'), revokeApiKeys })

/** What a command says of somebody from whom it takes rights. */
interface Parted {
  id: string
  /** Undefined when they were deleted. */
  user?: User
  /** False when they keep all that they had. */
  losesRights: boolean
}

/**
 * A command that may take rights from somebody, whose keys go on working: it lists them, and ends them
 * when asked to.
 */
function defineParting<I extends { id: string; revokeApiKeys: boolean }>(
  name: string,
  {
    run,
    payload,
    ...options
  }: Pick<CommandBody<I, Parted>, 'description' | 'input' | 'run'> & {
    payload: (t: PayloadBuilder<Parted>) => FieldMap
  },
): void {
  defineCommand<I, Parted>(name, {
    ...options,
    permission: 'users:write',
    async run(unit, given, context, info) {
      const parted = await run(unit, given, context, info)
      if (given.revokeApiKeys) await revokeKeysOf(unit, parted.id, context.remoteAddress)
      return parted
    },
    payload: (t) => ({ ...payload(t), apiKeys: livingKeys(t) }),
  })
}

const livingKeys = (t: PayloadBuilder<Parted>) =>
  t.field({
    type: [ApiKeyType],
    nullable: true,
    description:
      'Keys that still work and whose text the user knows, at most 1,000, when rights were taken from them: rotate or revoke them. Needs api-keys:manage; null without it.',
    resolve: async ({ result }, _args, context) => {
      if (result === undefined || !may(callerOf(context), 'api-keys:manage')) return null
      if (!result.losesRights) return []
      return scopedPrisma(context).apiKey.findMany({
        where: keysKnownTo(result.id, new Date()),
        orderBy: { id: 'desc' },
        take: 1_000,
      })
    },
  })

const userAfter = (t: PayloadBuilder<Parted>) =>
  recordField(t, 'user', UserType, 'The user after the change.', ({ user }) => user ?? null)

/** A command that answers with the user after it. */
function defineUserCommand<I>(name: string, options: CommandBody<I, User>): void {
  defineCommand<I, User>(name, {
    ...options,
    permission: 'users:write',
    payload: recordPayload('user', UserType, 'The user after the change.'),
  })
}

/** A command that answers with a token which it cannot show again. */
function defineInvitationCommand<I>(name: string, options: CommandBody<I, Invited>): void {
  defineCommand<I, Invited>(name, {
    ...options,
    permission: 'users:write',
    payload: (t) => ({
      ...recordField(t, 'user', UserType, 'The invited user.', ({ user }) => user),
      invitationToken: t.string({
        nullable: true,
        description:
          'Hand it to the invited person, and to nobody else: it is for invitationAccept and not shown again.',
        resolve: (payload) => payload.result?.token ?? null,
      }),
    }),
  })
}

defineInvitationCommand('userInvite', {
  description:
    'Adds a user who is to accept an invitation. Records user.created, user.invitation.created and user.invitation.sent.',
  input: inviteInput,
  run: (unit, input, { config }) => inviteUser(unit, input, config.auth.invitationTtlMs),
})

defineInvitationCommand('userInvitationResend', {
  description:
    'Replaces an invitation that was not accepted; the earlier one ends. Records user.invitation.resent.',
  input: onlyId('The invited user.'),
  run: (unit, input, { config }) => resendInvitation(unit, input, config.auth.invitationTtlMs),
})

defineParting('userUpdate', {
  description:
    'Changes a user; what is left out stays. A new role takes effect at once. If it may do less, keys that they made live on: the answer lists them. Records user.updated if anything changed.',
  input: updateInput,
  async run(unit, input) {
    const { revokeApiKeys: _revoke, ...changes } = input
    return { id: input.id, ...(await updateUser(unit, changes)) }
  },
  payload: userAfter,
})

defineUserCommand('userActivate', {
  description:
    'Lifts a suspension, or admits somebody invited who signs in with an external provider. Records user.activated.',
  input: onlyId('The user.'),
  run: activateUser,
})

defineParting('userSuspend', {
  description:
    'Ends all sessions of a user, who cannot sign in until activated again. Keys that they made live on: the answer lists them. Records user.suspended.',
  input: removeInput,
  run: async (unit, input) => ({
    id: input.id,
    user: await suspendUser(unit, input),
    losesRights: true,
  }),
  payload: userAfter,
})

defineParting('userDelete', {
  description:
    'Removes a user for good; records that name them stay. The address is free again. Keys that they made live on: the answer lists them. Records user.deleted.',
  input: removeInput,
  run: async (unit, input) => ({ id: await deleteUser(unit, input), losesRights: true }),
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed user.',
      resolve: ({ result }) => result?.id ?? null,
    }),
  }),
})
