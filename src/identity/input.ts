import { z } from 'zod'
import { SCOPES } from '../access/caller.ts'
import { Plan, Role } from '../generated/prisma/enums.ts'

const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(320, 'must have at most 320 characters')
  .pipe(z.email('must be an e-mail address'))
const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must have at most 100 characters')
/** Long rather than complicated (NIST SP 800-63B); the upper bound keeps hashing cheap. */
const newPassword = z
  .string()
  .min(12, 'must have at least 12 characters')
  .max(200, 'must have at most 200 characters')
const scopes = z.array(z.enum(SCOPES)).min(1, 'must name at least one scope')
const subject = z.string().min(1, 'must not be empty').max(255, 'must have at most 255 characters')

export const signInInput = z.object({
  email: z.string().trim().toLowerCase().max(320),
  password: z.string().max(1_000),
  organizationId: z.string().max(100).nullish(),
})

export const signInWithCodeInput = z.object({ code: z.string().max(200) })

export const refreshSessionInput = z.object({ refreshToken: z.string().max(200).nullish() })

export const signOutInput = z.object({ everywhere: z.boolean().nullish() })
export type SignOutInput = z.infer<typeof signOutInput>

export const changePasswordInput = z.object({
  currentPassword: z.string().max(1_000),
  newPassword,
})
export type ChangePasswordInput = z.infer<typeof changePasswordInput>

export const confirmEmailInput = z.object({ password: z.string().max(1_000) })
export type ConfirmEmailInput = z.infer<typeof confirmEmailInput>

export const acceptInvitationInput = z.object({
  token: z.string().max(200),
  password: newPassword,
})
export type AcceptInvitationInput = z.infer<typeof acceptInvitationInput>

export const inviteUserInput = z.object({
  email,
  name,
  role: z.enum(Role),
  subject: subject.nullish(),
  companyId: z.string().nullish(),
})
export type InviteUserInput = z.infer<typeof inviteUserInput>

export const updateUserInput = z.object({
  id: z.string(),
  email: email.optional(),
  name: name.optional(),
  role: z.enum(Role).optional(),
  subject: subject.nullish(),
  companyId: z.string().nullish(),
  revokeApiKeys: z.boolean().nullish(),
})
export type UpdateUserInput = z.infer<typeof updateUserInput>

export const removeUserInput = z.object({
  id: z.string(),
  revokeApiKeys: z.boolean().nullish(),
})

export const oneUserInput = z.object({ id: z.string() })
export type OneUserInput = z.infer<typeof oneUserInput>

export const createApiKeyInput = z.object({
  name,
  scopes,
  expiresAt: z.date().nullish(),
  integrationId: z.string().nullish(),
})
export type CreateApiKeyInput = z.infer<typeof createApiKeyInput>

export const revokeApiKeyInput = z.object({ id: z.string() })

export const rotateApiKeyInput = z.object({
  id: z.string(),
  graceSeconds: z.int().min(0).max(604_800, 'must be at most a week').nullish(),
})
export type RotateApiKeyInput = z.infer<typeof rotateApiKeyInput>

const description = z.string().trim().max(1_000, 'must have at most 1,000 characters').nullish()

export const createIntegrationInput = z.object({ name, description, scopes })
export type CreateIntegrationInput = z.infer<typeof createIntegrationInput>

export const updateIntegrationInput = z.object({
  id: z.string(),
  name: name.optional(),
  description,
  scopes: scopes.optional(),
})
export type UpdateIntegrationInput = z.infer<typeof updateIntegrationInput>

export const deleteIntegrationInput = z.object({ id: z.string() })
export type DeleteIntegrationInput = z.infer<typeof deleteIntegrationInput>

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

export const updateOrganizationInput = z.object({
  name: name.optional(),
  currency: z
    .string()
    .trim()
    .toUpperCase()
    .refine((code) => CURRENCIES.has(code), 'must be an ISO 4217 code like EUR')
    .optional(),
  timezone: z
    .string()
    .refine((zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC', {
      error: 'must be an IANA time zone like Europe/Berlin',
    })
    .optional(),
  analyticsSamplePercent: z
    .number()
    .int()
    .min(0, 'must be at least 0')
    .max(100, 'must be at most 100')
    .optional(),
})
export type UpdateOrganizationInput = z.infer<typeof updateOrganizationInput>

export const changePlanInput = z.object({ plan: z.enum(Plan) })
export type ChangePlanInput = z.infer<typeof changePlanInput>
