import type { FieldMap, InputFieldMap } from '@pothos/core'
import { may } from '../../access/caller.ts'
import type { Organization, User } from '../../generated/prisma/client.ts'
import {
  type CommandBody,
  defineCommand,
  type InputBuilder,
  type PayloadBuilder,
} from '../../graphql/commands/command.ts'
import { callerOf, scopedPrisma } from '../../graphql/context.ts'
import {
  changePlanInput,
  inviteUserInput,
  oneUserInput,
  removeUserInput,
  updateOrganizationInput,
  updateUserInput,
} from '../input.ts'
import { ApiKeyType } from '../keys/type.ts'
import { keysKnownTo, revokeKeysOf } from '../keys/service.ts'
import { changePlan, updateOrganization } from '../organization/organization.ts'
import { OrganizationType, PlanEnum, RoleEnum, UserType } from '../organization/type.ts'
import {
  activateUser,
  deleteUser,
  type Invited,
  inviteUser,
  resendInvitation,
  suspendUser,
  updateUser,
} from './service.ts'

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
function defineParting<I extends { id: string; revokeApiKeys?: boolean | null | undefined }>(
  name: string,
  {
    run,
    input,
    payload,
    ...options
  }: Pick<CommandBody<I, Parted>, 'description' | 'schema' | 'run'> & {
    input: (t: InputBuilder) => InputFieldMap
    payload: (t: PayloadBuilder<Parted>) => FieldMap
  },
): void {
  defineCommand<I, Parted>(name, {
    ...options,
    permission: 'users:write',
    input: (t) => ({
      ...input(t),
      revokeApiKeys: t.boolean({
        description:
          'Whether to end all keys too whose text the user knows; needs api-keys:manage.',
      }),
    }),
    async run(unit, given, context, info) {
      const parted = await run(unit, given, context, info)
      if (given.revokeApiKeys === true) await revokeKeysOf(unit, parted.id, context.remoteAddress)
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

const userAfter = (t: PayloadBuilder<Parted>) => ({
  user: t.field({
    type: UserType,
    nullable: true,
    description: 'The user after the change.',
    resolve: ({ result }) => result?.user ?? null,
  }),
})

/** A command that answers with the user after it. */
function defineUserCommand<I>(name: string, options: CommandBody<I, User>): void {
  defineCommand<I, User>(name, {
    ...options,
    permission: 'users:write',
    payload: (t) => ({
      user: t.field({
        type: UserType,
        nullable: true,
        description: 'The user after the change.',
        resolve: (payload) => payload.result ?? null,
      }),
    }),
  })
}

/** A command that answers with a token which it cannot show again. */
function defineInvitationCommand<I>(name: string, options: CommandBody<I, Invited>): void {
  defineCommand<I, Invited>(name, {
    ...options,
    permission: 'users:write',
    payload: (t) => ({
      user: t.field({
        type: UserType,
        nullable: true,
        description: 'The invited user.',
        resolve: (payload) => payload.result?.user ?? null,
      }),
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
  schema: inviteUserInput,
  input: (t) => ({
    email: t.string({ required: true, description: 'Address to sign in with.' }),
    name: t.string({ required: true, description: 'Full name, 1–100 characters.' }),
    role: t.field({ type: RoleEnum, required: true, description: 'What they may do.' }),
    subject: t.string({ description: 'The person at the external OpenID provider (claim sub).' }),
    companyId: t.id({ description: 'Company that a contractor works for.' }),
  }),
  run: (unit, input, { config }) => inviteUser(unit, input, config.auth.invitationTtlMs),
})

defineInvitationCommand('userInvitationResend', {
  description:
    'Replaces an invitation that was not accepted; the earlier one ends. Records user.invitation.resent.',
  schema: oneUserInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The invited user.' }),
  }),
  run: (unit, input, { config }) => resendInvitation(unit, input, config.auth.invitationTtlMs),
})

defineParting('userUpdate', {
  description:
    'Changes a user; what is left out stays. A new role takes effect at once. If it may do less, keys that they made live on: the answer lists them. Records user.updated if anything changed.',
  schema: updateUserInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The user.' }),
    email: t.string({
      description:
        'New address to sign in with. Of a user with a password it takes effect when they confirm it (emailConfirm).',
    }),
    name: t.string({ description: 'New name, 1–100 characters.' }),
    role: t.field({ type: RoleEnum, description: 'New role.' }),
    subject: t.string({
      description: 'The person at the external OpenID provider; null removes the link.',
    }),
    companyId: t.id({ description: 'Company that a contractor works for; null = none.' }),
  }),
  async run(unit, input) {
    const { revokeApiKeys: _revoke, ...changes } = input
    return { id: input.id, ...(await updateUser(unit, changes)) }
  },
  payload: userAfter,
})

defineUserCommand('userActivate', {
  description:
    'Lifts a suspension, or admits somebody invited who signs in with an external provider. Records user.activated.',
  schema: oneUserInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The user.' }),
  }),
  run: activateUser,
})

defineParting('userSuspend', {
  description:
    'Ends all sessions of a user, who cannot sign in until activated again. Keys that they made live on: the answer lists them. Records user.suspended.',
  schema: removeUserInput,
  input: (t) => ({ id: t.id({ required: true, description: 'The user.' }) }),
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
  schema: removeUserInput,
  input: (t) => ({ id: t.id({ required: true, description: 'The user.' }) }),
  run: async (unit, input) => ({ id: await deleteUser(unit, input), losesRights: true }),
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed user.',
      resolve: ({ result }) => result?.id ?? null,
    }),
  }),
})

defineCommand('organizationUpdate', {
  description:
    'Changes the organization; what is left out stays. Records organization.updated if anything changed.',
  permission: 'organization:write',
  changes: (_input, caller) => caller.organizationId,
  schema: updateOrganizationInput,
  input: (t) => ({
    name: t.string({ description: 'New name, 1–100 characters.' }),
    currency: t.string({ description: 'ISO 4217 code of all amounts; converts none of them.' }),
    timezone: t.string({ description: 'IANA time zone, where a place has none.' }),
    analyticsSamplePercent: t.int({
      description: 'Share of recorded analytics events to keep, 0–100; 0 = none.',
    }),
  }),
  run: updateOrganization,
  payload: (t) => ({
    organization: t.field({
      type: OrganizationType,
      nullable: true,
      description: 'The organization after the change.',
      resolve: (payload): Organization | null => payload.result ?? null,
    }),
  }),
})

defineCommand('organizationChangePlan', {
  description:
    'Changes the plan. Without API access keys are refused and webhook endpoints pause; with it both come back. Records organization.updated.',
  permission: 'plan:change',
  changes: (_input, caller) => caller.organizationId,
  recalls: true,
  schema: changePlanInput,
  input: (t) => ({
    plan: t.field({ type: PlanEnum, required: true, description: 'The new plan.' }),
  }),
  run: changePlan,
  payload: (t) => ({
    organization: t.field({
      type: OrganizationType,
      nullable: true,
      description: 'The organization after the change.',
      resolve: (payload): Organization | null => payload.result ?? null,
    }),
  }),
})
