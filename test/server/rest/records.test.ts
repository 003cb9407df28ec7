import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RECORD_EVENTS } from '../../../src/server/rest/record-fields.ts'
import { ASSET_EMITTERS } from '../../harness/emitters/assets.ts'
import { BOOKING_EMITTERS } from '../../harness/emitters/bookings.ts'
import { PEOPLE_EMITTERS } from '../../harness/emitters/people.ts'
import { WORK_EMITTERS } from '../../harness/emitters/work.ts'
import { type Emitters, openWorld, type World } from '../../harness/emitters/world.ts'

// A record read by REST equals the one in a webhook, for every type of record that events show.

const EMITTERS: Emitters = {
  ...ASSET_EMITTERS,
  ...BOOKING_EMITTERS,
  ...PEOPLE_EMITTERS,
  ...WORK_EMITTERS,
}

/** Where a record is read; those without an address of their own stand in their list. */
const ADDRESS: Record<string, string> = {
  Asset: '/assets/{id}',
  Booking: '/bookings/{id}',
  Company: '/companies/{id}',
  Customer: '/customers/{id}',
  CustomerField: '/customer-fields',
  Device: '/devices/{id}',
  Location: '/locations/{id}',
  Manager: '/managers',
  Organization: '',
  Quotation: '/quotations/{id}',
  RateSchedule: '/rate-schedules/{id}',
  Resource: '/resources/{id}',
  Sensor: '/sensors/{id}',
  Service: '/services/{id}',
  ServiceGroup: '/service-groups',
  Shift: '/shifts',
  Visitor: '/visitors/{id}',
  VisitorInvitation: '/visitor-invitations/{id}',
  WorkOrder: '/work-orders/{id}',
  WorkRequest: '/work-requests',
}

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

async function read(path: string, id: string): Promise<unknown> {
  const { url } = world.test
  const address = `${url}/api/v2/organizations/${world.organizationId}${path.replace('{id}', id)}`
  const response = await fetch(
    path.includes('{id}') || path === '' ? address : `${address}?limit=100`,
    {
      headers: { ...world.owner },
    },
  )
  const { data } = JSON.parse(await response.text())
  return Array.isArray(data) ? data.find((each) => each.id === id) : data
}

describe('a record read by REST equals the one in a webhook', () => {
  it('is looked at for every type that events show', () => {
    expect(Object.keys(ADDRESS).toSorted()).toEqual(Object.keys(RECORD_EVENTS).toSorted())
  })

  it.each(Object.entries(RECORD_EVENTS))('%s, as in %s', async (typeName, event) => {
    const emitter = EMITTERS[event]
    const cause = await emitter?.arrange(world)
    await cause?.()
    const told = (await world.written())
      .map(({ envelope }) => envelope)
      .findLast(({ type }) => type === event)
    const record = told?.data.object
    expect(record).toHaveProperty('id')
    expect(await read(ADDRESS[typeName] ?? '', String(record?.['id']))).toEqual(record)
  })
})
