import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Credentials, ask } from '../harness/app.ts'
import { BulkDeleteBookings, CancelBooking } from '../harness/booking-documents.ts'
import { type BookingDesk, nextWeek, openBookingDesk } from '../harness/bookings.ts'
import { ReadEvents, UpdateWorkOrder } from '../harness/documents.ts'
import { AddCompany, UpdateUser } from '../harness/identity-documents.ts'
import { item, newQuotation, newWorkOrder, publishedSchedule, step } from '../harness/sor.ts'
import { Invite } from '../harness/visitors.ts'

const PATIENT = { timeout: 10_000 }

let desk: BookingDesk
beforeAll(async () => {
  desk = await openBookingDesk()
})
afterAll(() => desk[Symbol.asyncDispose]())

/** Type and subject of the events of some types that somebody may read. */
async function eventsOf(who: Credentials, type: string): Promise<[string, string][]> {
  const { events } = await ask(desk.test.url, who, ReadEvents, { first: 100, types: [type] })
  return events.nodes.map((event) => [event.type, subjectOf(event.data)])
}

function subjectOf(data: unknown): string {
  const object: unknown = Reflect.get(Object(data), 'object')
  const ids: unknown = Reflect.get(Object(object), 'ids')
  return String(Array.isArray(ids) ? ids.join() : Reflect.get(Object(object), 'id'))
}

/** Waits until everything recorded so far can be read: its last event has come. */
async function settle(): Promise<void> {
  const { pool } = desk.test.app.database
  const open = async () =>
    (await pool.query('SELECT 1 FROM event WHERE position IS NULL LIMIT 1')).rows.length
  await expect.poll(open, PATIENT).toBe(0)
}

describe('whoever sees only their own', () => {
  it('hears as a requester of what they booked', async () => {
    const { org, test } = desk
    const [one, two] = [await org.addUser('REQUESTER'), await org.addUser('REQUESTER')]
    const resourceId = await desk.newResource()
    const book = async (who: Credentials, hour: string) => {
      const times = { startTime: nextWeek(`${hour}:00`), endTime: nextWeek(`${hour}:30`) }
      return (await desk.book({ resourceId, ...times }, who)).booking?.id ?? ''
    }
    const first = await book(one.credentials, '09')
    const second = await book(one.credentials, '10')
    const others = await book(two.credentials, '11')
    const third = await book(one.credentials, '12')
    await ask(test.url, org.owner, CancelBooking, { input: { id: first } })
    await ask(test.url, org.owner, BulkDeleteBookings, { input: { ids: [second, others] } })
    await ask(test.url, org.owner, BulkDeleteBookings, { input: { ids: [first, third] } })
    await settle()
    expect(await eventsOf(one.credentials, 'booking.*')).toEqual([
      ['booking.created', first],
      ['booking.created', second],
      ['booking.created', third],
      ['booking.cancelled', first],
      // Not the one that tells of somebody else's as well.
      ['booking.bulk_deleted', [first, third].toSorted().join()],
    ])
    expect(await eventsOf(two.credentials, 'booking.*')).toEqual([['booking.created', others]])
    expect(await eventsOf(org.owner, 'booking.*')).toHaveLength(7)
  })

  it('hears as a requester of whom they announced and who comes to them', async () => {
    const { org, test, locationId } = desk
    const [inviter, host, stranger] = [
      await org.addUser('REQUESTER'),
      await org.addUser('REQUESTER'),
      await org.addUser('REQUESTER'),
    ]
    const { visitorInvitationCreate } = await ask(test.url, inviter.credentials, Invite, {
      input: {
        hostIds: [inviter.userId, host.userId],
        locationId,
        startAt: nextWeek('09:00'),
        endAt: nextWeek('10:00'),
        visitors: [{ name: 'Ada' }],
      },
    })
    expect(visitorInvitationCreate.userErrors).toEqual([])
    const invitation = visitorInvitationCreate.invitation
    const expected = [
      ['visitor.invitation.created', invitation?.id],
      ['visitor.registered', invitation?.visitors.nodes[0]?.id],
    ]
    await settle()
    expect(await eventsOf(inviter.credentials, 'visitor.*')).toEqual(expected)
    expect(await eventsOf(host.credentials, 'visitor.*')).toEqual(expected)
    expect(await eventsOf(stranger.credentials, 'visitor.*')).toEqual([])
  })

  it("hears as a contractor of their company's quotations and of the rates that bind it", async () => {
    const { org, test, locationId } = desk
    const addContractor = async (companyId: string) => {
      const user = await org.addUser('CONTRACTOR')
      await ask(test.url, org.owner, UpdateUser, { input: { id: user.userId, companyId } })
      return user.credentials
    }
    const addCompany = async (name: string) => {
      const input = { name, kind: 'CONTRACTOR' as const }
      return (await ask(test.url, org.owner, AddCompany, { input })).companyCreate.company?.id ?? ''
    }
    const [lifts, roofs] = [await addCompany('Lifts Ltd'), await addCompany('Roofs Ltd')]
    const [author, colleague, stranger] = [
      await addContractor(lifts),
      await addContractor(lifts),
      await addContractor(roofs),
    ]
    const forAll = await publishedSchedule(test, org.owner, [item('A', 1_000)])
    const forLifts = await publishedSchedule(test, org.owner, [item('A', 900)], {
      companyId: lifts,
    })
    const workOrderId = await newWorkOrder(test, org.owner, locationId)
    await ask(test.url, org.owner, UpdateWorkOrder, {
      input: { id: workOrderId, companyId: lifts },
    })
    const id = await newQuotation(test, author, {
      scheduleId: forAll.id,
      workOrderId,
      lines: [{ itemId: forAll.itemIds[0] ?? '', quantity: '1' }],
    })
    expect((await step(test, author, 'quotationSubmit', { id })).userErrors).toEqual([])
    await settle()
    const quoted = [['sor.quotation.submitted', id]]
    expect(await eventsOf(author, 'sor.quotation.*')).toEqual(quoted)
    expect(await eventsOf(colleague, 'sor.quotation.*')).toEqual(quoted)
    expect(await eventsOf(stranger, 'sor.quotation.*')).toEqual([])
    const published = (...ids: string[]) => ids.map((each) => ['sor.schedule.published', each])
    expect(await eventsOf(author, 'sor.schedule.*')).toEqual(published(forAll.id, forLifts.id))
    expect(await eventsOf(stranger, 'sor.schedule.*')).toEqual(published(forAll.id))
  })
})
