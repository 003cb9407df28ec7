import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { CreateBooking } from '../../harness/booking-documents.ts'
import { nextWeek } from '../../harness/bookings.ts'
import { CreateLocation } from '../../harness/documents.ts'
import { CreateResource } from '../../harness/resource-documents.ts'
import {
  expectDocumented,
  expectShape,
  storedEvents,
  typesOf,
} from '../../harness/stored-events.ts'
import {
  ApproveVisitor,
  BlockVisitor,
  CancelVisit,
  CheckIn,
  CheckOut,
  CompleteCheckpoint,
  DenyVisitor,
  ListVisitors,
  ReadVisitor,
  RegisterVisitor,
  SetVisitPolicy,
  UnblockVisitor,
  UpdateVisitor,
  VisitorDays,
  WalkIn,
} from '../../harness/visitors.ts'

let test: TestApp
let org: TestOrganization
let site: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  site = await newSite()
})
afterAll(() => test[Symbol.asyncDispose]())

async function newSite(timezone?: string, credentials: Credentials = org.owner): Promise<string> {
  const { locationCreate } = await ask(test.url, credentials, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION', ...(timezone === undefined ? {} : { timezone }) },
  })
  return locationCreate.location?.id ?? ''
}

async function newBooking(locationId: string): Promise<string> {
  const { resourceCreate } = await ask(test.url, org.owner, CreateResource, {
    input: { name: 'Elm', locationId },
  })
  const { bookingCreate } = await ask(test.url, org.owner, CreateBooking, {
    input: {
      resourceId: resourceCreate.resource?.id ?? '',
      startTime: nextWeek('09:00'),
      endTime: nextWeek('10:00'),
    },
  })
  return bookingCreate.booking?.id ?? ''
}

const soon = (minutes = 10) => new Date(Date.now() + minutes * 60_000).toISOString()

interface Announcement {
  name?: string
  email?: string
  company?: string
  bookingId?: string
  locationId?: string
  hostId?: string
  expectedArrival?: string
}

/** Expected now, so that midnight cannot fall between announcement and arrival. */
const announcement = (given: Announcement = {}) => ({
  name: 'Jane Smith',
  hostId: org.ownerId,
  locationId: site,
  expectedArrival: new Date().toISOString(),
  ...given,
})

async function register(given: Announcement = {}, credentials = org.owner): Promise<string> {
  const { visitorRegister } = await ask(test.url, credentials, RegisterVisitor, {
    input: announcement(given),
  })
  if (visitorRegister.visitor == null) throw new Error(JSON.stringify(visitorRegister.userErrors))
  return visitorRegister.visitor.id
}

const checkIn = async (id: string, badgeNumber?: string, credentials = org.owner) =>
  (
    await ask(test.url, credentials, CheckIn, {
      input: { id, ...(badgeNumber === undefined ? {} : { badgeNumber }) },
    })
  ).visitorCheckIn

const read = async (id: string) => (await ask(test.url, org.owner, ReadVisitor, { id })).visitor

const setPolicy = async (input: {
  siteId: string
  requiredCheckpoints?: ('NDA' | 'PHOTO' | 'HEALTH_FORM' | 'ID_CHECK')[]
  requiresApproval?: boolean
  closesAt?: string
  retentionDays?: number
  expectedVersion?: number
}) => (await ask(test.url, org.owner, SetVisitPolicy, { input })).visitPolicyUpdate

const complete = async (
  id: string,
  key: 'NDA' | 'PHOTO' | 'HEALTH_FORM' | 'ID_CHECK',
  documentUrl?: string,
) =>
  (
    await ask(test.url, org.owner, CompleteCheckpoint, {
      input: { id, key, ...(documentUrl === undefined ? {} : { documentUrl }) },
    })
  ).visitorCompleteCheckpoint

