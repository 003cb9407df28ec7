import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeCursor } from '../../src/database/reading/cursor.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { UpdateBooking } from '../harness/booking-documents.ts'
import { type BookingDesk, nextWeek, openBookingDesk } from '../harness/bookings.ts'
import { CreateLocation } from '../harness/documents.ts'
import { type LiveServer, openSession, type RawSocket, startLiveServer } from '../harness/live.ts'
import { CheckIn, CheckOut, RegisterVisitor } from '../harness/visitors.ts'

// The typed subscriptions over real WebSockets; what all of them share is tested with each.

let test: TestApp
let desk: BookingDesk
let servers: [LiveServer, LiveServer]
let org: TestOrganization
let other: TestOrganization

beforeAll(async () => {
  test = await startTestApp()
  servers = [await startLiveServer(test), await startLiveServer(test)]
  desk = await openBookingDesk('Europe/Berlin', test)
  org = desk.org
  other = await addOrganization(test)
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
  await test[Symbol.asyncDispose]()
})

async function newSite(of: TestOrganization = org): Promise<string> {
  const { locationCreate } = await ask(test.url, of.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

/** One mutation given as text; its payload. */
async function mutate(
  field: string,
  input: object,
  selection: string,
  of: TestOrganization = org,
): Promise<Record<string, unknown>> {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} userErrors { message } } }`
  const { data, errors } = await send<Record<string, unknown>, object>(test.url, of.owner, query, {
    input,
  })
  const payload: Record<string, unknown> = Object(Object(data)[field])
  expect({ errors, userErrors: payload['userErrors'] }).toEqual({ errors: [], userErrors: [] })
  return payload
}

const idIn = (payload: Record<string, unknown>, field: string): string =>
  String(Reflect.get(Object(payload[field]), 'id'))

interface Screen {
  name: string
  /** Field and selection of the record. */
  record: string
  /** Argument of the record that the screen is of. */
  of?: string
}

const SCREENS = {
  assets: { name: 'assetStatus', record: 'asset { id name status }' },
  bookings: {
    name: 'resourceBookings',
    record: 'booking { id status resource { id } }',
    of: 'resourceId',
  },
  visitors: {
    name: 'visitorsOnSite',
    record: 'visitor { id status location { id } }',
    of: 'locationId',
  },
} satisfies Record<string, Screen>

type Item = Record<string, unknown> & { cursor?: string }

function subscribe(
  socket: RawSocket,
  { name, record, of }: Screen,
  variables: Record<string, unknown> = {},
): () => Promise<Item> {
  const typeName = `${name.charAt(0).toUpperCase()}${name.slice(1)}Change`
  const [declared, passed] = of === undefined ? ['', ''] : [`, $of: ID!`, `, ${of}: $of`]
  const query = `subscription ($after: EventCursor, $where: EventWhere${declared}) {
    ${name}(after: $after, where: $where${passed}) {
      ... on ${typeName} { cursor event { type } ${record} }
      ... on StreamCheckpoint { cursor caughtUp }
    }
  }`
  socket.send({ type: 'subscribe', id: '1', payload: { query, variables } })
  return async () => {
    const { payload } = await socket.receive()
    const data: unknown = Reflect.get(Object(payload), 'data')
    if (data == null) throw new Error(JSON.stringify(payload))
    return Object(Reflect.get(Object(data), name))
  }
}

/** A live screen: its first checkpoint has been read. */
async function openScreen(screen: Screen, variables: object = {}, who: Credentials = org.owner) {
  const socket = await openSession(servers[0].socketUrl, who)
  const read = subscribe(socket, screen, { ...variables })
  expect(await read()).toMatchObject({ caughtUp: true })
  return { read, [Symbol.dispose]: () => socket[Symbol.dispose]() }
}

/** What a screen gives on the other server to who comes back after a cursor. */
async function readAgain(screen: Screen, variables: object, count: number): Promise<Item[]> {
  using socket = await openSession(servers[1].socketUrl, org.owner)
  const read = subscribe(socket, screen, { ...variables })
  const items: Item[] = []
  while (items.length < count) items.push(await read())
  return items
}

describe('assetStatus', () => {
  async function newAsset(name: string, locationId: string): Promise<string> {
    const made = await mutate('assetTypeCreate', { name: `Type of ${name}` }, 'assetType { id }')
    const assetTypeId = idIn(made, 'assetType')
    return idIn(
      await mutate('assetCreate', { name, assetTypeId, locationId }, 'asset { id }'),
      'asset',
    )
  }

  it('holds assets with their status, of a place where asked, and resumes on another server', async () => {
    const [here, there] = [await newSite(), await newSite()]
    const variables = { where: { locationIds: [here] } }
    using screen = await openScreen(SCREENS.assets, variables)
    await newAsset('Elsewhere', there)
    const id = await newAsset('Chiller', here)
    const created = await screen.read()
    expect(created).toMatchObject({
      event: { type: 'asset.created' },
      asset: { id, name: 'Chiller' },
    })
    await mutate('assetChangeStatus', { id, status: 'MAINTENANCE' }, 'asset { id }')
    const changed = {
      event: { type: 'asset.status.changed' },
      asset: { id, status: 'MAINTENANCE' },
    }
    expect(await screen.read()).toMatchObject(changed)
    await mutate('assetDelete', { id }, 'deletedId')
    expect(await screen.read()).toMatchObject({ event: { type: 'asset.deleted' }, asset: null })
    const again = await readAgain(SCREENS.assets, { ...variables, after: created.cursor }, 3)
    // The record is as it is now: gone. The events are those that were missed, then the end.
    expect(again).toMatchObject([
      { event: { type: 'asset.status.changed' }, asset: null },
      { event: { type: 'asset.deleted' }, asset: null },
      { caughtUp: true },
    ])
  })
})

describe('resourceBookings', () => {
  const at = (hour: number) => ({
    startTime: nextWeek(`${hour}:00`),
    endTime: nextWeek(`${hour}:30`),
  })

  it('holds the bookings of one resource, also those that leave it, and resumes on another server', async () => {
    const [elm, oak] = [
      await desk.newResource({ name: 'Elm' }),
      await desk.newResource({ name: 'Oak' }),
    ]
    using screen = await openScreen(SCREENS.bookings, { of: elm })
    await desk.book({ resourceId: oak, ...at(10) })
    const { booking } = await desk.book({ resourceId: elm, ...at(11) })
    const created = await screen.read()
    expect(created).toMatchObject({
      event: { type: 'booking.created' },
      booking: { id: booking?.id, status: 'CONFIRMED', resource: { id: elm } },
    })
    await ask(test.url, org.owner, UpdateBooking, {
      input: { id: booking?.id ?? '', resourceId: oak },
    })
    const moved = {
      event: { type: 'booking.updated' },
      booking: { id: booking?.id, resource: { id: oak } },
    }
    expect(await screen.read()).toMatchObject(moved)
    const again = await readAgain(SCREENS.bookings, { of: elm, after: created.cursor }, 2)
    expect(again).toMatchObject([moved, { caughtUp: true }])
  })

  it('is refused to a key that could not see a single event of it', async () => {
    const key = await org.addApiKey(['bookings:read'])
    using socket = await openSession(servers[0].socketUrl, key)
    const read = subscribe(socket, SCREENS.bookings, { of: await desk.newResource() })
    await expect(read()).rejects.toThrow('FORBIDDEN')
  })
})

describe('visitorsOnSite', () => {
  it('holds the visits of one site or of a place in it, and resumes on another server', async () => {
    const [here, there] = [await newSite(), await newSite()]
    const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
      input: { name: 'Lobby', kind: 'SUB_LOCATION', parentId: here },
    })
    const lobby = locationCreate.location?.id ?? ''
    using site = await openScreen(SCREENS.visitors, { of: here })
    using place = await openScreen(SCREENS.visitors, { of: lobby })
    const register = async (name: string, locationId: string) => {
      const input = {
        name,
        hostId: org.ownerId,
        locationId,
        expectedArrival: new Date(Date.now() + 3_600_000).toISOString(),
      }
      const { visitorRegister } = await ask(test.url, org.owner, RegisterVisitor, { input })
      expect(visitorRegister.userErrors).toEqual([])
      return visitorRegister.visitor?.id ?? ''
    }
    await register('Elsewhere', there)
    const id = await register('Ada', lobby)
    const registered = await site.read()
    expect(registered).toMatchObject({
      event: { type: 'visitor.registered' },
      visitor: { id, location: { id: lobby } },
    })
    expect(await place.read()).toEqual(registered)
    const { visitorCheckIn } = await ask(test.url, org.owner, CheckIn, { input: { id } })
    expect(visitorCheckIn.userErrors).toEqual([])
    expect(await site.read()).toMatchObject({
      event: { type: 'visitor.checked_in' },
      visitor: { id, status: 'CHECKED_IN' },
    })
    await ask(test.url, org.owner, CheckOut, { input: { id } })
    const left = { event: { type: 'visitor.checked_out' }, visitor: { id, status: 'CHECKED_OUT' } }
    expect(await site.read()).toMatchObject(left)
    const again = await readAgain(SCREENS.visitors, { of: here, after: registered.cursor }, 3)
    expect(again).toMatchObject([
      { event: { type: 'visitor.checked_in' } },
      left,
      { caughtUp: true },
    ])
  })
})

describe('every screen', () => {
  it.each([
    ['assetStatus', SCREENS.assets],
    ['resourceBookings', SCREENS.bookings],
    ['visitorsOnSite', SCREENS.visitors],
  ])('%s is refused to a key without the scope', async (_name, screen: Screen) => {
    const key = await org.addApiKey(['locations:read'])
    using socket = await openSession(servers[0].socketUrl, key)
    const read = subscribe(socket, screen, { of: desk.locationId })
    await expect(read()).rejects.toThrow('FORBIDDEN')
  })

  it.each([
    ['resourceBookings', SCREENS.bookings, 'resourceCreate', 'resource'],
    ['visitorsOnSite', SCREENS.visitors, 'locationCreate', 'location'],
  ])(
    '%s answers an id of another organization like one that does not exist',
    async (_name, screen: Screen, create, field) => {
      const input =
        create === 'locationCreate'
          ? { name: 'Theirs', kind: 'LOCATION' }
          : { name: 'Theirs', locationId: await newSite(other) }
      const theirs = idIn(await mutate(create, input, `${field} { id }`, other), field)
      const refusal = async (id: string) => {
        using socket = await openSession(servers[0].socketUrl, org.owner)
        const failed = subscribe(socket, screen, { of: id })()
        const text = await failed.then(JSON.stringify, (error: unknown) => String(error))
        return text.replaceAll(id, 'the id')
      }
      const answer = await refusal(theirs)
      expect(answer).toContain('BAD_USER_INPUT')
      expect(answer).toBe(await refusal('nobody-has-this'))
    },
  )

  it('shows nothing of another organization, whatever its filter names', async () => {
    const site = await newSite(other)
    const make = async (of: TestOrganization, locationId: string) => {
      const type = await mutate('assetTypeCreate', { name: 'Pumps' }, 'assetType { id }', of)
      const input = { name: 'Pump', assetTypeId: idIn(type, 'assetType'), locationId }
      return idIn(await mutate('assetCreate', input, 'asset { id }', of), 'asset')
    }
    await make(other, site)
    const own = await newSite()
    using mine = await openScreen(SCREENS.assets, { where: { locationIds: [own, site] } })
    const id = await make(org, own)
    expect(await mine.read()).toMatchObject({ asset: { id } })
    // The whole log, up to its end.
    const theirs = { where: { locationIds: [site] }, after: encodeCursor(0n) }
    expect(await readAgain(SCREENS.assets, theirs, 1)).toMatchObject([{ caughtUp: true }])
  })
})
