import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeValues, type FieldRule } from '../../../src/domains/customers/rules.ts'
import { graphql } from '../../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { expectShape, storedEvents, typesOf } from '../../harness/stored-events.ts'

const CreateCustomer = graphql(`
  mutation CreateCustomer($input: CustomerCreateInput!) {
    customerCreate(input: $input) {
      customer {
        id
        fields
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

const UpdateCustomer = graphql(`
  mutation UpdateCustomer($input: CustomerUpdateInput!) {
    customerUpdate(input: $input) {
      customer {
        email
        fields
        version
      }
      eventCursor
      userErrors {
        code
        path
      }
    }
  }
`)

const DeleteCustomer = graphql(`
  mutation DeleteCustomer($input: CustomerDeleteInput!) {
    customerDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

const ListCustomers = graphql(`
  query ListCustomers($where: CustomerWhere, $orderBy: [CustomerOrder!]) {
    customers(where: $where, orderBy: $orderBy) {
      totalCount
      nodes {
        name
        company {
          name
        }
      }
    }
  }
`)

const CreateField = graphql(`
  mutation CreateCustomerField($input: CustomerFieldCreateInput!) {
    customerFieldCreate(input: $input) {
      customerField {
        id
        key
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const UpdateField = graphql(`
  mutation UpdateCustomerField($input: CustomerFieldUpdateInput!) {
    customerFieldUpdate(input: $input) {
      customerField {
        required
        version
      }
      eventCursor
      userErrors {
        code
        path
      }
    }
  }
`)

const DeleteField = graphql(`
  mutation DeleteCustomerField($input: CustomerFieldDeleteInput!) {
    customerFieldDelete(input: $input) {
      deletedId
      userErrors {
        code
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const NewCompany = graphql(`
  mutation NewCustomersCompany($input: CompanyCreateInput!) {
    companyCreate(input: $input) {
      company {
        id
      }
    }
  }
`)

let test: TestApp
let org: TestOrganization

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

type FieldType = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'DATE' | 'CHOICE'

async function newField(key: string, type: FieldType, given: object = {}, credentials = org.owner) {
  const { customerFieldCreate } = await ask(test.url, credentials, CreateField, {
    input: { key, label: key, type, ...given },
  })
  return customerFieldCreate
}

async function newCustomer(given: object = {}, credentials = org.owner) {
  const { customerCreate } = await ask(test.url, credentials, CreateCustomer, {
    input: { name: 'Nora Tenant', ...given },
  })
  return customerCreate
}

const eventsOf = (id: string) => storedEvents(test, org.organizationId, id)

describe('customers', () => {
  it('are created, updated and deleted, with an event each', async () => {
    const { companyCreate } = await ask(test.url, org.owner, NewCompany, {
      input: { name: 'Tenant & Co', kind: 'TENANT' },
    })
    const companyId = companyCreate.company?.id ?? ''
    const { customer } = await newCustomer({ email: 'Nora@Tenant.example', companyId })
    const id = customer?.id ?? ''
    const input = { id, email: null, phone: '+49 30 1', expectedVersion: 1 }
    const { customerUpdate } = await ask(test.url, org.owner, UpdateCustomer, { input })
    expect(customerUpdate.customer).toMatchObject({ email: null, version: 2 })
    const same = await ask(test.url, org.owner, UpdateCustomer, {
      input: { id, phone: '+49 30 1' },
    })
    expect(same.customerUpdate).toMatchObject({ customer: { version: 2 }, eventCursor: null })
    const { customerDelete } = await ask(test.url, org.owner, DeleteCustomer, { input: { id } })
    expect(customerDelete.deletedId).toBe(id)
    const events = await eventsOf(id)
    expect(typesOf(events)).toEqual(['customer.created', 'customer.updated', 'customer.deleted'])
    expectShape(events[0], { object: { name: 'string', companyId: 'string', fields: 'object' } })
    expect(events[1]?.data.previousAttributes).toEqual({
      email: 'nora@tenant.example',
      phone: null,
    })
    expect(events[2]?.data.object).toEqual({ id, deleted: true })
  })

  it('are listed, filtered and found; another organization’s do not exist', async () => {
    const other = await addOrganization(test)
    for (const name of ['Zoe', 'Adam', 'Zacharias']) {
      await newCustomer({ name, email: `${name}@example.com` }, other.owner)
    }
    const list = async (where: object) =>
      (await ask(test.url, other.owner, ListCustomers, { where })).customers
    expect((await list({})).nodes.map((node) => node.name)).toEqual(['Adam', 'Zacharias', 'Zoe'])
    expect((await list({ search: 'z' })).totalCount).toBe(2)
    expect((await list({ email: 'ADAM@example.com' })).totalCount).toBe(1)
    const { customer } = await newCustomer()
    const foreign = await ask(test.url, other.owner, UpdateCustomer, {
      input: { id: customer?.id ?? '', name: 'Mine' },
    })
    expect(foreign.customerUpdate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    const viewer = await org.addUser('VIEWER')
    const refused = await send(test.url, viewer.credentials, DeleteCustomer, {
      input: { id: customer?.id ?? '' },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })
})

describe('customer fields', () => {
  it('are created, updated and deleted, with an event each', async () => {
    const { customerField } = await newField('floor', 'NUMBER')
    const id = customerField?.id ?? ''
    const input = { id, required: true, expectedVersion: 1 }
    const { customerFieldUpdate } = await ask(test.url, org.owner, UpdateField, { input })
    expect(customerFieldUpdate.customerField).toEqual({ required: true, version: 2 })
    const same = await ask(test.url, org.owner, UpdateField, { input: { id, required: true } })
    expect(same.customerFieldUpdate.eventCursor).toBeNull()
    const { customerFieldDelete } = await ask(test.url, org.owner, DeleteField, { input: { id } })
    expect(customerFieldDelete.deletedId).toBe(id)
    const events = await eventsOf(id)
    expect(typesOf(events)).toEqual([
      'customer_field.created',
      'customer_field.updated',
      'customer_field.deleted',
    ])
    expectShape(events[0], { object: { key: 'string', type: 'string', required: 'boolean' } })
    expect(events[1]?.data.previousAttributes).toEqual({ required: false })
  })

  it('hold values of customers: given ones replace, null removes, the rest stays', async () => {
    const other = await addOrganization(test)
    await newField('costCentre', 'TEXT', { required: true }, other.owner)
    await newField('tier', 'CHOICE', { choices: ['Gold', 'Silver'] }, other.owner)
    expect((await newCustomer({}, other.owner)).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'fields', 'costCentre'] },
    ])
    const wrong = await newCustomer({ fields: { costCentre: 1, tier: 'Lead', x: 1 } }, other.owner)
    expect(wrong.userErrors.map((error) => error.path?.at(-1))).toEqual(['costCentre', 'tier', 'x'])
    const { customer } = await newCustomer(
      { fields: { costCentre: '4711', tier: 'Gold' } },
      other.owner,
    )
    const id = customer?.id ?? ''
    const { customerUpdate } = await ask(test.url, other.owner, UpdateCustomer, {
      input: { id, fields: { tier: null } },
    })
    expect(customerUpdate.customer?.fields).toEqual({ costCentre: '4711' })
    const updated = (await storedEvents(test, other.organizationId, id)).at(-1)
    expect(updated?.data.previousAttributes).toEqual({
      fields: { costCentre: '4711', tier: 'Gold' },
    })
  })

  it('in use are not deleted; the conflict lists who has a value', async () => {
    const { customerField } = await newField('inUse', 'BOOLEAN')
    const { customer } = await newCustomer({ fields: { inUse: false } })
    const refused = await ask(test.url, org.owner, DeleteField, {
      input: { id: customerField?.id ?? '' },
    })
    expect(refused.customerFieldDelete.userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [customer?.id] },
    ])
  })

  it('deleted while customers get values never leave a value behind', async () => {
    for (let round = 0; round < 10; round++) {
      const key = `race${round}`
      const { customerField } = await newField(key, 'NUMBER')
      const [deleted, created] = await Promise.all([
        ask(test.url, org.owner, DeleteField, { input: { id: customerField?.id ?? '' } }),
        newCustomer({ fields: { [key]: 1 } }),
      ])
      const codes = [...deleted.customerFieldDelete.userErrors, ...created.userErrors]
      expect(codes.map((error) => error.code)).toEqual([
        created.customer === null ? 'VALIDATION' : 'CONFLICT',
      ])
    }
  })

  it('of one key are made once, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => newField('popular', 'TEXT')))
    expect(answers.filter((answer) => answer.customerField !== null).length).toBe(1)
  })

  it.each([
    ['a key with a space', { key: 'a b' }, 'key'],
    ['choices where there is nothing to choose', { choices: ['A'] }, 'choices'],
    ['no choices where there is', { type: 'CHOICE' }, 'choices'],
  ])('with %s are refused', async (_name, given, field) => {
    const { userErrors } = await newField('fine', 'TEXT', given)
    expect(userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', field] }])
  })
})

describe('values', () => {
  const rule = (type: FieldType): FieldRule[] => [
    { key: 'k', type, choices: ['A', 'B'], required: false },
  ]

  it.each([
    ['TEXT', 'x'],
    ['NUMBER', 1.5],
    ['BOOLEAN', false],
    ['DATE', '2028-02-29'],
    ['CHOICE', 'B'],
  ] as const)('%s takes %j', (type, value) => {
    expect(changeValues(rule(type), {}, { k: value })).toEqual({ k: value })
  })

  it.each([
    ['TEXT', 'x'.repeat(1_001)],
    ['TEXT', { deep: 1 }],
    ['NUMBER', '1'],
    ['NUMBER', Number.POSITIVE_INFINITY],
    ['BOOLEAN', 'false'],
    ['DATE', '2027-02-29'],
    ['DATE', '31.12.2027'],
    ['CHOICE', 'C'],
  ] as const)('%s refuses %j', (type, value) => {
    expect(() => changeValues(rule(type), {}, { k: value })).toThrow('k: must be')
  })
})
