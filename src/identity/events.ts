import { z } from 'zod'
import { defineEvent } from '../events/define.ts'
import { omitEmpty } from '../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../events/envelope.ts'
import type { Organization, User } from '../generated/prisma/client.ts'

const payload = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['Owner', 'Admin', 'Manager', 'Technician', 'Requester', 'Viewer', 'Contractor']),
  status: z.enum(['Invited', 'Active', 'Suspended', 'Deleted']),
  companyId: z.string().optional().describe('Company that a contractor works for.'),
  approvalLimitCents: z
    .int()
    .optional()
    .describe('Most that they may approve in one quotation, cents; absent = no limit.'),
  invitedBy: z.string().optional().describe('User who sent the open invitation.'),
  invitationExpiresAt: z.int().optional().describe('End of the open invitation, Unix seconds.'),
  created: z.int(),
  updated: z.int(),
})
type UserPayload = z.infer<typeof payload>

/** The one shape in which a user appears in events. */
export function serializeUser(user: User): UserPayload {
  const expires = user.invitationExpiresAt
  return omitEmpty({
    id: user.id,
    name: user.name,
    email: user.email,
    role: payload.shape.role.parse(toPascalCase(user.role)),
    status: payload.shape.status.parse(toPascalCase(user.status)),
    companyId: user.companyId,
    approvalLimitCents: user.approvalLimitCents === null ? null : Number(user.approvalLimitCents),
    invitedBy: user.invitedById,
    invitationExpiresAt: expires === null ? null : toUnixSeconds(expires),
    created: toUnixSeconds(user.created),
    updated: toUnixSeconds(user.updated),
  })
}

const example: UserPayload = {
  id: 'usr-4n8t6w1',
  name: 'Tessa Technician',
  email: 'tessa@example.com',
  role: 'Technician',
  status: 'Active',
  created: 1_780_000_000,
  updated: 1_780_000_000,
}
const invited: UserPayload = {
  ...example,
  status: 'Invited',
  invitedBy: 'usr-9d3x5z7',
  invitationExpiresAt: 1_780_604_800,
}

const shared = { scopes: ['users:read'], payload, facets: [] } as const

export const userCreated = defineEvent({
  ...shared,
  type: 'user.created',
  description: 'A user was added.',
  example: invited,
})

export const userInvitationCreated = defineEvent({
  ...shared,
  type: 'user.invitation.created',
  description: 'A user was invited.',
  example: invited,
})

export const userInvitationSent = defineEvent({
  ...shared,
  type: 'user.invitation.sent',
  description: 'An invitation was handed out.',
  example: invited,
})

export const userInvitationResent = defineEvent({
  ...shared,
  type: 'user.invitation.resent',
  description: 'An invitation was replaced by a new one; the earlier one has ended.',
  example: { ...invited, invitationExpiresAt: 1_780_691_200, updated: 1_780_086_400 },
  previousExample: { invitationExpiresAt: 1_780_000_000 },
})

export const userActivated = defineEvent({
  ...shared,
  type: 'user.activated',
  description: 'A user accepted the invitation, or a suspension was lifted.',
  example: { ...example, updated: 1_780_000_600 },
  previousExample: { status: 'Invited' },
})

export const userUpdated = defineEvent({
  ...shared,
  type: 'user.updated',
  description: 'Details of a user changed, the role among them.',
  example: { ...example, role: 'Manager', updated: 1_780_000_600 },
  previousExample: { name: 'New Person' },
})

export const userSuspended = defineEvent({
  ...shared,
  type: 'user.suspended',
  description: 'A user may no longer sign in, for now.',
  example: { ...example, status: 'Suspended', updated: 1_780_000_600 },
  previousExample: { status: 'Active' },
})

export const userDeleted = defineEvent({
  type: 'user.deleted',
  description: 'A user was removed for good.',
  scopes: ['users:read'],
  payload: z.object({ id: z.string(), deleted: z.literal(true) }),
  example: { id: 'usr-4n8t6w1', deleted: true },
  facets: [],
})

const organizationPayload = z.object({
  id: z.string(),
  name: z.string(),
  plan: z.enum(['Lite', 'Basic', 'Professional', 'Enterprise']),
  currency: z.string().describe('ISO 4217 code.'),
  timezone: z.string().describe('IANA time zone.'),
  analyticsSamplePercent: z.int().describe('Share of analytics events that is kept; 0 = none.'),
  created: z.int(),
  updated: z.int(),
})

/** The one shape in which an organization appears in events. */
export function serializeOrganization(
  organization: Organization,
): z.infer<typeof organizationPayload> {
  return {
    id: organization.id,
    name: organization.name,
    plan: organizationPayload.shape.plan.parse(toPascalCase(organization.plan)),
    currency: organization.currency,
    timezone: organization.timezone,
    analyticsSamplePercent: organization.analyticsSamplePercent,
    created: toUnixSeconds(organization.created),
    updated: toUnixSeconds(organization.updated),
  }
}

export const organizationUpdated = defineEvent({
  type: 'organization.updated',
  description: 'Details of the organization changed, the plan among them.',
  scopes: ['organization:read'],
  payload: organizationPayload,
  example: {
    id: 'o-5h1q8m3',
    name: 'Harbour Campus',
    plan: 'Enterprise',
    currency: 'EUR',
    timezone: 'Europe/Berlin',
    analyticsSamplePercent: 0,
    created: 1_780_000_000,
    updated: 1_780_000_600,
  },
  facets: [],
  previousExample: { name: 'Campus North' },
})
