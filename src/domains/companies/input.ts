import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { CompanyKind } from '../../generated/prisma/enums.ts'

const text = (max: number) =>
  z.string().trim().min(1, 'must not be empty').max(max, `must have at most ${max} characters`)

const company = {
  name: text(200),
  kind: z.enum(CompanyKind),
  email: z
    .string()
    .trim()
    .toLowerCase()
    .max(320)
    .pipe(z.email('must be an e-mail address'))
    .nullish(),
  phone: text(50).nullish(),
  address: text(500).nullish(),
  externalId: text(100).nullish(),
}

export const createCompanyInput = z.object(company)
export type CreateCompanyInput = z.infer<typeof createCompanyInput>

export const updateCompanyInput = z.object({
  id: z.string(),
  ...company,
  name: unlessGiven(company.name),
  kind: unlessGiven(company.kind),
})
export type UpdateCompanyInput = z.infer<typeof updateCompanyInput>

export const deleteInput = z.object({ id: z.string() })
export type DeleteInput = z.infer<typeof deleteInput>

export const createManagerInput = z
  .object({
    userId: z.string(),
    companyId: z.string().nullish(),
    locationId: z.string().nullish(),
    title: text(100).nullish(),
  })
  .refine((manager) => (manager.companyId == null) !== (manager.locationId == null), {
    error: 'either this or locationId must be given, not both',
    path: ['companyId'],
  })
export type CreateManagerInput = z.infer<typeof createManagerInput>

export const updateManagerInput = z.object({
  id: z.string(),
  title: text(100).nullish(),
})
export type UpdateManagerInput = z.infer<typeof updateManagerInput>
