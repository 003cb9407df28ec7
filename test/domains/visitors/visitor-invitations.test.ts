import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { CreateLocation } from '../../harness/documents.ts'
import { expectShape, storedEvents, typesOf } from '../../harness/stored-events.ts'
import {
  CancelInvitation,
  CancelVisit,
  CheckIn,
  DeleteInvitation,
  Invite,
  ReadVisitor,
  UpdateInvitation,
  UpdateVisitor,
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

async function newSite(): Promise<string> {
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

const invitation = (given: object = {}) => ({
  hostIds: [org.ownerId],
  locationId: site,
  startAt: new Date().toISOString(),
  endAt: inMinutes(60),
  visitors: [{ name: 'Ann' }, { name: 'Ben', email: 'ben@example.com' }, { name: 'Cem' }],
  ...given,
})

async function invite(given: object = {}) {
  const { visitorInvitationCreate } = await ask(test.url, org.owner, Invite, {
    input: invitation(given),
  })
  const { invitation: created } = visitorInvitationCreate
  if (created == null) throw new Error(JSON.stringify(visitorInvitationCreate.userErrors))
  const named = new Map(created.visitors.nodes.map((visitor) => [visitor.name, visitor.id]))
  return { id: created.id, idOf: (name: string) => named.get(name) ?? '' }
}

const read = async (id: string) => (await ask(test.url, org.owner, ReadVisitor, { id })).visitor
const eventsOf = (id: string) => storedEvents(test, org.organizationId, id)

/** The last events of the whole log, in order. */
async function lastTypes(count: number): Promise<string[]> {
  return typesOf(await storedEvents(test, org.organizationId)).slice(-count)
}

describe('invitations', () => {
  it('one invitation of three people is one event for all and one for each', async () => {
    const { id, idOf } = await invite({ purpose: 'Audit', type: 'DROP_IN' })
    expect(await lastTypes(4)).toEqual([
      'visitor.invitation.created',
      'visitor.registered',
      'visitor.registered',
      'visitor.registered',
    ])
    const [created] = await eventsOf(id)
    expectShape(created, {
      object: { id: 'string', hostIds: 'object', visitorIds: 'object', startAt: 'integer' },
    })
    expect(created?.data.object).toMatchObject({
      type: 'DropIn',
      status: 'Sent',
      visitorIds: [idOf('Ann'), idOf('Ben'), idOf('Cem')].toSorted(),
    })
    expect(JSON.stringify(created?.data)).not.toContain('Ann')
    expect(await read(idOf('Ben'))).toMatchObject({
      email: 'ben@example.com',
      host: { id: org.ownerId },
      invitation: { id },
    })
  })

  it('visits that have not begun follow a change, but keep what was set for them alone', async () => {
    const { id, idOf } = await invite()
    const other = await org.addUser('MANAGER')
    const alone = inMinutes(30)
    await ask(test.url, org.owner, UpdateVisitor, {
      input: { id: idOf('Ann'), expectedArrival: alone },
    })
    await ask(test.url, org.owner, CheckIn, { input: { id: idOf('Ben') } })
    const startAt = inMinutes(10)
    const { visitorInvitationUpdate } = await ask(test.url, org.owner, UpdateInvitation, {
      input: { id, startAt, hostIds: [other.userId, org.ownerId], expectedVersion: 1 },
    })
    expect(visitorInvitationUpdate.invitation).toMatchObject({ status: 'UPDATED', version: 2 })
    expect(await read(idOf('Ann'))).toMatchObject({
      expectedArrival: alone,
      host: { id: other.userId },
    })
    expect(await read(idOf('Cem'))).toMatchObject({ expectedArrival: startAt })
    expect(await read(idOf('Ben'))).toMatchObject({ host: { id: org.ownerId } })
    expect(await lastTypes(3)).toEqual([
      'visitor.invitation.updated',
      'visitor.updated',
      'visitor.updated',
    ])
    const updated = (await eventsOf(id)).at(-1)
    expectShape(updated, {
      object: { id: 'string' },
      previousAttributes: { status: 'string', startAt: 'integer', hostIds: 'object' },
    })
  })

  it('people can be added; nothing changed = no event, no version', async () => {
    const { id } = await invite()
    const added = await ask(test.url, org.owner, UpdateInvitation, {
      input: { id, addVisitors: [{ name: 'Dora' }] },
    })
    expect(added.visitorInvitationUpdate.invitation).toMatchObject({
      version: 2,
      visitors: { totalCount: 4 },
    })
    expect(await lastTypes(2)).toEqual(['visitor.invitation.updated', 'visitor.registered'])
    const same = await ask(test.url, org.owner, UpdateInvitation, {
      input: { id, hostIds: [org.ownerId] },
    })
    expect(same.visitorInvitationUpdate).toMatchObject({
      invitation: { version: 2 },
      eventCursor: null,
    })
  })

  it('cancelling calls off the visits that have not begun', async () => {
    const { id, idOf } = await invite()
    await ask(test.url, org.owner, CheckIn, { input: { id: idOf('Ben') } })
    const { visitorInvitationCancel } = await ask(test.url, org.owner, CancelInvitation, {
      input: { id, reason: 'Moved online' },
    })
    expect(visitorInvitationCancel.invitation?.status).toBe('CANCELLED')
    expect(await read(idOf('Ann'))).toMatchObject({
      status: 'CANCELLED',
      cancelReason: 'Moved online',
    })
    expect((await read(idOf('Ben')))?.status).toBe('CHECKED_IN')
    expect(await lastTypes(3)).toEqual([
      'visitor.invitation.cancelled',
      'visitor.cancelled',
      'visitor.cancelled',
    ])
    expectShape((await eventsOf(id)).at(-1), {
      object: { cancelReason: 'string' },
      previousAttributes: { status: 'string' },
    })
    const { visitorInvitationUpdate } = await ask(test.url, org.owner, UpdateInvitation, {
      input: { id, endAt: inMinutes(90) },
    })
    expect(visitorInvitationUpdate.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
  })

  it('deleting is refused while visits are open, and leaves past ones without invitation', async () => {
    const { id, idOf } = await invite({ visitors: [{ name: 'Ann' }, { name: 'Ben' }] })
    await ask(test.url, org.owner, CancelVisit, { input: { id: idOf('Ann') } })
    const refused = await ask(test.url, org.owner, DeleteInvitation, { input: { id } })
    expect(refused.visitorInvitationDelete.userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [idOf('Ben')] },
    ])
    await ask(test.url, org.owner, CancelVisit, { input: { id: idOf('Ben') } })
    const { visitorInvitationDelete } = await ask(test.url, org.owner, DeleteInvitation, {
      input: { id },
    })
    expect(visitorInvitationDelete.deletedId).toBe(id)
    expect(await read(idOf('Ann'))).toMatchObject({ status: 'CANCELLED', invitation: null })
    const deleted = (await eventsOf(id)).at(-1)
    expect(deleted).toMatchObject({
      type: 'visitor.invitation.deleted',
      data: { object: { id, deleted: true } },
    })
  })

  it('of cancelling an invitation and checking its visitor in at once both end consistently', async () => {
    for (let round = 0; round < 10; round++) {
      const { id, idOf } = await invite({ visitors: [{ name: 'Ann' }] })
      const visitorId = idOf('Ann')
      await Promise.all([
        ask(test.url, org.owner, CancelInvitation, { input: { id } }),
        ask(test.url, org.owner, CheckIn, { input: { id: visitorId } }),
      ])
      const types = typesOf(await eventsOf(visitorId))
      const status = (await read(visitorId))?.status
      expect(types).toEqual([
        'visitor.registered',
        status === 'CANCELLED' ? 'visitor.cancelled' : 'visitor.checked_in',
      ])
    }
  })

  it.each([
    ['an end before the start', { endAt: inMinutes(-10) }, 'endAt'],
    ['no host', { hostIds: [] }, 'hostIds'],
    ['a host who does not exist', { hostIds: ['usr-nobody'] }, 'hostIds'],
    ['nobody to invite', { visitors: [] }, 'visitors'],
    ['a place that does not exist', { locationId: 'loc-nowhere' }, 'locationId'],
  ])('%s is a user error that names the field', async (_name, wrong, field) => {
    const { visitorInvitationCreate } = await ask(test.url, org.owner, Invite, {
      input: invitation(wrong),
    })
    expect(visitorInvitationCreate.invitation).toBeNull()
    expect(visitorInvitationCreate.userErrors).toMatchObject([{ path: ['input', field] }])
  })

  it('cannot move to another site, whose rules are others', async () => {
    const { id } = await invite()
    const { visitorInvitationUpdate } = await ask(test.url, org.owner, UpdateInvitation, {
      input: { id, locationId: await newSite() },
    })
    expect(visitorInvitationUpdate.userErrors).toMatchObject([{ path: ['input', 'locationId'] }])
  })

  it("are changed by their hosts and by who decides; another organization's do not exist", async () => {
    const { id } = await invite()
    const requester = await org.addUser('REQUESTER')
    const input = { id, addVisitors: [{ name: 'Eve' }] }
    const refused = await ask(test.url, requester.credentials, UpdateInvitation, { input })
    expect(refused.visitorInvitationUpdate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    const stranger = await addOrganization(test)
    const { visitorInvitationUpdate } = await ask(test.url, stranger.owner, UpdateInvitation, {
      input,
    })
    expect(visitorInvitationUpdate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })
})
