import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import { addOrganization, ask, type Credentials, send } from '../../harness/app.ts'
import { ChangeStatus, UpdateWorkOrder } from '../../harness/documents.ts'
import { AddCompany, UpdateUser } from '../../harness/identity-documents.ts'
import { addPlace, openWorkPlace, type WorkPlace } from '../../harness/work-orders.ts'
import { REQUEST_TRANSITIONS } from '../../../src/domains/work-orders/requests/service.ts'

const Visible = graphql(`
  query Visible($id: ID!) {
    workOrder(id: $id) {
      id
    }
    node(id: $id) {
      id
    }
    workOrders(first: 100) {
      totalCount
      nodes {
        id
      }
    }
  }
`)

const CreateRequest = graphql(`
  mutation CreateRequest($input: WorkRequestCreateInput!) {
    workRequestCreate(input: $input) {
      workRequest {
        id
        status
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const AcceptRequest = graphql(`
  mutation AcceptRequest($input: WorkRequestAcceptInput!) {
    workRequestAccept(input: $input) {
      workRequest {
        id
        status
        workOrder {
          id
          title
          type
          reportedBy {
            id
          }
        }
      }
      userErrors {
        code
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

const RejectRequest = graphql(`
  mutation RejectRequest($input: WorkRequestRejectInput!) {
    workRequestReject(input: $input) {
      workRequest {
        status
        rejectReason
        decidedBy {
          id
        }
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const ListRequests = graphql(`
  query ListRequests($where: WorkRequestWhere!) {
    workRequests(where: $where, first: 100) {
      totalCount
      nodes {
        id
      }
    }
  }
`)

const DeleteLocation = graphql(`
  mutation DeleteLocation($input: LocationDeleteInput!) {
    locationDelete(input: $input) {
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

let place: WorkPlace
let url: string
beforeAll(async () => {
  place = await openWorkPlace()
  url = place.test.url
})
afterAll(() => place[Symbol.asyncDispose]())

const request = async (by: Credentials, title = 'Desk lamp flickers') =>
  (await ask(url, by, CreateRequest, { input: { title, locationId: place.siteId } }))
    .workRequestCreate.workRequest?.id ?? ''

describe('who sees which work orders', () => {
  it('a requester sees those that they reported, whichever way they ask', async () => {
    const requester = await place.org.addUser('REQUESTER')
    const requestId = await request(requester.credentials)
    const { workRequestAccept } = await ask(url, place.org.owner, AcceptRequest, {
      input: { id: requestId },
    })
    const own = workRequestAccept.workRequest?.workOrder?.id ?? ''
    const other = await place.create()
    expect(await ask(url, requester.credentials, Visible, { id: own })).toEqual({
      workOrder: { id: own },
      node: { id: own },
      workOrders: { totalCount: 1, nodes: [{ id: own }] },
    })
    expect(await ask(url, requester.credentials, Visible, { id: other })).toMatchObject({
      workOrder: null,
      node: null,
    })
  })

  it('a contractor sees those of their company; without a company, none', async () => {
    const contractor = await place.org.addUser('CONTRACTOR')
    const addCompany = async (name: string) => {
      const input = { name, kind: 'CONTRACTOR' as const }
      const { companyCreate } = await ask(url, place.org.owner, AddCompany, { input })
      return companyCreate.company?.id ?? ''
    }
    const companyId = await addCompany('Lifts Ltd')
    const theirs = await place.create({ companyId })
    const others = await place.create({ companyId: await addCompany('Roofs Ltd') })
    await place.create()
    const see = (id: string) => ask(url, contractor.credentials, Visible, { id })
    expect(await see(theirs)).toMatchObject({ workOrder: null, workOrders: { totalCount: 0 } })
    await ask(url, place.org.owner, UpdateUser, { input: { id: contractor.userId, companyId } })
    expect(await see(theirs)).toEqual({
      workOrder: { id: theirs },
      node: { id: theirs },
      workOrders: { totalCount: 1, nodes: [{ id: theirs }] },
    })
    expect(await see(others)).toMatchObject({ workOrder: null, node: null })
  })

  it('a closed work order is reopened by managers only', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const id = await place.create({ assigneeId: technician.userId })
    await place.move(id, 'IN_PROGRESS', 'COMPLETED', 'CLOSED')
    const input = { id, status: 'REOPENED' as const, reason: 'Leaks again' }
    const refused = await send(url, technician.credentials, ChangeStatus, { input })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const manager = await place.org.addUser('MANAGER')
    const allowed = await ask(url, manager.credentials, ChangeStatus, { input })
    expect(allowed.workOrderChangeStatus.workOrder?.status).toBe('REOPENED')
  })

  it('a technician sees all and changes own ones', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const id = await place.create()
    expect((await ask(url, technician.credentials, Visible, { id })).workOrder?.id).toBe(id)
    const refused = await send(url, technician.credentials, UpdateWorkOrder, {
      input: { id, title: 'Mine now' },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })
})

describe('work requests', () => {
  it('are decided on once: the table is complete', () => {
    expect(Object.keys(REQUEST_TRANSITIONS)).toEqual(['PENDING', 'ACCEPTED', 'REJECTED'])
    expect(REQUEST_TRANSITIONS.PENDING).toEqual(['ACCEPTED', 'REJECTED'])
  })

  it('an accepted one becomes a work order of whoever asked', async () => {
    const requester = await place.org.addUser('REQUESTER')
    const id = await request(requester.credentials, 'Window jams')
    const accept = () => ask(url, place.org.owner, AcceptRequest, { input: { id } })
    const { workRequestAccept } = await accept()
    const order = workRequestAccept.workRequest?.workOrder
    expect(workRequestAccept.workRequest).toMatchObject({
      status: 'ACCEPTED',
      workOrder: { title: 'Window jams', type: 'REQUEST', reportedBy: { id: requester.userId } },
    })
    const events = await place.events(id)
    expect(events.map((event) => event.type)).toEqual([
      'work_request.created',
      'work_request.accepted',
    ])
    expect(events[1]).toMatchObject({
      object: { status: 'Accepted', workOrderId: order?.id, decidedBy: place.org.ownerId },
      previous: { status: 'Pending' },
    })
    expect((await place.events(order?.id))[0]?.object['requestId']).toBe(id)
    const again = await accept()
    expect(again.workRequestAccept.userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'ACCEPTED', allowed: [] },
    ])
  })

  it('of 10 managers who accept at once one makes the work order', async () => {
    const id = await request(place.org.owner)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask(url, place.org.owner, AcceptRequest, { input: { id } })),
    )
    const made = answers.flatMap(
      ({ workRequestAccept }) => workRequestAccept.workRequest?.workOrder?.id ?? [],
    )
    expect(made).toHaveLength(1)
  })

  it('a rejected one keeps the reason', async () => {
    const id = await request(place.org.owner)
    const reject = async (reason: string) =>
      (await ask(url, place.org.owner, RejectRequest, { input: { id, reason } })).workRequestReject
    expect((await reject('  ')).userErrors).toMatchObject([{ path: ['input', 'reason'] }])
    expect((await reject('Replaced last week')).workRequest).toEqual({
      status: 'REJECTED',
      rejectReason: 'Replaced last week',
      decidedBy: { id: place.org.ownerId },
    })
    const [, last] = await place.events(id)
    expect(last).toMatchObject({
      type: 'work_request.rejected',
      object: { rejectReason: 'Replaced last week' },
      previous: { status: 'Pending', rejectReason: null },
    })
  })

  it('a place with requests is not removed', async () => {
    const id = await addPlace(place.test, place.org.owner, { name: 'Shed', kind: 'LOCATION' })
    const { workRequestCreate } = await ask(url, place.org.owner, CreateRequest, {
      input: { title: 'Roof drips', locationId: id },
    })
    const { locationDelete } = await ask(url, place.org.owner, DeleteLocation, { input: { id } })
    expect(locationDelete.userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [workRequestCreate.workRequest?.id] },
    ])
  })

  it('requesters ask and see their own; technicians and requesters do not decide', async () => {
    const requester = await place.org.addUser('REQUESTER')
    const technician = await place.org.addUser('TECHNICIAN')
    const id = await request(requester.credentials)
    await request(place.org.owner)
    const mine = await ask(url, requester.credentials, ListRequests, {
      where: {},
    })
    expect(mine.workRequests).toEqual({ totalCount: 1, nodes: [{ id }] })
    const pending = await ask(url, place.org.owner, ListRequests, {
      where: { statuses: ['PENDING'], requestedById: { in: [requester.userId] } },
    })
    expect(pending.workRequests.nodes).toEqual([{ id }])
    for (const { credentials } of [requester, technician]) {
      const refused = await send(url, credentials, AcceptRequest, { input: { id } })
      expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    }
    const viewer = await place.org.addUser('VIEWER')
    const noAsking = await send(url, viewer.credentials, CreateRequest, {
      input: { title: 'No', locationId: place.siteId },
    })
    expect(noAsking.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const stranger = await addOrganization(place.test)
    const foreign = await ask(url, stranger.owner, AcceptRequest, { input: { id } })
    expect(foreign.workRequestAccept.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })
})
