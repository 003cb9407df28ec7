import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { CustomerFieldType } from '../../generated/prisma/enums.ts'

const text = (max: number) =>
  z.string().trim().min(1, 'must not be empty').max(max, `must have at most ${max} characters`)

const customer = {
  name: text(200),
  email: z
    .string()
    .trim()
    .toLowerCase()
    .max(320)
    .pipe(z.email('must be an e-mail address'))
    .nullish(),
  phone: text(50).nullish(),
  companyId: z.string().nullish(),
  notes: text(5_000).nullish(),
  externalId: text(100).nullish(),
  fields: z
    .record(z.string(), z.unknown())
    .refine((fields) => Object.keys(fields).length <= 100, 'must have at most 100 entries')
    .nullish()
    .transform((fields) => fields ?? {}),
}

export const createCustomerInput = z.object(customer)
export type CreateCustomerInput = z.infer<typeof createCustomerInput>

export const updateCustomerInput = z.object({
  id: z.string(),
  ...customer,
  name: unlessGiven(customer.name),
})
export type UpdateCustomerInput = z.infer<typeof updateCustomerInput>

export const deleteInput = z.object({ id: z.string() })
export type DeleteInput = z.infer<typeof deleteInput>

const choices = z
  .array(text(100))
  .max(100, 'must have at most 100 entries')
  .transform((list) => [...new Set(list)])
const position = z.number().int().min(0).max(10_000)

export const createCustomerFieldInput = z.object({
  key: z
    .string()
    .regex(/^[a-z][a-zA-Z0-9_]{0,49}$/, 'must be 1–50 letters, digits or _, a small letter first'),
  label: text(100),
  type: z.enum(CustomerFieldType),
  choices: unlessGiven(choices),
  required: unlessGiven(z.boolean()),
  position: unlessGiven(position),
})
export type CreateCustomerFieldInput = z.infer<typeof createCustomerFieldInput>

export const updateCustomerFieldInput = z.object({
  id: z.string(),
  label: unlessGiven(text(100)),
  choices: unlessGiven(choices),
  required: unlessGiven(z.boolean()),
  position: unlessGiven(position),
})
export type UpdateCustomerFieldInput = z.infer<typeof updateCustomerFieldInput>
