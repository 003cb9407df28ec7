import { type Permission, SCOPES, may } from '../caller.ts'
import { UserStatus, Plan, Role } from '../generated/prisma/enums.ts'
import type { ApiKey, User } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { defineCommand } from '../graphql/command.ts'
import { callerOf, demandPlan, scopedPrisma } from '../graphql/context.ts'
import { registerNode } from '../graphql/node.ts'
import { connectionNames, pageOptions } from '../graphql/paging.ts'
import { createApiKeyInput, revokeApiKeyInput, signInInput } from './input.ts'
import { createApiKey, revokeApiKey, signIn } from './service.ts'

const PlanEnum = builder.enumType('Plan', {
  description: 'Plan of an organization.',
  values: {
    [Plan.LITE]: { description: 'No API keys, no webhooks.' },
    [Plan.BASIC]: { description: 'No API keys, no webhooks.' },
    [Plan.PROFESSIONAL]: { description: 'API keys and webhooks included.' },
    [Plan.ENTERPRISE]: { description: 'API keys and webhooks included.' },
  },
})

const RoleEnum = builder.enumType('Role', {
  description: 'Role of a user in their organization.',
  values: {
    [Role.OWNER]: { description: 'Everything.' },
    [Role.ADMIN]: { description: 'Everything.' },
    [Role.MANAGER]: { description: 'Runs the buildings: reads and writes all operational data.' },
    [Role.TECHNICIAN]: { description: 'Works on work orders.' },
    [Role.REQUESTER]: { description: 'Reads places and work orders.' },
    [Role.VIEWER]: { description: 'Reads.' },
    [Role.CONTRACTOR]: { description: 'Reads places and work orders.' },
  },
})

const UserStatusEnum = builder.enumType('UserStatus', {
  description: 'Where a user is in their life.',
  values: {
    [UserStatus.INVITED]: { description: 'Has not accepted the invitation yet.' },
    [UserStatus.ACTIVE]: { description: 'May sign in.' },
    [UserStatus.SUSPENDED]: { description: 'May not sign in for now.' },
    [UserStatus.DELETED]: { description: 'Kept for the records only.' },
  },
})

export const OrganizationType = builder.prismaNode('Organization', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('organization', 'Organization'),
  description: 'The tenant: every record belongs to one.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the organization.' }),
    plan: t.expose('plan', { type: PlanEnum, description: 'Its plan.' }),
    currency: t.exposeString('currency', { description: 'ISO 4217 code of all its amounts.' }),
    timezone: t.exposeString('timezone', {
      description: 'IANA time zone, where a place has none.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was set up.' }),
  }),
})

export const UserType = builder.prismaNode('User', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('user', 'User'),
  description: 'A person of the organization.',
  authScopes: { permission: 'users:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Full name.' }),
    email: t.exposeString('email', { description: 'Address to sign in with, lower case.' }),
    role: t.expose('role', { type: RoleEnum, description: 'What they may do.' }),
    status: t.expose('status', {
      type: UserStatusEnum,
      description: 'Where they are in their life.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When the user was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the user last changed.' }),
  }),
})

