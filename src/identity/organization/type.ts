import { may } from '../../access/caller.ts'
import { UserStatus, Plan, Role } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { callerOf, demand, scopedPrisma } from '../../graphql/context.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { PERMISSIONS } from '../../access/permissions.ts'

export const PlanEnum = builder.enumType('Plan', {
  description: 'Plan of an organization.',
  values: {
    [Plan.LITE]: { description: 'No API keys, no webhooks.' },
    [Plan.BASIC]: { description: 'No API keys, no webhooks.' },
    [Plan.PROFESSIONAL]: { description: 'API keys and webhooks included.' },
    [Plan.ENTERPRISE]: { description: 'API keys and webhooks included.' },
  },
})

export const RoleEnum = builder.enumType('Role', {
  description: 'Role of a user in their organization.',
  values: {
    [Role.OWNER]: { description: 'Everything, the plan and other Owners included.' },
    [Role.ADMIN]: { description: 'Everything but the plan and Owners.' },
    [Role.MANAGER]: { description: 'Runs the buildings: reads and writes all operational data.' },
    [Role.TECHNICIAN]: {
      description: 'Reads operational data; works on the work orders assigned to them.',
    },
    [Role.REQUESTER]: {
      description: 'Books and receives visitors; sees the work orders they reported.',
    },
    [Role.VIEWER]: { description: 'Reads operational data.' },
    [Role.CONTRACTOR]: { description: "Sees the work orders assigned to their company's people." },
  },
})

export const UserStatusEnum = builder.enumType('UserStatus', {
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
    analyticsSamplePercent: t.exposeInt('analyticsSamplePercent', {
      description: 'Share of recorded analytics events that is kept, 0–100; 0 = none, the default.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was set up.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const UserType = builder.prismaNode('User', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('user', 'User'),
  description: 'A person of the organization.',
  authScopes: (user, context) => {
    const { caller } = context
    if (caller?.kind === 'user' && caller.userId === user.id) return true
    return demand(context, 'users:read')
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Full name.' }),
    email: t.exposeString('email', { description: 'Address to sign in with, lower case.' }),
    pendingEmail: t.exposeString('pendingEmail', {
      nullable: true,
      description: 'New address, which takes effect when the user confirms it: emailConfirm.',
    }),
    role: t.expose('role', { type: RoleEnum, description: 'What they may do.' }),
    status: t.expose('status', {
      type: UserStatusEnum,
      description: 'Where they are in their life.',
    }),
    companyId: t.exposeID('companyId', {
      nullable: true,
      description: 'Company that a contractor works for.',
    }),
    invitationExpiresAt: t.expose('invitationExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'End of the open invitation; null when there is none.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When the user was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the user last changed.' }),
  }),
})

export const Viewer = builder.objectRef<object>('Viewer').implement({
  description: 'The caller of this request.',
  fields: (t) => ({
    user: t.prismaField({
      type: 'User',
      nullable: true,
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
      description: 'Everything that the caller may do; some of it only with what is their own.',
      resolve: (_parent, _args, context) => PERMISSIONS.filter((p) => may(callerOf(context), p)),
    }),
  }),
})
