import { z } from 'zod'
import { defineCommand } from '../../graphql/commands/command.ts'
import { field, inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { int, oneOf, text } from '../../graphql/commands/input/fields.ts'
import { recordPayload } from '../../graphql/commands/payloads.ts'
import { changePlan, updateOrganization } from './organization.ts'
import { OrganizationType, PlanEnum } from './type.ts'

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
const currencyRule = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => CURRENCIES.has(code), 'must be an ISO 4217 code like EUR')

const timezoneRule = z
  .string()
  .refine(
    (zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC',
    'must be an IANA time zone like Europe/Berlin',
  )

const updateInput = inputOf({
  name: text({ max: 100 }, 'New name, {min}–{max} characters.').optional(),
  currency: field(
    'String',
    currencyRule,
    'ISO 4217 code of all amounts; converts none of them.',
  ).optional(),
  timezone: field('String', timezoneRule, 'IANA time zone, where a place has none.').optional(),
  analyticsSamplePercent: int(
    { min: 0, max: 100 },
    'Share of recorded analytics events to keep, {min}–{max}; 0 = none.',
  ).optional(),
})
export type UpdateOrganizationInput = ValueOf<typeof updateInput>

const planInput = inputOf({ plan: oneOf(PlanEnum, 'The new plan.') })
export type ChangePlanInput = ValueOf<typeof planInput>

defineCommand('organizationUpdate', {
  description:
    'Changes the organization; what is left out stays. Records organization.updated if anything changed.',
  permission: 'organization:write',
  changes: (_input, caller) => caller.organizationId,
  input: updateInput,
  run: updateOrganization,
  payload: recordPayload('organization', OrganizationType, 'The organization after the change.'),
})

defineCommand('organizationChangePlan', {
  description:
    'Changes the plan. Without API access keys are refused and webhook endpoints pause; with it both come back. Records organization.updated.',
  permission: 'plan:change',
  changes: (_input, caller) => caller.organizationId,
  recalls: true,
  input: planInput,
  run: changePlan,
  payload: recordPayload('organization', OrganizationType, 'The organization after the change.'),
})
