import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getNamedType, isListType, isNonNullType, isObjectType } from 'graphql'
import { inheritRestrictions, narrowReading } from '../../src/database/reading/narrow-reading.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { Role } from '../../src/generated/prisma/enums.ts'
import { getDatamodel } from '../../src/generated/pothos.ts'
import { restrictedModels } from '../../src/graphql/reading/visibility.ts'
import { reachOf, RESOURCES } from '../../src/access/permissions.ts'
import { schema } from '../../src/schema.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateLocation, CreateWorkOrder } from '../harness/documents.ts'
import { fabricate } from '../harness/fabricate.ts'
import { AddCompany, UpdateUser } from '../harness/identity-documents.ts'

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

const OwnThings = graphql(`
  query OwnThings {
    bookings {
      totalCount
      nodes {
        id
      }
    }
    visitors {
      totalCount
      nodes {
        id
        invitation {
          id
        }
      }
    }
    visitorInvitations {
      totalCount
      nodes {
        id
      }
    }
    workRequests {
      totalCount
      nodes {
        id
      }
    }
  }
`)

const isLimited = (resource: string) =>
  RESOURCES.some(
    (each) =>
      each === resource &&
      Object.values(Role).some((role) => reachOf(role, `${each}:read`) === 'own'),
  )

/** Records of a limited resource that are everybody's who may read any of it, and why. */
const FOR_EVERYBODY: Record<string, string> = {
  SlaPolicy: 'how soon work is promised is no secret to whoever asks for it',
  VisitPolicy: 'what a site asks of visitors has to be known to whoever announces one',
}

/** Every GraphQL type that shows a kind of record, with the resource whose scope it asks for. */
const recordTypes = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) => {
    const model: unknown = type.extensions['pothosPrismaModel']
    const scopes: unknown = Object(type.extensions['pothosOptions']).authScopes
    const permission: unknown = Object(scopes).permission
    if (typeof model !== 'string') return []
    const resource = typeof permission === 'string' ? permission.replace(/:read$/, '') : ''
    return [{ type, model, resource }]
  })

/** Conditions of somebody to whom every rule applies. */
const restrictions = inheritRestrictions(
  new Map([...restrictedModels().keys()].map((model) => [model, { id: 'own' }])),
)

/** Of what is seen only together with its whole, the whole is seen as well. */
const isPartOf = (model: string, whole: string) =>
  !restrictedModels().has(model) &&
  getDatamodel().datamodel.models[model]?.fields.some(
    (field) => field.type === whole && field.isRequired && !field.isList,
  ) === true

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

  it('finds nothing of what is nobody of theirs, whatever kind of record it is', async () => {
    const rows = await fabricate(test, org.organizationId, 'somebody else')
    const faults: string[] = []
    let tries = 0
    for (const role of Object.values(Role)) {
      const { credentials } = await org.addUser(role)
      const limited = recordTypes.filter(
        ({ model, resource }) =>
          restrictions.has(model) &&
          RESOURCES.some((each) => each === resource && reachOf(role, `${each}:read`) === 'own'),
      )
      for (const { model, type } of limited) {
        const id = rows.idOf(model)
        if (id === undefined || !type.getInterfaces().some(({ name }) => name === 'Node')) continue
        const query = 'query ($id: ID!) { node(id: $id) { id } }'
        const read = async (by: Credentials) =>
          (await send<{ node: unknown }, { id: string }>(test.url, by, query, { id })).data.node
        if ((await read(credentials)) !== null) faults.push(`${role} sees ${model}`)
        if ((await read(org.owner)) === null) faults.push(`OWNER does not see ${model}`)
        tries++
      }
    }
    expect(faults).toEqual([])
    expect(tries).toBeGreaterThan(12)
  })

  it('sees as a requester what they booked, asked for, receive and announce', async () => {
    const { userId, credentials } = await org.addUser('REQUESTER')
    const rows = await fabricate(test, org.organizationId, 'theirs')
    const { booking, visitor, visitorInvitation, workRequest } = test.app.database.unscoped
    const [bookingId = '', visitorId = '', invitationId = '', requestId = ''] = [
      rows.idOf('Booking'),
      rows.idOf('Visitor'),
      rows.idOf('VisitorInvitation'),
      rows.idOf('WorkRequest'),
    ]
    const see = () => ask(test.url, credentials, OwnThings)
    const nothing = { totalCount: 0, nodes: [] }
    expect(await see()).toEqual({
      bookings: nothing,
      visitors: nothing,
      visitorInvitations: nothing,
      workRequests: nothing,
    })
    await booking.update({ where: { id: bookingId }, data: { bookedById: userId } })
    await visitor.update({ where: { id: visitorId }, data: { hostId: userId, invitationId } })
    await workRequest.update({ where: { id: requestId }, data: { requestedById: userId } })
    expect(await see()).toEqual({
      bookings: { totalCount: 1, nodes: [{ id: bookingId }] },
      // The invitation is somebody else's: the visit is seen and does not lead there.
      visitors: { totalCount: 1, nodes: [{ id: visitorId, invitation: null }] },
      visitorInvitations: nothing,
      workRequests: { totalCount: 1, nodes: [{ id: requestId }] },
    })
    const hostIds = [userId]
    await visitorInvitation.update({ where: { id: invitationId }, data: { hostIds } })
    const after = await see()
    expect(after.visitors.nodes).toEqual([{ id: visitorId, invitation: { id: invitationId } }])
    expect(after.visitorInvitations.totalCount).toBe(1)
  })

  it('gets no figures made of what is not theirs', async () => {
    const { credentials } = await org.addUser('REQUESTER')
    const query = '{ visitorDays(from: "2026-03-01", to: "2026-03-02") { day } }'
    const refused = await send(test.url, credentials, query)
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect((await send(test.url, org.owner, query)).errors).toEqual([])
  })

  it('finds a rule at every kind of record that the table limits', () => {
    const missing = recordTypes
      .filter(({ resource }) => isLimited(resource))
      .filter(({ model }) => !restrictions.has(model) && !(model in FOR_EVERYBODY))
    expect(missing.map(({ model }) => model)).toEqual([])
    expect(recordTypes.length).toBeGreaterThan(30)
    expect(Object.keys(FOR_EVERYBODY).filter((model) => restrictions.has(model))).toEqual([])
  })

  it('finds null where a record leads to one that is not theirs, so that none leads past the rules', () => {
    const faults = recordTypes.flatMap(({ model, type }) =>
      Object.values(type.getFields())
        .filter(({ type: to }) => isNonNullType(to) && !isListType(to.ofType))
        .filter((field) => {
          const to = recordTypes.find((each) => each.type.name === getNamedType(field.type).name)
          return to !== undefined && restrictions.has(to.model) && !isPartOf(model, to.model)
        })
        .map((field) => `${type.name}.${field.name}`),
    )
    expect(faults).toEqual([])
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