const ApiKeyType = builder.prismaNode('ApiKey', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('apiKey', 'ApiKey'),
  description: 'A key with which a machine calls this API. The key itself is never shown again.',
  authScopes: { permission: 'api-keys:manage' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is for.' }),
    scopes: t.exposeStringList('scopes', { description: 'What it may do, "work-orders:read".' }),
    lastFour: t.exposeString('lastFour', { description: 'Its last four characters.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Last use, to the minute.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was ended.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

const Viewer = builder.objectRef<object>('Viewer').implement({
  description: 'The caller of this request.',
  fields: (t) => ({
    user: t.prismaField({
      type: 'User',
      nullable: true,
      authScopes: { permission: 'users:read' },
      description: 'The signed-in user; null for an API key.',
      resolve: (query, _parent, _args, context) => {
        const caller = callerOf(context)
        if (caller.kind !== 'user') return null
        return scopedPrisma(context).user.findUnique({ ...query, where: { id: caller.userId } })
      },
    }),
    apiKeyId: t.id({
      nullable: true,
      description: 'The key in use; null for a signed-in user.',
      resolve: (_parent, _args, context) => {
        const caller = callerOf(context)
        return caller.kind === 'apiKey' ? caller.apiKeyId : null
      },
    }),
    organization: t.prismaField({
      type: 'Organization',
      description: 'The organization that everything is limited to.',
      resolve: (query, _parent, _args, context) =>
        scopedPrisma(context).organization.findUniqueOrThrow({
          ...query,
          where: { id: callerOf(context).organizationId },
        }),
    }),
    role: t.field({
      type: RoleEnum,
      nullable: true,
      description: 'Role of the signed-in user; null for an API key.',
      resolve: (_parent, _args, context) => {
        const caller = callerOf(context)
        return caller.kind === 'user' ? caller.role : null
      },
    }),
    permissions: t.stringList({
      description: 'Everything that the caller may do.',
      resolve: (_parent, _args, context) =>
        ALL_PERMISSIONS.filter((p) => may(callerOf(context), p)),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who is asking, and what they may do.',
    authScopes: { signedIn: true },
    resolve: () => ({}),
  }),
)

const ALL_PERMISSIONS: readonly Permission[] = [...SCOPES, 'api-keys:manage', 'webhooks:manage']

builder.queryFields((t) => ({
  users: t.prismaConnection(
    {
      ...pageOptions,
      type: 'User',
      description: 'People of the organization, by name.',
      authScopes: { permission: 'users:read' },
      resolve: (query, _root, _args, context) =>
        scopedPrisma(context).user.findMany({
          ...query,
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).user.count(),
    },
    ...connectionNames('User'),
  ),
  apiKeys: t.prismaConnection(
    {
      ...pageOptions,
      type: 'ApiKey',
      description: 'Keys of the organization, newest first, revoked ones included.',
      authScopes: { permission: 'api-keys:manage' },
      resolve: (query, _root, _args, context) =>
        scopedPrisma(context).apiKey.findMany({ ...query, orderBy: [{ id: 'desc' }] }),
      totalCount: (_root, _args, context) => scopedPrisma(context).apiKey.count(),
    },
    ...connectionNames('ApiKey'),
  ),
}))

const SignInInput = builder.inputType('SignInInput', {
  description: 'Input of signIn.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'E-mail address; case does not matter.' }),
    password: t.string({ required: true, description: 'Password.' }),
  }),
})

const SignInPayload = builder
  .objectRef<{ token: string; expiresAt: Date; user: User }>('SignInPayload')
  .implement({
    description: 'Result of signIn.',
    fields: (t) => ({
      accessToken: t.exposeString('token', {
        description: 'Send it as `Authorization: Bearer <token>`.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'When the token stops working.',
      }),
      userId: t.id({ description: 'Who signed in.', resolve: (payload) => payload.user.id }),
    }),
  })

builder.mutationField('signIn', (t) =>
  t.field({
    type: SignInPayload,
    description: 'Exchanges an e-mail address and a password for an access token.',
    args: { input: t.arg({ type: SignInInput, required: true, description: 'Credentials.' }) },
    resolve: (_root, { input }, context) =>
      signIn(context.database, context.config, signInInput.parse(input)),
  }),
)

defineCommand('apiKeyCreate', {
  description: 'Creates an API key. Its text is answered once and never shown again.',
  permission: 'api-keys:manage',
  schema: createApiKeyInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'What it is for, 1–100 characters.' }),
    scopes: t.stringList({
      required: true,
      description: 'What it may do: "<resource>:read" or "<resource>:write"; write implies read.',
    }),
  }),
  run: (unit, input) => {
    demandPlan(unit.caller)
    return createApiKey(unit, input)
  },
  payload: (t) => ({
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      description: 'The new key, without its text.',
      resolve: (payload): ApiKey | null => payload.result?.apiKey ?? null,
    }),
    key: t.string({
      nullable: true,
      description: 'The key itself: store it now, it is not shown again.',
      resolve: (payload) => payload.result?.key ?? null,
    }),
  }),
})

defineCommand('apiKeyRevoke', {
  description: 'Ends an API key at once.',
  permission: 'api-keys:manage',
  schema: revokeApiKeyInput,
  input: (t) => ({ id: t.id({ required: true, description: 'The key.' }) }),
  run: (unit, input) => revokeApiKey(unit, input.id),
  payload: (t) => ({
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      description: 'The revoked key.',
      resolve: (payload): ApiKey | null => payload.result ?? null,
    }),
  }),
})
