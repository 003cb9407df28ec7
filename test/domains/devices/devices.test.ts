import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { healthOf, nextCheckAt } from '../../../src/domains/devices/rules.ts'
import { checkDevices } from '../../../src/domains/devices/sweeps.ts'
import { graphql } from '../../../src/generated/client/index.ts'
import type {
  DeviceHeartbeatInput,
  DeviceRegisterInput,
} from '../../../src/generated/client/graphql.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { CreateLocation } from '../../harness/documents.ts'
import {
  countStatements,
  expectShape,
  readShapes,
  storedEvents,
  typesOf,
} from '../../harness/events.ts'

const Register = graphql(`
  mutation RegisterDevice($input: DeviceRegisterInput!) {
    deviceRegister(input: $input) {
      device {
        id
        health
        syncStatus
        heartbeatSeconds
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

const Heartbeat = graphql(`
  mutation Heartbeat($input: DeviceHeartbeatInput!) {
    deviceHeartbeat(input: $input) {
      device {
        health
        version
      }
      eventCursor
      userErrors {
        code
        message
      }
    }
  }
`)

const ReportApp = graphql(`
  mutation ReportApp($input: DeviceReportAppVersionInput!) {
    deviceReportAppVersion(input: $input) {
      device {
        appVersion
      }
    }
  }
`)

const ReportSync = graphql(`
  mutation ReportSync($input: DeviceReportSyncStatusInput!) {
    deviceReportSyncStatus(input: $input) {
      device {
        syncStatus
      }
    }
  }
`)

const UpdateDevice = graphql(`
  mutation UpdateDevice($input: DeviceUpdateInput!) {
    deviceUpdate(input: $input) {
      device {
        name
        version
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const Unregister = graphql(`
  mutation Unregister($input: DeviceUnregisterInput!) {
    deviceUnregister(input: $input) {
      unregisteredId
      userErrors {
        code
      }
    }
  }
`)

const ReadDevice = graphql(`
  query ReadDevice($id: ID!) {
    device(id: $id) {
      id
      health
      appVersion
      syncStatus
      version
    }
  }
`)

const ListDevices = graphql(`
  query ListDevices($first: Int, $where: DeviceWhere, $orderBy: [DeviceOrder!]) {
    devices(first: $first, where: $where, orderBy: $orderBy) {
      totalCount
      nodes {
        id
        location {
          name
        }
      }
    }
  }
`)

const DeleteLocation = graphql(`
  mutation DeletePlaceOfDevice($input: LocationDeleteInput!) {
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

let test: TestApp
let org: TestOrganization
let place: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  place = await newLocation(org.owner)
})
afterAll(() => test[Symbol.asyncDispose]())

async function newLocation(credentials: Credentials): Promise<string> {
  const { locationCreate } = await ask(test.url, credentials, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

const register = async (input: Partial<DeviceRegisterInput> = {}) =>
  (
    await ask(test.url, org.owner, Register, {
      input: { name: 'Kiosk', kind: 'KIOSK', locationId: place, ...input },
    })
  ).deviceRegister

const newDevice = async (input: Partial<DeviceRegisterInput> = {}) =>
  (await register(input)).device?.id ?? ''

const beat = async (input: DeviceHeartbeatInput, credentials = org.owner) =>
  (await ask(test.url, credentials, Heartbeat, { input })).deviceHeartbeat

const read = async (id: string) => (await ask(test.url, org.owner, ReadDevice, { id })).device
const unregister = async (id: string) =>
  (await ask(test.url, org.owner, Unregister, { input: { id } })).deviceUnregister
const eventsOf = (id: string) => storedEvents(test, org.organizationId, id)
const later = (seconds: number) => new Date(Date.now() + seconds * 1_000)

describe('health', () => {
  it.each([
    [null, 'OFFLINE', null],
    [0, 'ONLINE', 180],
    [180, 'ONLINE', 180],
    [181, 'LOST_COMMUNICATION', 600],
    [600, 'LOST_COMMUNICATION', 600],
    [601, 'OFFLINE', null],
  ] as const)('after %s seconds of silence is %s', (silence, health, next) => {
    const now = new Date('2026-03-01T12:00:00Z')
    const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000)
    const device = {
      heartbeatSeconds: 60,
      lastHeartbeatAt: silence === null ? null : at(-silence),
    }
    expect(healthOf(device, now)).toBe(health)
    expect(nextCheckAt(device, health)).toEqual(next === null ? null : at(next - silence))
  })
})

describe('devices', () => {
  const shapes = readShapes('devices-events.json')

  it('a new device is offline and out of sync until it says otherwise', async () => {
    const { device } = await register()
    expect(device).toMatchObject({
      health: 'OFFLINE',
      syncStatus: 'OUT_OF_SYNC',
      heartbeatSeconds: 60,
    })
  })

  it.each([
    ['an empty name', { name: '' }, 'name'],
    ['a place that does not exist', { locationId: 'loc-no' }, 'locationId'],
    ['a heartbeat every 9 seconds', { heartbeatSeconds: 9 }, 'heartbeatSeconds'],
    ['a heartbeat every 181 seconds', { heartbeatSeconds: 181 }, 'heartbeatSeconds'],
  ])('%s is a user error that names the field', async (_name, wrong, field) => {
    const { device, userErrors } = await register(wrong)
    expect(device).toBeNull()
    expect(userErrors).toMatchObject([{ path: ['input', field] }])
  })

  it('of 8 registrations of one serial number at once one wins; unregistering frees it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => register({ serialNumber: 'KX-1' })),
    )
    const won = answers.flatMap(({ device }) => (device === null ? [] : [device.id]))
    expect(won).toHaveLength(1)
    expect((await register({ serialNumber: 'KX-1' })).userErrors).toMatchObject([
      { code: 'CONFLICT', ids: won },
    ])
    expect((await unregister(won[0] ?? '')).unregisteredId).toBe(won[0])
    expect((await register({ serialNumber: 'KX-1' })).userErrors).toEqual([])
  })

  it('through its life it records each event once, with what its documentation promises', async () => {
    const id = await newDevice({ appVersion: '4.1.0' })
    expect((await beat({ id, appVersion: '4.1.0' })).device).toMatchObject({ health: 'ONLINE' })
    const quiet = await beat({ id, syncStatus: 'OUT_OF_SYNC' })
    expect(quiet).toMatchObject({ device: { version: 2 }, eventCursor: null })
    await beat({ id, appVersion: '4.2.0', syncStatus: 'IN_SYNC' })
    await ask(test.url, org.owner, ReportApp, { input: { id, appVersion: '4.3.0' } })
    await ask(test.url, org.owner, ReportApp, { input: { id, appVersion: '4.3.0' } })
    await ask(test.url, org.owner, ReportSync, { input: { id, syncStatus: 'OUT_OF_SYNC' } })
    await checkDevices(test.app)
    await Promise.all(Array.from({ length: 4 }, () => checkDevices(test.app, later(200))))
    expect((await read(id))?.health).toBe('LOST_COMMUNICATION')
    await Promise.all(Array.from({ length: 4 }, () => checkDevices(test.app, later(700))))
    await checkDevices(test.app, later(2_000))
    expect((await read(id))?.health).toBe('OFFLINE')
    await beat({ id })
    await unregister(id)
    expect(await read(id)).toBeNull()
    const events = await eventsOf(id)
    expect(typesOf(events)).toEqual([
      'device.registered',
      'device.health.online',
      'device.app.updated',
      'device.in_sync',
      'device.app.updated',
      'device.out_of_sync',
      'device.health.lost_communication',
      'device.health.offline',
      'device.health.online',
      'device.unregistered',
    ])
    for (const event of events) {
      expectShape(event.data, shapes[event.type])
      expect(event.facets).toEqual({ location: [place], site: [place] })
    }
    expect(events.map(({ data }) => data.previousAttributes)).toEqual([
      undefined,
      { health: 'Offline' },
      { appVersion: '4.1.0' },
      { syncStatus: 'OutOfSync' },
      { appVersion: '4.2.0' },
      { syncStatus: 'InSync' },
      { health: 'Online' },
      { health: 'LostCommunication' },
      { health: 'Offline' },
      undefined,
    ])
  })

  it('a heartbeat that races with the sweep leaves the device online', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => newDevice()))
    for (const id of ids) await beat({ id })
    await Promise.all([
      checkDevices(test.app, later(200)),
      ...ids.map((id) => beat({ id })),
      checkDevices(test.app, later(200)),
    ])
    for (const id of ids) await beat({ id })
    for (const id of ids) {
      expect((await read(id))?.health).toBe('ONLINE')
      const health = typesOf(await eventsOf(id)).filter((type) => type.startsWith('device.health'))
      // Whoever came first: what was lost came back, and nothing was said twice.
      for (const [index, type] of health.entries()) {
        expect(type).toBe(
          index % 2 === 0 ? 'device.health.online' : 'device.health.lost_communication',
        )
      }
    }
  })

  it('settings change without an event, and not to what they are', async () => {
    const id = await newDevice()
    const update = async (name: string) =>
      (await ask(test.url, org.owner, UpdateDevice, { input: { id, name } })).deviceUpdate.device
    expect(await update('Door')).toEqual({ name: 'Door', version: 2 })
    expect(await update('Door')).toEqual({ name: 'Door', version: 2 })
    expect(typesOf(await eventsOf(id))).toEqual(['device.registered'])
  })

  it('keep their place from being removed', async () => {
    const locationId = await newLocation(org.owner)
    const id = await newDevice({ locationId })
    const { locationDelete } = await ask(test.url, org.owner, DeleteLocation, {
      input: { id: locationId },
    })
    expect(locationDelete.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [id] }])
  })
})

describe('who may', () => {
  it('a key needs devices:write', async () => {
    const id = await newDevice()
    const writer = await org.addApiKey(['devices:write'])
    expect((await beat({ id }, writer)).device?.health).toBe('ONLINE')
    const reader = await org.addApiKey(['devices:read'])
    const refused = await send(test.url, reader, Heartbeat, { input: { id } })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })

  it("another organization's device answers exactly as one that does not exist", async () => {
    const id = await newDevice()
    const stranger = await addOrganization(test)
    const [theirs, missing] = [
      await beat({ id }, stranger.owner),
      await beat({ id: 'dev-none' }, stranger.owner),
    ]
    expect(theirs.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    expect(theirs.userErrors[0]?.message.replace(id, 'dev-none')).toBe(
      missing.userErrors[0]?.message,
    )
    expect((await ask(test.url, stranger.owner, ReadDevice, { id })).device).toBeNull()
  })
})

describe('reading devices', () => {
  it('filters, orders, and takes as many statements for 30 rows as for 2', async () => {
    const locationId = await newLocation(org.owner)
    for (let n = 0; n < 30; n++) await newDevice({ locationId, name: `Sign ${n}`, kind: 'SIGNAGE' })
    const count = (first: number) =>
      countStatements(/"(device|location)"/, async () => {
        const { devices } = await ask(test.url, org.owner, ListDevices, {
          first,
          where: { kinds: ['SIGNAGE'], siteId: locationId, health: ['OFFLINE'] },
          orderBy: [{ field: 'REGISTERED_AT', direction: 'DESC' }],
        })
        expect(devices.totalCount).toBe(30)
        expect(devices.nodes).toHaveLength(first)
        expect(devices.nodes[0]?.location.name).toBe('Site')
      })
    expect(await count(30)).toBe(await count(2))
  })
})