describe('a visit', () => {
  it('runs from registration over check-in to check-out, one event each', async () => {
    const id = await register({ email: ' Jane@Example.com ', company: 'Acme' })
    expect(await read(id)).toMatchObject({
      name: 'Jane Smith',
      email: 'jane@example.com',
      status: 'REGISTERED',
      allowedStatuses: ['CHECKED_IN', 'DENIED', 'CANCELLED', 'NO_SHOW', 'PENDING_APPROVAL'],
      host: { id: org.ownerId },
      site: { id: site },
      version: 1,
    })
    expect(await checkIn(id, 'B-1')).toMatchObject({
      visitor: { status: 'CHECKED_IN', badgeNumber: 'B-1' },
      userErrors: [],
    })
    const { visitorCheckOut } = await ask(test.url, org.owner, CheckOut, { input: { id } })
    expect(visitorCheckOut.visitor).toMatchObject({
      status: 'CHECKED_OUT',
      checkedOutBy: org.ownerId,
    })
    const events = await storedEvents(test, org.organizationId, id)
    expect(typesOf(events)).toEqual([
      'visitor.registered',
      'visitor.checked_in',
      'visitor.checked_out',
    ])
    expectDocumented(events[0])
    expectDocumented(events[1])
    expectDocumented(events[2])
    expect(events[1]?.data.previousAttributes).toEqual({
      status: 'Registered',
      checkedInAt: null,
      badgeNumber: null,
    })
    expect(events[0]?.facets).toEqual({
      location: [site],
      site: [site],
      party: [org.ownerId],
    })
    const all = await storedEvents(test, org.organizationId)
    const notified = all.filter((event) => event.data.object['subjectId'] === id)
    expect(typesOf(notified)).toEqual(['notification.created'])
    expect(notified[0]?.data.object).toMatchObject({
      userId: org.ownerId,
      topic: 'visitor.arrived',
      title: 'Your visitor has arrived',
    })
  })

  it('checking in or out again changes nothing and records nothing', async () => {
    const id = await register()
    await checkIn(id)
    expect(await checkIn(id)).toMatchObject({
      visitor: { status: 'CHECKED_IN' },
      eventCursor: null,
    })
    await ask(test.url, org.owner, CheckOut, { input: { id } })
    const again = await ask(test.url, org.owner, CheckOut, { input: { id } })
    expect(again.visitorCheckOut.eventCursor).toBeNull()
    expect((await storedEvents(test, org.organizationId, id)).length).toBe(3)
  })

  it('of 20 desks that check one visitor in at once one does, and one event tells of it', async () => {
    const id = await register()
    const answers = await Promise.all(Array.from({ length: 20 }, () => checkIn(id)))
    expect(answers.every((answer) => answer.visitor?.status === 'CHECKED_IN')).toBe(true)
    expect(answers.filter((answer) => answer.eventCursor !== null).length).toBe(1)
    const events = await storedEvents(test, org.organizationId, id)
    expect(typesOf(events)).toEqual(['visitor.registered', 'visitor.checked_in'])
  })

  it('of check-in and cancellation at once exactly one wins', async () => {
    for (let round = 0; round < 10; round++) {
      const id = await register()
      const [came, cancelled] = await Promise.all([
        checkIn(id),
        ask(test.url, org.owner, CancelVisit, { input: { id } }),
      ])
      const errors = [...came.userErrors, ...cancelled.visitorCancel.userErrors]
      expect(errors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
      expect((await storedEvents(test, org.organizationId, id)).length).toBe(2)
    }
  })

  it('a visit that is over goes nowhere, and the error lists nothing as allowed', async () => {
    const id = await register()
    await ask(test.url, org.owner, CancelVisit, { input: { id, reason: 'Ill' } })
    expect((await checkIn(id)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'CANCELLED', allowed: [] },
    ])
    const { visitorUpdate } = await ask(test.url, org.owner, UpdateVisitor, {
      input: { id, name: 'Somebody else' },
    })
    expect(visitorUpdate.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
    expect(typesOf(await storedEvents(test, org.organizationId, id))).toEqual([
      'visitor.registered',
      'visitor.cancelled',
    ])
  })

  it('details change before the visit begins; nothing changed = no event, no version', async () => {
    const id = await register({ company: 'Acme' })
    const change = async (input: { name?: string; expectedVersion?: number; company?: null }) =>
      (await ask(test.url, org.owner, UpdateVisitor, { input: { id, ...input } })).visitorUpdate
    expect(await change({ name: 'Jane Smith' })).toMatchObject({
      visitor: { version: 1 },
      eventCursor: null,
    })
    expect((await change({ name: 'Jane Miller', company: null })).visitor?.version).toBe(2)
    expect((await change({ name: 'No', expectedVersion: 1 })).userErrors).toMatchObject([
      { code: 'VERSION_CONFLICT', currentVersion: 2 },
    ])
    const [, updated, ...rest] = await storedEvents(test, org.organizationId, id)
    expect(rest).toEqual([])
    expectShape(updated, { object: { id: 'string' }, previousAttributes: { name: 'string' } })
    expect(updated?.data.previousAttributes).toEqual({ name: 'Jane Smith', company: 'Acme' })
  })

  it.each([
    ['no name', { name: ' ' }, 'name'],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, 'name'],
    ['an e-mail address that is none', { email: 'jane' }, 'email'],
    ['a host who does not exist', { hostId: 'usr-nobody' }, 'hostId'],
    ['a place that does not exist', { locationId: 'loc-nowhere' }, 'locationId'],
    [
      'an arrival more than an hour ago',
      { expectedArrival: new Date(Date.now() - 3_700_000).toISOString() },
      'expectedArrival',
    ],
  ])('%s is a user error that names the field', async (_name, wrong, field) => {
    const { visitorRegister } = await ask(test.url, org.owner, RegisterVisitor, {
      input: announcement(wrong),
    })
    expect(visitorRegister.visitor).toBeNull()
    expect(visitorRegister.userErrors).toMatchObject([{ path: ['input', field] }])
  })

  it('a host who is suspended cannot be visited', async () => {
    const { userId } = await org.addUser('TECHNICIAN')
    await test.app.database.pool.query(`UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1`, [
      userId,
    ])
    const { visitorRegister } = await ask(test.url, org.owner, RegisterVisitor, {
      input: announcement({ hostId: userId }),
    })
    expect(visitorRegister.userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'hostId'] },
    ])
  })
})

