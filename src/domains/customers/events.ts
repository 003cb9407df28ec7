import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { Customer, CustomerField } from '../../generated/prisma/client.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)
const tombstone = z.object({ id: z.string(), deleted: z.literal(true) })

const fieldValues = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

const customerPayload = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  phone: z.string().optional(),
  companyId: z.string().optional(),
  notes: z.string().optional(),
  externalId: z.string().optional().describe('Its id in another system, such as a CRM.'),
  fields: fieldValues.describe("Values of the organization's own customer fields, by key."),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type CustomerPayload = z.infer<typeof customerPayload>

/** The one shape in which a customer appears in events. */
export function serializeCustomer(customer: Customer): CustomerPayload {
  return omitEmpty({
    id: customer.id,
    name: customer.name,
    email: customer.email,
    phone: customer.phone,
    companyId: customer.companyId,
    notes: customer.notes,
    externalId: customer.externalId,
    fields: storedValues(customer),
    created: toUnixSeconds(customer.created),
    updated: toUnixSeconds(customer.updated),
  })
}

export function storedValues(customer: Customer): z.infer<typeof fieldValues> {
  return fieldValues.parse(customer.fields)
}

const customerExample: CustomerPayload = {
  id: 'cus-3h8k2v5',
  name: 'Nora Tenant',
  email: 'nora@tenant.example',
  companyId: 'cmp-6t1b3n8',
  fields: { costCentre: '4711', newsletter: false },
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const customer = { scopes: ['customers:read'], payload: customerPayload, facets: [] } as const

export const customerCreated = defineEvent({
  ...customer,
  type: 'customer.created',
  description: 'A customer was added.',
  example: customerExample,
})

export const customerUpdated = defineEvent({
  ...customer,
  type: 'customer.updated',
  description: 'Details of a customer changed.',
  example: {
    ...customerExample,
    fields: { costCentre: '4712', newsletter: false },
    updated: 1_780_000_600,
  },
  previousExample: { notes: null },
})

export const customerDeleted = defineEvent({
  type: 'customer.deleted',
  description: 'A customer was removed.',
  scopes: ['customers:read'],
  payload: tombstone,
  example: { id: 'cus-3h8k2v5', deleted: true },
  facets: [],
})

const fieldPayload = z.object({
  id: z.string(),
  key: z.string().describe('Name of the value in the payloads of customers.'),
  label: z.string(),
  type: z.enum(['Text', 'Number', 'Boolean', 'Date', 'Choice']),
  choices: z.array(z.string()).describe('What may be chosen; empty but for Choice.'),
  required: z.boolean(),
  position: z.int().describe('Place in forms, smallest first.'),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type FieldPayload = z.infer<typeof fieldPayload>

/** The one shape in which a customer field appears in events. */
export function serializeCustomerField(field: CustomerField): FieldPayload {
  return {
    id: field.id,
    key: field.key,
    label: field.label,
    type: fieldPayload.shape.type.parse(toPascalCase(field.type)),
    choices: field.choices,
    required: field.required,
    position: field.position,
    created: toUnixSeconds(field.created),
    updated: toUnixSeconds(field.updated),
  }
}

const fieldExample: FieldPayload = {
  id: 'cuf-9c2x6z1',
  key: 'costCentre',
  label: 'Cost centre',
  type: 'Text',
  choices: [],
  required: false,
  position: 0,
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const field = { scopes: ['customer-fields:read'], payload: fieldPayload, facets: [] } as const

export const customerFieldCreated = defineEvent({
  ...field,
  type: 'customer_field.created',
  description: 'A field to keep about customers was added.',
  example: fieldExample,
})

export const customerFieldUpdated = defineEvent({
  ...field,
  type: 'customer_field.updated',
  description: 'A field to keep about customers changed.',
  example: { ...fieldExample, required: true, updated: 1_780_000_600 },
  previousExample: { label: 'Floor' },
})

export const customerFieldDeleted = defineEvent({
  type: 'customer_field.deleted',
  description: 'A field to keep about customers was removed.',
  scopes: ['customer-fields:read'],
  payload: tombstone,
  example: { id: 'cuf-9c2x6z1', deleted: true },
  facets: [],
})
