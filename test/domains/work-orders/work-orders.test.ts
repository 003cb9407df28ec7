import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import {
  ChangeStatus,
  CreateLocation,
  CreateWorkOrder,
  UpdateWorkOrder,
} from '../../harness/documents.ts'

const ReadWorkOrder = graphql(`
  query ReadWorkOrder($id: ID!) {
    workOrder(id: $id) {
      id
      title
      description
      status
      allowedStatuses
      priority
      type
      location {
        id
        name
      }
      assignee {
        id
        name
      }
      reportedBy {
        id
      }
      completedBy {
        id
      }
      startedAt
      respondedAt
      completedAt
      onHoldReason
      slaResponseDeadline
      slaResolutionDeadline
      version
      created
    }
  }
`)

const ListWorkOrders = graphql(`
  query ListWorkOrders(
    $where: WorkOrderWhere
    $orderBy: [WorkOrderOrder!]
    $first: Int
    $after: String
  ) {
    workOrders(where: $where, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      nodes {
        id
        title
        priority
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

let test: TestApp
let org: TestOrganization
let locationId: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  locationId = await newLocation(org.owner)
})
afterAll(() => test[Symbol.asyncDispose]())

async function newLocation(credentials: Credentials): Promise<string> {
  const { locationCreate } = await ask(test.url, credentials, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

async function newWorkOrder(input: { title?: string; priority?: 'HIGH' | 'LOW' } = {}) {
  const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
    input: { title: 'Fix it', locationId, ...input },
  })
  return workOrderCreate.workOrder?.id ?? ''
}

async function changeStatus(
  id: string,
  status: 'IN_PROGRESS' | 'ON_HOLD' | 'COMPLETED' | 'CLOSED' | 'REOPENED' | 'CANCELLED',
  reason?: string,
) {
  const answer = await ask(test.url, org.owner, ChangeStatus, {
    input: { id, status, ...(reason === undefined ? {} : { reason }) },
  })
  return answer.workOrderChangeStatus
}

async function read(id: string) {
  return (await ask(test.url, org.owner, ReadWorkOrder, { id })).workOrder
}

const hoursBetween = (from: string, to: unknown) =>
  (new Date(String(to)).getTime() - new Date(from).getTime()) / 3_600_000

describe('work orders', () => {
  it('a new work order is open, reported by the caller, with the deadlines of its priority', async () => {
    const order = await read(await newWorkOrder({ title: 'Lift stuck', priority: 'HIGH' }))
    expect(order).toMatchObject({
      title: 'Lift stuck',
      status: 'OPEN',
      priority: 'HIGH',
      type: 'CORRECTIVE',
      location: { id: locationId, name: 'Site' },
      reportedBy: { id: org.ownerId },
      assignee: null,
      version: 1,
    })
    expect(order?.allowedStatuses).toEqual(['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'CANCELLED'])
    expect(hoursBetween(order?.created ?? '', order?.slaResponseDeadline)).toBe(2)
    expect(hoursBetween(order?.created ?? '', order?.slaResolutionDeadline)).toBe(12)
  })

  it('runs through its life', async () => {
    const id = await newWorkOrder()
    expect((await changeStatus(id, 'IN_PROGRESS')).workOrder?.status).toBe('IN_PROGRESS')
    expect((await changeStatus(id, 'ON_HOLD', 'Waiting for parts')).workOrder?.status).toBe(
      'ON_HOLD',
    )
    expect((await read(id))?.onHoldReason).toBe('Waiting for parts')
    await changeStatus(id, 'IN_PROGRESS')
    expect((await read(id))?.onHoldReason).toBeNull()
    await changeStatus(id, 'COMPLETED')
    expect(await read(id)).toMatchObject({ status: 'COMPLETED', completedBy: { id: org.ownerId } })
    await changeStatus(id, 'REOPENED', 'Leaks again')
    expect(await read(id)).toMatchObject({
      status: 'REOPENED',
      completedAt: null,
      completedBy: null,
    })
  })

  it('an invalid transition is a user error that lists what is allowed, and changes nothing', async () => {
    const id = await newWorkOrder()
    const refused = await changeStatus(id, 'CLOSED')
    expect(refused.workOrder).toBeNull()
    expect(refused.userErrors).toMatchObject([
      {
        code: 'INVALID_TRANSITION',
        from: 'OPEN',
        allowed: ['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'CANCELLED'],
        path: ['input', 'status'],
      },
    ])
    expect(await read(id)).toMatchObject({ status: 'OPEN', version: 1 })
  })

  it('a hold needs a reason', async () => {
    const refused = await changeStatus(await newWorkOrder(), 'ON_HOLD')
    expect(refused.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', 'reason'] }])
  })

  it('a finished work order is read-only', async () => {
    const id = await newWorkOrder()
    await changeStatus(id, 'CANCELLED')
    const { workOrderUpdate } = await ask(test.url, org.owner, UpdateWorkOrder, {
      input: { id, title: 'Something else' },
    })
    expect(workOrderUpdate.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
  })

  it('a new priority counts both deadlines anew from creation', async () => {
    const id = await newWorkOrder({ priority: 'LOW' })
    await ask(test.url, org.owner, UpdateWorkOrder, { input: { id, priority: 'CRITICAL' } })
    const order = await read(id)
    expect(hoursBetween(order?.created ?? '', order?.slaResponseDeadline)).toBe(1)
    expect(hoursBetween(order?.created ?? '', order?.slaResolutionDeadline)).toBe(4)
  })

  it('an update decided on an older version is refused and names the current one', async () => {
    const id = await newWorkOrder()
    await ask(test.url, org.owner, UpdateWorkOrder, {
      input: { id, title: 'Second', expectedVersion: 1 },
    })
    const { workOrderUpdate } = await ask(test.url, org.owner, UpdateWorkOrder, {
      input: { id, title: 'Third', expectedVersion: 1 },
    })
    expect(workOrderUpdate.userErrors).toMatchObject([
      { code: 'VERSION_CONFLICT', currentVersion: 2 },
    ])
    expect((await read(id))?.title).toBe('Second')
  })

  it('of 20 competing changes from version 1 exactly one wins', async () => {
    const id = await newWorkOrder()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        ask(test.url, org.owner, UpdateWorkOrder, {
          input: { id, title: `Attempt ${n}`, expectedVersion: 1 },
        }),
      ),
    )
    const won = answers.filter((answer) => answer.workOrderUpdate.userErrors.length === 0)
    expect(won.length).toBe(1)
    expect((await read(id))?.title).toBe(won[0]?.workOrderUpdate.workOrder?.title)
  })

  it('a change that changes nothing keeps the version and has no cursor', async () => {
    const id = await newWorkOrder({ title: 'Same' })
    const { workOrderUpdate } = await ask(test.url, org.owner, UpdateWorkOrder, {
      input: { id, title: 'Same' },
    })
    expect(workOrderUpdate).toMatchObject({
      workOrder: { version: 1 },
      eventCursor: null,
      userErrors: [],
    })
  })

  it.each([
    ['an empty title', { title: '   ' }, 'title'],
    ['a title of 201 characters', { title: 'x'.repeat(201) }, 'title'],
    ['a title of 60 KB', { title: 'x'.repeat(60_000) }, 'title'],
    ['a location that does not exist', { locationId: 'loc-nowhere' }, 'locationId'],
    ['an assignee that does not exist', { assigneeId: 'usr-nobody' }, 'assigneeId'],
  ])('%s is a user error that names the field', async (_name, wrong, field) => {
    const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
      input: { title: 'Fix it', locationId, ...wrong },
    })
    expect(workOrderCreate.workOrder).toBeNull()
    expect(workOrderCreate.userErrors).toMatchObject([{ path: ['input', field] }])
  })

  it('a title of 200 KB is refused before anything is asked of it, by name', async () => {
    const input = { title: 'x'.repeat(200_000), locationId }
    await expect(ask(test.url, org.owner, CreateWorkOrder, { input })).rejects.toThrow(
      'WorkOrderCreateInput.title has 200000 characters; at most 65536 are allowed',
    )
  })

  it('lists are filtered, ordered and paged', async () => {
    const other = await addOrganization(test)
    const place = await newLocation(other.owner)
    for (const priority of ['LOW', 'CRITICAL', 'HIGH', 'LOW'] as const) {
      await ask(test.url, other.owner, CreateWorkOrder, {
        input: { title: `A ${priority} one`, locationId: place, priority },
      })
    }
    const first = await ask(test.url, other.owner, ListWorkOrders, {
      where: { priority: { in: ['LOW', 'HIGH'] }, siteId: place },
      orderBy: [{ field: 'PRIORITY', direction: 'DESC' }],
      first: 2,
    })
    expect(first.workOrders.totalCount).toBe(3)
    expect(first.workOrders.nodes.map((node) => node.priority)).toEqual(['HIGH', 'LOW'])
    expect(first.workOrders.pageInfo.hasNextPage).toBe(true)
    const second = await ask(test.url, other.owner, ListWorkOrders, {
      where: { priority: { in: ['LOW', 'HIGH'] }, siteId: place },
      orderBy: [{ field: 'PRIORITY', direction: 'DESC' }],
      first: 2,
      after: first.workOrders.pageInfo.endCursor ?? '',
    })
    const ids = [...first.workOrders.nodes, ...second.workOrders.nodes].map((node) => node.id)
    expect(new Set(ids).size).toBe(3)
    expect(second.workOrders.pageInfo.hasNextPage).toBe(false)
  })
})

describe('who may', () => {
  it('a technician changes own work orders only', async () => {
    const technician = await org.addUser('TECHNICIAN')
    const id = await newWorkOrder()
    const input = { id, status: 'IN_PROGRESS' as const }
    const refused = await send(test.url, technician.credentials, ChangeStatus, { input })
    expect(refused.status).toBe(403)
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    await ask(test.url, org.owner, UpdateWorkOrder, {
      input: { id, assigneeId: technician.userId },
    })
    const allowed = await ask(test.url, technician.credentials, ChangeStatus, { input })
    expect(allowed.workOrderChangeStatus.workOrder?.status).toBe('IN_PROGRESS')
  })

  it('a viewer reads and does not write', async () => {
    const viewer = await org.addUser('VIEWER')
    const id = await newWorkOrder()
    expect((await ask(test.url, viewer.credentials, ReadWorkOrder, { id })).workOrder?.id).toBe(id)
    const refused = await send(test.url, viewer.credentials, UpdateWorkOrder, {
      input: { id, title: 'No' },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })

  it('a key holds its scopes and no more; write implies read', async () => {
    const id = await newWorkOrder()
    const reads = await org.addApiKey(['work-orders:read'])
    const writes = await org.addApiKey(['work-orders:write'])
    const input = { id, title: 'By a machine' }
    expect(
      (await send(test.url, reads, UpdateWorkOrder, { input })).errors[0]?.extensions.code,
    ).toBe('FORBIDDEN')
    expect((await send(test.url, writes, UpdateWorkOrder, { input })).errors).toEqual([])
    const bare = graphql(`
      query ReadTitle($id: ID!) {
        workOrder(id: $id) {
          title
        }
      }
    `)
    expect((await ask(test.url, writes, bare, { id })).workOrder?.title).toBe('By a machine')
  })

  it("another organization's ids answer exactly as ids that do not exist", async () => {
    const stranger = await addOrganization(test)
    const id = await newWorkOrder()
    const missing = 'wo-000000000000000000000'
    for (const wanted of [id, missing]) {
      expect(
        (await ask(test.url, stranger.owner, ReadWorkOrder, { id: wanted })).workOrder,
      ).toBeNull()
    }
    const messages = await Promise.all(
      [id, missing].map(async (wanted) => {
        const { workOrderChangeStatus } = await ask(test.url, stranger.owner, ChangeStatus, {
          input: { id: wanted, status: 'IN_PROGRESS' },
        })
        expect(workOrderChangeStatus.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
        return workOrderChangeStatus.userErrors[0]?.message.replace(wanted, '')
      }),
    )
    expect(messages[0]).toBe(messages[1])
    const { workOrderCreate } = await ask(test.url, stranger.owner, CreateWorkOrder, {
      input: { title: 'Reach over', locationId },
    })
    expect(workOrderCreate.userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'locationId'] },
    ])
    expect(await read(id)).toMatchObject({ status: 'OPEN', version: 1 })
  })
})