/** A time zone in which the clock shows this hour now. */
function zoneWhereItIs(hour: number): string {
  const ahead = (hour - new Date().getUTCHours() + 36) % 24
  const hoursEast = ahead - 12
  // POSIX counts westwards.
  return `Etc/GMT${hoursEast > 0 ? '-' : '+'}${Math.abs(hoursEast)}`
}

describe('the expected day', () => {
  it("is the day in the site's time zone: of two visitors at one moment one is expected today", async () => {
    const expectedArrival = soon(12 * 60)
    const morning = await newSite(zoneWhereItIs(2))
    const evening = await newSite(zoneWhereItIs(20))
    const today = await checkIn(await register({ locationId: morning, expectedArrival }))
    expect(today.visitor?.status).toBe('CHECKED_IN')
    const tomorrow = await checkIn(await register({ locationId: evening, expectedArrival }))
    expect(tomorrow.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', 'id'] }])
    const day = new Date(expectedArrival).toLocaleDateString('en-CA', {
      timeZone: zoneWhereItIs(20),
    })
    expect(tomorrow.userErrors[0]?.message).toContain(`expected on ${day}`)
  })

  it('a visitor of tomorrow is not let in today', async () => {
    const id = await register({ expectedArrival: soon(26 * 60) })
    expect((await checkIn(id)).userErrors).toMatchObject([{ code: 'VALIDATION' }])
  })
})

describe('checkpoints', () => {
  it('a visitor comes in once all that the site requires are completed', async () => {
    const locationId = await newSite()
    await setPolicy({ siteId: locationId, requiredCheckpoints: ['NDA', 'PHOTO'] })
    const id = await register({ locationId })
    const refused = await checkIn(id)
    expect(refused.userErrors).toMatchObject([{ code: 'VALIDATION' }])
    expect(refused.userErrors[0]?.message).toContain('NDA, PHOTO')
    await complete(id, 'NDA', 'https://files.example/nda.pdf')
    expect((await checkIn(id)).userErrors[0]?.message).toContain('PHOTO')
    const photo = await complete(id, 'PHOTO', 'https://files.example/jane.jpg')
    expect(photo.visitor).toMatchObject({
      photoUrl: 'https://files.example/jane.jpg',
      checkpoints: [{ key: 'NDA' }, { key: 'PHOTO' }],
      version: 3,
    })
    expect((await checkIn(id)).visitor?.status).toBe('CHECKED_IN')
    const events = await storedEvents(test, org.organizationId, id)
    expect(typesOf(events)).toEqual([
      'visitor.registered',
      'visitor.checkpoint.completed',
      'visitor.checkpoint.completed',
      'visitor.checked_in',
    ])
    expectShape(events[1], {
      object: { id: 'string', name: 'string', checkpoint: 'object', ndaSignedAt: 'integer' },
      previousAttributes: { checkpoints: 'object' },
    })
    expect(events[2]?.data.object['checkpoint']).toMatchObject({ key: 'Photo' })
  })

  it('one completed twice at once is completed once', async () => {
    const id = await register()
    const answers = await Promise.all(Array.from({ length: 10 }, () => complete(id, 'ID_CHECK')))
    expect(answers.filter((answer) => answer.eventCursor !== null).length).toBe(1)
    expect(answers.every((answer) => answer.visitor?.version === 2)).toBe(true)
  })

  it('the last required one of a visitor with a booking tells the booking, once', async () => {
    const siteId = await newSite()
    await setPolicy({ siteId, requiredCheckpoints: ['NDA', 'HEALTH_FORM'] })
    const bookingId = await newBooking(siteId)
    const id = await register({ locationId: siteId, bookingId })
    await complete(id, 'NDA')
    expect(typesOf(await storedEvents(test, org.organizationId, bookingId))).toEqual([
      'booking.created',
    ])
    await complete(id, 'HEALTH_FORM')
    await complete(id, 'PHOTO')
    const [, ...events] = await storedEvents(test, org.organizationId, bookingId)
    expect(typesOf(events)).toEqual(['booking.checkpoint.trigger_matched'])
    expectShape(events[0], { object: { id: 'string', visitorId: 'string', matchedAt: 'integer' } })
    expect(events[0]?.data.object).toMatchObject({
      id: bookingId,
      visitorId: id,
      checkpoints: ['Nda', 'HealthForm'],
    })
  })

  it('the rules of a site are versioned, and left as they are where nothing is said', async () => {
    const siteId = await newSite()
    const first = await setPolicy({ siteId, closesAt: '18:30', expectedVersion: 0 })
    expect(first.visitPolicy).toEqual({
      siteId,
      requiredCheckpoints: [],
      requiresApproval: false,
      closesAt: '18:30',
      retentionDays: 30,
      version: 1,
    })
    expect((await setPolicy({ siteId, closesAt: '18:30' })).visitPolicy?.version).toBe(1)
    const second = await setPolicy({ siteId, retentionDays: 7, expectedVersion: 1 })
    expect(second.visitPolicy).toMatchObject({ closesAt: '18:30', retentionDays: 7, version: 2 })
    expect(
      (await setPolicy({ siteId, retentionDays: 8, expectedVersion: 1 })).userErrors,
    ).toMatchObject([{ code: 'VERSION_CONFLICT' }])
    for (const wrong of [{ closesAt: '00:00' }, { closesAt: '25:00' }, { retentionDays: 0 }]) {
      expect((await setPolicy({ siteId, ...wrong })).userErrors).toMatchObject([
        { code: 'VALIDATION', path: ['input', Object.keys(wrong)[0]] },
      ])
    }
  })

  it('of 10 first settings at once each takes effect after the other', async () => {
    const siteId = await newSite()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => setPolicy({ siteId, retentionDays: n + 1 })),
    )
    const versions = answers.map((answer) => answer.visitPolicy?.version)
    expect(versions.toSorted((a = 0, b = 0) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('approval', () => {
  it('where the site wants it, a visit announced by a requester waits for a manager', async () => {
    const siteId = await newSite()
    await setPolicy({ siteId, requiresApproval: true })
    const requester = await org.addUser('REQUESTER')
    const manager = await org.addUser('MANAGER')
    const given = { locationId: siteId, hostId: requester.userId }
    const id = await register(given, requester.credentials)
    expect((await read(id))?.status).toBe('PENDING_APPROVAL')
    expect((await checkIn(id)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'PENDING_APPROVAL' },
    ])
    const own = await send(test.url, requester.credentials, ApproveVisitor, { input: { id } })
    expect(own.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const answer = await ask(test.url, manager.credentials, ApproveVisitor, { input: { id } })
    expect(answer.visitorApprove.visitor?.status).toBe('REGISTERED')
    const events = await storedEvents(test, org.organizationId, id)
    expect(typesOf(events)).toEqual(['visitor.registered', 'visitor.approved'])
    expectShape(events[1], { object: { id: 'string' }, previousAttributes: { status: 'string' } })
    // Whoever may approve needs no approval.
    expect((await read(await register(given, manager.credentials)))?.status).toBe('REGISTERED')
  })

  it('a visit is denied with a reason, pending or registered', async () => {
    const id = await register()
    const { visitorDeny } = await ask(test.url, org.owner, DenyVisitor, {
      input: { id, reason: 'Closed that day' },
    })
    expect(visitorDeny.visitor).toMatchObject({ status: 'DENIED', denyReason: 'Closed that day' })
    const events = await storedEvents(test, org.organizationId, id)
    expect(typesOf(events)).toEqual(['visitor.registered', 'visitor.denied'])
    expectShape(events[1], {
      object: { denyReason: 'string' },
      previousAttributes: { status: 'string' },
    })
  })
})

describe('walk-ins', () => {
  const atTheDoor = (given: object = {}) => ({
    name: 'Walter Walkin',
    hostId: org.ownerId,
    locationId: site,
    ...given,
  })

  it('are registered and let in by one mutation, with both events', async () => {
    const siteId = await newSite()
    await setPolicy({ siteId, requiredCheckpoints: ['ID_CHECK'] })
    const input = atTheDoor({ locationId: siteId, checkpoints: [{ key: 'ID_CHECK' }] })
    const { visitorWalkIn } = await ask(test.url, org.owner, WalkIn, { input })
    expect(visitorWalkIn.visitor).toMatchObject({ status: 'CHECKED_IN', walkIn: true })
    const id = visitorWalkIn.visitor?.id ?? ''
    expect(typesOf(await storedEvents(test, org.organizationId, id))).toEqual([
      'visitor.registered',
      'visitor.checkpoint.completed',
      'visitor.checked_in',
    ])
  })

  it('who is not let in is not registered either', async () => {
    const other = await addOrganization(test)
    const siteId = await newSite(undefined, other.owner)
    await ask(test.url, other.owner, SetVisitPolicy, {
      input: { siteId, requiredCheckpoints: ['NDA'] },
    })
    const input = atTheDoor({ locationId: siteId, hostId: other.ownerId })
    const { visitorWalkIn } = await ask(test.url, other.owner, WalkIn, { input })
    expect(visitorWalkIn).toMatchObject({ visitor: null, userErrors: [{ code: 'VALIDATION' }] })
    expect((await ask(test.url, other.owner, ListVisitors, { first: 1 })).visitors.totalCount).toBe(
      0,
    )
    const types = typesOf(await storedEvents(test, other.organizationId))
    expect(types.filter((type) => type.startsWith('visitor.'))).toEqual([])
  })

  it('need somebody who may approve where the site wants approvals', async () => {
    const siteId = await newSite()
    await setPolicy({ siteId, requiresApproval: true })
    const input = atTheDoor({ locationId: siteId })
    const requester = await org.addUser('REQUESTER')
    const refused = await ask(test.url, requester.credentials, WalkIn, { input })
    expect(refused.visitorWalkIn.userErrors).toMatchObject([{ path: ['input', 'locationId'] }])
    const { visitorWalkIn } = await ask(test.url, org.owner, WalkIn, { input })
    expect(visitorWalkIn.visitor?.status).toBe('CHECKED_IN')
  })
})

describe('the block list', () => {
  it('keeps out by address, and by name where an address is missing', async () => {
    const other = await addOrganization(test)
    const siteId = await newSite(undefined, other.owner)
    const block = async (input: { email?: string; name?: string; siteId?: string }) =>
      (await ask(test.url, other.owner, BlockVisitor, { input: { reason: 'Banned', ...input } }))
        .visitorBlockCreate.visitorBlock?.id ?? ''
    const attempt = async (name: string, email?: string) => {
      const { visitorWalkIn } = await ask(test.url, other.owner, WalkIn, {
        input: { name, hostId: other.ownerId, locationId: siteId, ...(email ? { email } : {}) },
      })
      return visitorWalkIn.userErrors[0] ?? visitorWalkIn.visitor?.status
    }
    const both = await block({ email: 'MAX@example.com', name: 'Max Mustermann' })
    const name = await block({ name: 'Erika, Musterfrau' })
    const elsewhere = await newSite(undefined, other.owner)
    await block({ name: 'Only There', siteId: elsewhere })
    expect(await attempt('Somebody', 'max@example.com')).toMatchObject({
      code: 'CONFLICT',
      ids: [both],
    })
    expect(await attempt('max  MUSTERMANN')).toMatchObject({ ids: [both] })
    expect(await attempt('Max Mustermann', 'another.max@example.com')).toBe('CHECKED_IN')
    expect(await attempt('ERIKA Musterfrau', 'erika@example.com')).toMatchObject({ ids: [name] })
    expect(await attempt('Only There')).toBe('CHECKED_IN')
    const { visitorBlockDelete } = await ask(test.url, other.owner, UnblockVisitor, {
      input: { id: name },
    })
    expect(visitorBlockDelete.deletedId).toBe(name)
    expect(await attempt('Erika Musterfrau')).toBe('CHECKED_IN')
  })

  it('is for those who decide about visits', async () => {
    const requester = await org.addUser('REQUESTER')
    const refused = await send(test.url, requester.credentials, BlockVisitor, {
      input: { name: 'Rival', reason: 'Because' },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const { visitorBlockCreate } = await ask(test.url, org.owner, BlockVisitor, {
      input: { reason: 'Nobody in particular' },
    })
    expect(visitorBlockCreate.userErrors).toMatchObject([{ code: 'VALIDATION' }])
  })
})

describe('badges', () => {
  it('of 10 visitors who are given one badge at once one wears it, the others hear who', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => register()))
    const answers = await Promise.all(ids.map((id) => checkIn(id, 'B-99')))
    const wearers = answers.flatMap((answer) => answer.visitor?.id ?? [])
    expect(wearers.length).toBe(1)
    for (const { userErrors } of answers.filter((answer) => answer.visitor === null)) {
      expect(userErrors).toMatchObject([
        { code: 'CONFLICT', ids: wearers, path: ['input', 'badgeNumber'] },
      ])
    }
    const [wearer = ''] = wearers
    await ask(test.url, org.owner, CheckOut, { input: { id: wearer } })
    const next = ids.find((id) => id !== wearer) ?? ''
    expect((await checkIn(next, 'B-99')).visitor?.badgeNumber).toBe('B-99')
  })
})

describe('who may', () => {
  it('a requester changes visits to them or announced by them only', async () => {
    const requester = await org.addUser('REQUESTER')
    const foreign = await register()
    const refused = await ask(test.url, requester.credentials, CancelVisit, {
      input: { id: foreign },
    })
    expect(refused.visitorCancel.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    const bookingId = await newBooking(site)
    const joining = await ask(test.url, requester.credentials, RegisterVisitor, {
      input: announcement({ bookingId }),
    })
    expect(joining.visitorRegister.userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'bookingId'] },
    ])
    const hosted = await register({ hostId: requester.userId })
    const announced = await register({}, requester.credentials)
    for (const id of [hosted, announced]) {
      const answer = await ask(test.url, requester.credentials, CancelVisit, { input: { id } })
      expect(answer.visitorCancel.visitor?.status).toBe('CANCELLED')
    }
  })

  it('a key with visitors:write runs a desk; one without is refused', async () => {
    const desk = await org.addApiKey(['visitors:write'])
    const id = await register({}, desk)
    expect((await checkIn(id, undefined, desk)).visitor?.status).toBe('CHECKED_IN')
    const reader = await org.addApiKey(['visitors:read'])
    const refused = await send(test.url, reader, CheckOut, { input: { id } })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })

  it("another organization's ids answer exactly as ids that do not exist", async () => {
    const stranger = await addOrganization(test)
    const id = await register()
    const missing = 'vis-0000000000000000000000'
    const messages = await Promise.all(
      [id, missing].map(async (wanted) => {
        expect(
          (await ask(test.url, stranger.owner, ReadVisitor, { id: wanted })).visitor,
        ).toBeNull()
        const { visitorCheckIn } = await ask(test.url, stranger.owner, CheckIn, {
          input: { id: wanted },
        })
        expect(visitorCheckIn.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
        return visitorCheckIn.userErrors[0]?.message.replace(wanted, '')
      }),
    )
    expect(messages[0]).toBe(messages[1])
    const { visitorRegister } = await ask(test.url, stranger.owner, RegisterVisitor, {
      input: announcement({ hostId: stranger.ownerId }),
    })
    expect(visitorRegister.userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'locationId'] },
    ])
  })
})

