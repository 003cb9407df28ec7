import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addOrganization, send } from '../harness/app.ts'
import { newBooking, newResource } from '../harness/emitters/bookings.ts'
import { inMinutes, openWorld, unique, type World } from '../harness/emitters/world.ts'

// What refers to a booking or is referred to by one: ids that are not there are refused, and what
// would be orphaned keeps its record from being deleted.

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const visit = (bookingId: string) => ({
  name: 'Jane',
  hostId: world.ownerId,
  locationId: world.siteId,
  expectedArrival: inMinutes(1),
  bookingId,
})
const guests = (bookingId: string) => ({
  hostIds: [world.ownerId],
  locationId: world.siteId,
  type: 'PLANNED',
  startAt: inMinutes(60),
  endAt: inMinutes(90),
  visitors: [{ name: 'Jane' }],
  bookingId,
})

/** A booking of somebody else's organization. */
async function foreignBooking(): Promise<string> {
  const other = await addOrganization(world.test)
  const locationId = await world.make(
    'locationCreate',
    { name: 'Elsewhere', kind: 'LOCATION' },
    'location',
    other.owner,
  )
  const resource = { name: 'Oak', locationId }
  const resourceId = await world.make('resourceCreate', resource, 'resource', other.owner)
  const input = { resourceId, startTime: inMinutes(60), endTime: inMinutes(90) }
  return world.make('bookingCreate', input, 'booking', other.owner)
}

describe('a booking that a visit names', () => {
  it('is one of the organization: others are answered like ids that do not exist', async () => {
    const id = await newBooking(world)
    for (const bookingId of [await foreignBooking(), 'bk-none']) {
      expect(await world.attempt('visitorRegister', visit(bookingId))).toEqual(['NOT_FOUND'])
      const { expectedArrival: _arrival, ...walkIn } = visit(bookingId)
      expect(await world.attempt('visitorWalkIn', walkIn)).toEqual(['NOT_FOUND'])
      const invitation = guests(bookingId)
      expect(await world.attempt('visitorInvitationCreate', invitation)).toEqual(['NOT_FOUND'])
    }
    const visitorId = await world.make('visitorRegister', visit(id), 'visitor')
    const invitationId = await world.make('visitorInvitationCreate', guests(id), 'invitation')
    const wrong = { bookingId: 'bk-none' }
    expect(await world.attempt('visitorUpdate', { id: visitorId, ...wrong })).toEqual(['NOT_FOUND'])
    expect(await world.attempt('visitorInvitationUpdate', { id: invitationId, ...wrong })).toEqual([
      'NOT_FOUND',
    ])
  })

  it('is not deleted before the visit is over or called off', async () => {
    const id = await newBooking(world)
    const visitorId = await world.make('visitorRegister', visit(id), 'visitor')
    expect(await world.attempt('bookingDelete', { id })).toEqual(['CONFLICT'])
    expect(await world.attempt('bookingBulkDelete', { ids: [id] })).toEqual(['CONFLICT'])
    await world.run('visitorCancel', { id: visitorId })
    await world.run('bookingDelete', { id })
  })
})

describe('the customer of a booking', () => {
  it('is kept, changed and found by, and stands in the event', async () => {
    const [first, second] = [await newCustomer(), await newCustomer()]
    const resourceId = await newResource(world)
    const times = { startTime: inMinutes(60), endTime: inMinutes(90) }
    const id = await world.make(
      'bookingCreate',
      { resourceId, ...times, customerId: first },
      'booking',
    )
    expect(await found(first)).toEqual([id])
    await world.run('bookingUpdate', { id, customerId: second })
    expect([await found(first), await found(second)]).toEqual([[], [id]])
    const updated = (await world.written()).findLast(
      ({ envelope }) => envelope.type === 'booking.updated',
    )
    expect(updated?.envelope.data).toMatchObject({
      object: { customerId: second },
      previousAttributes: { customerId: first },
    })
    expect(await world.attempt('bookingUpdate', { id, customerId: 'cus-none' })).toEqual([
      'NOT_FOUND',
    ])
  })

  it('is not deleted while a booking for them is to come; one that is over keeps the id', async () => {
    const customerId = await newCustomer()
    const resourceId = await newResource(world)
    const times = { startTime: inMinutes(60), endTime: inMinutes(90) }
    const id = await world.make('bookingCreate', { resourceId, ...times, customerId }, 'booking')
    expect(await world.attempt('customerDelete', { id: customerId })).toEqual(['CONFLICT'])
    await world.run('bookingCancel', { id })
    await world.run('customerDelete', { id: customerId })
    expect(await found(customerId)).toEqual([id])
  })

  const newCustomer = () => world.make('customerCreate', { name: unique('Customer') }, 'customer')

  async function found(customerId: string): Promise<string[]> {
    const answer = await send<{ bookings: { nodes: { id: string }[] } }, object>(
      world.test.url,
      world.owner,
      `query ($where: BookingWhere) { bookings(where: $where) { nodes { id } } }`,
      { where: { customerId: { in: [customerId] } } },
    )
    return answer.data.bookings.nodes.map((node) => node.id)
  }
})

describe('a conflict', () => {
  it('carries the records in the way, in one statement per type', async () => {
    const resourceId = await newResource(world)
    const taken = { resourceId, startTime: inMinutes(60), endTime: inMinutes(90), title: 'Taken' }
    const id = await world.make('bookingCreate', taken, 'booking')
    const answer = await send<{ bookingCreate: { userErrors: unknown } }, object>(
      world.test.url,
      world.owner,
      `mutation ($input: BookingCreateInput!) { bookingCreate(input: $input) {
         userErrors { code ... on ConflictError { ids records { ... on Booking { id title startTime } } } } } }`,
      { input: taken },
    )
    expect(answer.data.bookingCreate.userErrors).toEqual([
      {
        code: 'CONFLICT',
        ids: [id],
        records: [{ id, title: 'Taken', startTime: taken.startTime }],
      },
    ])
  })
})
