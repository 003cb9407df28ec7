import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { narrowReading } from '../src/db/narrow-reading.ts'
import { graphql } from '../src/generated/client/index.ts'
import { restrictedEvents } from '../src/events/own-events.ts'
import { Role } from '../src/generated/prisma/enums.ts'
import { restrictedResources } from '../src/graphql/visibility.ts'
import { reachOf, RESOURCES } from '../src/permissions.ts'
import '../src/schema.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from './harness/app.ts'
import { CreateLocation, CreateWorkOrder } from './harness/documents.ts'
import { AddCompany, UpdateUser } from './harness/identity-documents.ts'

const Seen = graphql(`
  query Seen($id: ID!) {
    workOrders(first: 50) {
      totalCount
      nodes {
        id
      }
    }
    workOrder(id: $id) {
      id
    }
    node(id: $id) {
      id
    }
  }
`)

let test: TestApp
let org: TestOrganization
let locationId: string
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  locationId = locationCreate.location?.id ?? ''
})
afterAll(() => test[Symbol.asyncDispose]())

async function addWorkOrder(input: object = {}): Promise<string> {
  const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
    input: { title: 'Some work', locationId, ...input },
  })
  return workOrderCreate.workOrder?.id ?? ''
}

async function expectToSeeOnly(credentials: Credentials, own: string, others: string) {
  const mine = await ask(test.url, credentials, Seen, { id: own })
  expect(mine.workOrders).toEqual({ totalCount: 1, nodes: [{ id: own }] })
  expect(mine.workOrder?.id).toBe(own)
  expect(mine.node?.id).toBe(own)
  const theirs = await ask(test.url, credentials, Seen, { id: others })
  expect(theirs).toMatchObject({ workOrder: null, node: null })
}

describe('whoever reads only their own', () => {
  it('sees as a requester what they reported', async () => {
    const { userId, credentials } = await org.addUser('REQUESTER')
    const [own, others] = [await addWorkOrder(), await addWorkOrder()]
    await test.app.database.unscoped.workOrder.update({
      where: { id: own },
      data: { reportedById: userId },
    })
    await expectToSeeOnly(credentials, own, others)
  })

  it("sees as a contractor what their company's people are assigned to", async () => {
    const [one, colleague, stranger] = [
      await org.addUser('CONTRACTOR'),
      await org.addUser('CONTRACTOR'),
      await org.addUser('CONTRACTOR'),
    ]
    const others = await addWorkOrder({ assigneeId: stranger.userId })
    const { companyCreate } = await ask(test.url, org.owner, AddCompany, {
      input: { name: 'Lifts Ltd', kind: 'CONTRACTOR' },
    })
    const companyId = companyCreate.company?.id ?? ''
    for (const { userId } of [one, colleague]) {
      await ask(test.url, org.owner, UpdateUser, { input: { id: userId, companyId } })
    }
    const own = await addWorkOrder({ assigneeId: colleague.userId })
    await expectToSeeOnly(one.credentials, own, others)
    const none = await ask(test.url, stranger.credentials, Seen, { id: others })
    expect(none.workOrders.totalCount).toBe(0)
  })

  it('is everybody whose reading the table limits to their own, by some rule', () => {
    const limited = RESOURCES.filter((resource) =>
      Object.values(Role).some((role) => reachOf(role, `${resource}:read`) === 'own'),
    )
    expect(limited.length).toBeGreaterThan(0)
    expect(limited.filter((resource) => !restrictedResources().has(resource))).toEqual([])
    expect(limited.filter((resource) => !restrictedEvents().has(resource))).toEqual([])
  })
})

describe('narrowing what a Prisma call reads', () => {
  const own = { reportedById: 'usr-1' }
  const restrictions = new Map([['WorkOrder', own]])

  it.each([
    ['WorkOrder', {}, { where: { AND: [own] } }],
    ['WorkOrder', { where: { AND: { id: '1' } } }, { where: { AND: [own, { id: '1' }] } }],
    ['Location', { where: { id: '1' } }, { where: { id: '1' } }],
    [
      'Location',
      { include: { workOrders: true, parent: true } },
      { include: { workOrders: { where: { AND: [own] } }, parent: true } },
    ],
    [
      'User',
      { select: { assignedWorkOrders: { where: { title: 'x' }, take: 2 } } },
      { select: { assignedWorkOrders: { where: { title: 'x', AND: [own] }, take: 2 } } },
    ],
    [
      'Location',
      { include: { children: { include: { _count: { select: { workOrders: true } } } } } },
      {
        include: {
          children: { include: { _count: { select: { workOrders: { where: { AND: [own] } } } } } },
        },
      },
    ],
  ])('%s %j', (model, args, narrowed) => {
    expect(narrowReading(model, args, restrictions)).toEqual(narrowed)
  })
})