describe('counts', () => {
  it('tell per local day who was expected, came, walked in and did not come', async () => {
    const other = await addOrganization(test)
    const siteId = await newSite(zoneWhereItIs(2), other.owner)
    const given = { hostId: other.ownerId, locationId: siteId }
    const registerThere = async (minutes: number) =>
      (
        await ask(test.url, other.owner, RegisterVisitor, {
          input: announcement({ ...given, expectedArrival: soon(minutes) }),
        })
      ).visitorRegister.visitor?.id ?? ''
    const came = await registerThere(60)
    await ask(test.url, other.owner, CheckIn, { input: { id: came } })
    await ask(test.url, other.owner, CheckOut, { input: { id: came } })
    await ask(test.url, other.owner, CancelVisit, { input: { id: await registerThere(120) } })
    await ask(test.url, other.owner, WalkIn, { input: { name: 'Walter', ...given } })
    await registerThere(24 * 60)
    const dayOf = (moment: number) =>
      new Date(moment).toLocaleDateString('en-CA', { timeZone: zoneWhereItIs(2) })
    const [today, tomorrow] = [dayOf(Date.now()), dayOf(Date.now() + 86_400_000)]
    const count = (credentials: Credentials, from: string, to: string) =>
      send(test.url, credentials, VisitorDays, { from, to })
    const { data } = await count(other.owner, today, tomorrow)
    const none = { arrived: 0, walkIns: 0, noShows: 0, cancelled: 0, denied: 0, meanMinutes: null }
    expect(data.visitorDays).toEqual([
      {
        day: today,
        expected: 3,
        arrived: 2,
        walkIns: 1,
        noShows: 0,
        cancelled: 1,
        denied: 0,
        meanMinutes: expect.any(Number),
      },
      { ...none, day: tomorrow, expected: 1 },
    ])
    expect((await count(other.owner, tomorrow, tomorrow)).data.visitorDays.length).toBe(1)
    for (const [from, to] of [
      [tomorrow, today],
      ['2026-02-30', '2026-03-01'],
      ['2020-01-01', '2026-01-01'],
    ] as const) {
      const refused = await count(other.owner, from, to)
      expect(refused.errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
    }
  })
})

describe('lists', () => {
  it('are filtered, searched and ordered, with as many statements for 30 visits as for one', async () => {
    const other = await addOrganization(test)
    const siteId = await newSite(undefined, other.owner)
    const add = (n: number) =>
      ask(test.url, other.owner, WalkIn, {
        input: {
          name: `Guest ${String(n).padStart(2, '0')}`,
          company: n % 2 === 0 ? 'Even & Co' : 'Odd Ltd',
          hostId: other.ownerId,
          locationId: siteId,
          checkpoints: [{ key: 'NDA' }],
        },
      })
    const countStatements = async () => {
      const { pool } = test.app.database
      const query = pool.query.bind(pool)
      let statements = 0
      Object.assign(pool, {
        query: (...args: Parameters<typeof query>) => {
          // The worker of this process asks the database too, but not through the client of models.
          if (/FROM .{1,3}public/.test(JSON.stringify(args[0]))) statements++
          return query(...args)
        },
      })
      try {
        await ask(test.url, other.owner, ListVisitors, { first: 50 })
      } finally {
        Object.assign(pool, { query })
      }
      return statements
    }
    await add(0)
    await countStatements()
    const one = await countStatements()
    for (let n = 1; n < 30; n++) await add(n)
    expect(one).toBeGreaterThan(1)
    expect(await countStatements()).toBe(one)
    const { visitors } = await ask(test.url, other.owner, ListVisitors, {
      where: { status: { in: ['CHECKED_IN'] }, siteId, search: 'even' },
      orderBy: [{ field: 'NAME', direction: 'ASC' }],
      first: 2,
    })
    expect(visitors.totalCount).toBe(15)
    expect(visitors.nodes.map((node) => node.name)).toEqual(['Guest 00', 'Guest 02'])
    const none = await ask(test.url, other.owner, ListVisitors, {
      where: { status: { notIn: ['CHECKED_IN'] } },
    })
    expect(none.visitors.totalCount).toBe(0)
  })
})
