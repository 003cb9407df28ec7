import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { CreateLocation, CreateWorkOrder, UpdateWorkOrder } from '../../harness/documents.ts'
import { expectShape, storedEvents, typesOf } from '../../harness/stored-events.ts'

const CreateCompany = graphql(`
  mutation CreateCompany($input: CompanyCreateInput!) {
    companyCreate(input: $input) {
      company {
        id
        version
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const UpdateCompany = graphql(`
  mutation UpdateCompany($input: CompanyUpdateInput!) {
    companyUpdate(input: $input) {
      company {
        id
        kind
        email
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

const DeleteCompany = graphql(`
  mutation DeleteCompany($input: CompanyDeleteInput!) {
    companyDelete(input: $input) {
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

const ListCompanies = graphql(`
  query ListCompanies($where: CompanyWhere, $orderBy: [CompanyOrder!]) {
    companies(where: $where, orderBy: $orderBy, first: 5) {
      totalCount
      nodes {
        name
        managers(first: 5) {
          nodes {
            user {
              id
            }
          }
        }
      }
    }
  }
`)

const CreateManager = graphql(`
  mutation CreateManager($input: ManagerCreateInput!) {
    managerCreate(input: $input) {
      manager {
        id
        user {
          id
        }
        company {
          id
        }
        location {
          id
        }
      }
      userErrors {
        code
        path
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const UpdateManager = graphql(`
  mutation UpdateManager($input: ManagerUpdateInput!) {
    managerUpdate(input: $input) {
      manager {
        title
        version
      }
      eventCursor
      userErrors {
        code
      }
    }
  }
`)

const DeleteManager = graphql(`
  mutation DeleteManager($input: ManagerDeleteInput!) {
    managerDelete(input: $input) {
      deletedId
      userErrors {
        code
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

async function newCompany(name = 'Liftworks Ltd', credentials = org.owner): Promise<string> {
  const { companyCreate } = await ask(test.url, credentials, CreateCompany, {
    input: { name, kind: 'CONTRACTOR', email: 'Office@Liftworks.example' },
  })
  return companyCreate.company?.id ?? ''
}

const appoint = async (input: { userId: string; companyId?: string; locationId?: string }) =>
  (await ask(test.url, org.owner, CreateManager, { input })).managerCreate

const eventsOf = (id: string) => storedEvents(test, org.organizationId, id)

describe('companies', () => {
  it('are created, updated and deleted, with an event each', async () => {
    const id = await newCompany()
    const input = { id, kind: 'VENDOR' as const, email: null, expectedVersion: 1 }
    const { companyUpdate } = await ask(test.url, org.owner, UpdateCompany, { input })
    expect(companyUpdate.company).toEqual({ id, kind: 'VENDOR', email: null, version: 2 })
    const again = await ask(test.url, org.owner, UpdateCompany, { input: { id, kind: 'VENDOR' } })
    expect(again.companyUpdate).toMatchObject({ company: { version: 2 }, eventCursor: null })
    const stale = await ask(test.url, org.owner, UpdateCompany, { input })
    expect(stale.companyUpdate.userErrors).toMatchObject([{ code: 'VERSION_CONFLICT' }])
    const { companyDelete } = await ask(test.url, org.owner, DeleteCompany, { input: { id } })
    expect(companyDelete.deletedId).toBe(id)
    const events = await eventsOf(id)
    expect(typesOf(events)).toEqual(['company.created', 'company.updated', 'company.deleted'])
    expectShape(events[0], { object: { name: 'string', kind: 'string', email: 'string' } })
    expectShape(events[1], { object: { id: 'string' }, previousAttributes: { kind: 'string' } })
    expect(events[1]?.data.previousAttributes).toEqual({
      kind: 'Contractor',
      email: 'office@liftworks.example',
    })
    expect(events[2]?.data.object).toEqual({ id, deleted: true })
  })

  it('with managers are not deleted; the conflict lists them', async () => {
    const id = await newCompany()
    const { manager } = await appoint({ userId: org.ownerId, companyId: id })
    const refused = await ask(test.url, org.owner, DeleteCompany, { input: { id } })
    expect(refused.companyDelete.userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [manager?.id] },
    ])
  })

  it('in charge of work must be there, and stay', async () => {
    const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
      input: { name: 'Site', kind: 'LOCATION' },
    })
    const locationId = locationCreate.location?.id ?? ''
    const stranger = await addOrganization(test)
    const foreign = await newCompany('Roofs Ltd', stranger.owner)
    const open = async (companyId?: string) =>
      (
        await ask(test.url, org.owner, CreateWorkOrder, {
          input: {
            title: 'Lift stuck',
            locationId,
            ...(companyId === undefined ? {} : { companyId }),
          },
        })
      ).workOrderCreate
    const give = async (id: string, companyId: string) =>
      (await ask(test.url, org.owner, UpdateWorkOrder, { input: { id, companyId } }))
        .workOrderUpdate
    const unassigned = (await open()).workOrder?.id ?? ''
    for (const companyId of ['cmp-none', foreign]) {
      const missing = [{ code: 'NOT_FOUND', path: ['input', 'companyId'] }]
      expect((await open(companyId)).userErrors).toMatchObject(missing)
      expect((await give(unassigned, companyId)).userErrors).toMatchObject(missing)
    }
    const id = await newCompany()
    const { workOrder } = await open(id)
    const refused = await ask(test.url, org.owner, DeleteCompany, { input: { id } })
    expect(refused.companyDelete.userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [workOrder?.id] },
    ])
  })

  it('of appointing a manager and deleting the company at once one wins, without a fault', async () => {
    for (let round = 0; round < 10; round++) {
      const id = await newCompany()
      const [appointed, deleted] = await Promise.all([
        appoint({ userId: org.ownerId, companyId: id }),
        ask(test.url, org.owner, DeleteCompany, { input: { id } }),
      ])
      const codes = [...appointed.userErrors, ...deleted.companyDelete.userErrors]
      expect(codes.map((error) => error.code)).toEqual([
        deleted.companyDelete.deletedId === null ? 'CONFLICT' : 'NOT_FOUND',
      ])
    }
  })

  it('are listed by name, filtered and searched, without another organization’s', async () => {
    const other = await addOrganization(test)
    for (const name of ['Beta', 'alpha beta', 'Gamma']) await newCompany(name, other.owner)
    const list = async (where: object) =>
      (await ask(test.url, other.owner, ListCompanies, { where })).companies
    expect((await list({ search: 'BETA' })).totalCount).toBe(2)
    expect((await list({ kinds: ['TENANT'] })).totalCount).toBe(0)
    expect((await list({})).nodes.length).toBe(3)
    const id = await newCompany()
    const { companyUpdate } = await ask(test.url, other.owner, UpdateCompany, {
      input: { id, name: 'Taken over' },
    })
    expect(companyUpdate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })
})

describe('managers', () => {
  it('are made, retitled and relieved, with an event each', async () => {
    const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
      input: { name: 'Site', kind: 'LOCATION' },
    })
    const locationId = locationCreate.location?.id ?? ''
    const { manager } = await appoint({ userId: org.ownerId, locationId })
    expect(manager).toMatchObject({ user: { id: org.ownerId }, location: { id: locationId } })
    const id = manager?.id ?? ''
    const input = { id, title: 'Site manager' }
    const { managerUpdate } = await ask(test.url, org.owner, UpdateManager, { input })
    expect(managerUpdate.manager).toEqual({ title: 'Site manager', version: 2 })
    const again = await ask(test.url, org.owner, UpdateManager, { input })
    expect(again.managerUpdate.eventCursor).toBeNull()
    const { managerDelete } = await ask(test.url, org.owner, DeleteManager, { input: { id } })
    expect(managerDelete.deletedId).toBe(id)
    const events = await eventsOf(id)
    expect(typesOf(events)).toEqual(['manager.created', 'manager.updated', 'manager.deleted'])
    expectShape(events[0], { object: { userId: 'string', locationId: 'string' } })
    expect(events[0]?.facets).toEqual({ location: [locationId], site: [locationId] })
    expect(events[1]?.data.previousAttributes).toEqual({ title: null })
    expect(events[2]?.data.object).toEqual({ id, deleted: true })
  })

  it('of one thing and of one user are made once, however many ask at once', async () => {
    const companyId = await newCompany()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => appoint({ userId: org.ownerId, companyId })),
    )
    const made = answers.flatMap((answer) => answer.manager?.id ?? [])
    expect(made.length).toBe(1)
    const refused = answers.flatMap((answer) => answer.userErrors)
    expect(refused.every((error) => error.code === 'CONFLICT')).toBe(true)
    expect(refused[0]).toMatchObject({ ids: made })
  })

  it.each([
    ['of nothing', {}, 'VALIDATION', 'companyId'],
    ['of a company that does not exist', { companyId: 'cmp-none' }, 'NOT_FOUND', 'companyId'],
    ['of a place that does not exist', { locationId: 'loc-none' }, 'NOT_FOUND', 'locationId'],
    ['who is nobody', { userId: 'usr-none', companyId: 'cmp-none' }, 'NOT_FOUND', 'userId'],
  ])('%s are refused', async (_name, given, code, field) => {
    const { userErrors } = await appoint({ userId: org.ownerId, ...given })
    expect(userErrors).toMatchObject([{ code, path: ['input', field] }])
  })

  it('are appointed by owners and admins only', async () => {
    const manager = await org.addUser('MANAGER')
    const refused = await send(test.url, manager.credentials, CreateManager, {
      input: { userId: org.ownerId, companyId: await newCompany() },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
