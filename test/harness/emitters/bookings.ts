import { isObject } from '../recorded.ts'
import { sweepReminders } from '../../../src/domains/bookings/reminders.ts'
import { sweepBookings } from '../../../src/domains/bookings/sweeps.ts'
import {
  type Emitters,
  inMinutes,
  later,
  noonZone,
  on,
  plain,
  unique,
  type World,
} from './world.ts'

export const newResource = (world: World, rules: object = {}) =>
  world.make('resourceCreate', { name: 'Elm', locationId: world.siteId, ...rules }, 'resource')

/** A booking that begins within the minute: its check-in window is open. */
export async function newBooking(world: World, rules?: object): Promise<string> {
  const resourceId = await newResource(world, rules)
  return world.make('bookingCreate', bookingInput(resourceId), 'booking')
}

const bookingInput = (resourceId: string) => ({
  resourceId,
  startTime: inMinutes(0),
  endTime: inMinutes(30),
  title: 'Fire drill',
})

async function newSeries(world: World): Promise<string> {
  const resourceId = await newResource(world)
  return world.make(
    'bookingSeriesCreate',
    { ...bookingInput(resourceId), rule: { frequency: 'DAILY', count: 3 } },
    'series',
  )
}

async function checkedIn(world: World): Promise<string> {
  const id = await newBooking(world)
  await world.run('bookingCheckIn', { id })
  return id
}

const booked = (by: string, input: object = {}) =>
  on(by, newBooking, (world, id) => world.run(by, { id, ...input }))

const newService = (world: World) =>
  world.make('serviceCreate', { name: unique('Catering') }, 'service')
const newGroup = (world: World) =>
  world.make('serviceGroupCreate', { name: unique('Hospitality') }, 'serviceGroup')
const newShift = async (world: World) =>
  world.make(
    'shiftCreate',
    { resourceId: await newResource(world), startTime: inMinutes(60), endTime: inMinutes(120) },
    'shift',
  )

/** A visit that belongs to a booking, at a site that asks for one checkpoint. */
async function bookedVisit(world: World): Promise<string> {
  const siteId = await world.make(
    'locationCreate',
    { name: 'Works', kind: 'LOCATION', timezone: noonZone() },
    'location',
  )
  await world.run('visitPolicyUpdate', { siteId, requiredCheckpoints: ['NDA'] })
  const resourceId = await newResource(world, { locationId: siteId })
  const bookingId = await world.make('bookingCreate', bookingInput(resourceId), 'booking')
  const { visitor } = await world.run(
    'visitorRegister',
    {
      name: 'Jane',
      hostId: world.ownerId,
      locationId: siteId,
      expectedArrival: inMinutes(5),
      bookingId,
    },
    'visitor { id }',
  )
  return isObject(visitor) ? String(visitor['id']) : ''
}

/** Has a hook asked, until the cause that is given has been asked about. */
async function listen(world: World, event: string) {
  const endpointId = await world.make(
    'webhookEndpointCreate',
    { url: world.receiver.url, eventTypes: ['webhook.test'] },
    'endpoint',
  )
  await world.run('syncHookSet', { event, endpointId })
  const before = world.receiver.received.length
  return async (cause: () => Promise<unknown>) => {
    await cause()
    await world.receiver.waitUntil((all) =>
      all.slice(before).some((request) => request.event.type === event),
    )
    await world.settled()
  }
}

export const BOOKING_EMITTERS: Emitters = {
  'resource.created': plain('resourceCreate', newResource),
  'resource.updated': on('resourceUpdate', newResource, (world, id) =>
    world.run('resourceUpdate', { id, capacity: 12 }),
  ),
  'resource.reservable_status.changed': on('resourceUpdate', newResource, (world, id) =>
    world.run('resourceUpdate', { id, reservableStatus: 'NOT_RESERVABLE' }),
  ),
  'resource.deleted': on('resourceDelete', newResource, (world, id) =>
    world.run('resourceDelete', { id }),
  ),
  'service.created': plain('serviceCreate', newService),
  'service.updated': on('serviceUpdate', newService, (world, id) =>
    world.run('serviceUpdate', { id, priceCents: 900 }),
  ),
  'service.deleted': on('serviceDelete', newService, (world, id) =>
    world.run('serviceDelete', { id }),
  ),
  'service_group.created': plain('serviceGroupCreate', newGroup),
  'service_group.updated': on('serviceGroupUpdate', newGroup, (world, id) =>
    world.run('serviceGroupUpdate', { id, description: 'Food and drink' }),
  ),
  'service_group.deleted': on('serviceGroupDelete', newGroup, (world, id) =>
    world.run('serviceGroupDelete', { id }),
  ),
  'shift.created': {
    by: 'shiftCreate',
    async arrange(world) {
      const resourceId = await newResource(world)
      const times = { startTime: inMinutes(60), endTime: inMinutes(120) }
      return () => world.run('shiftCreate', { resourceId, ...times })
    },
  },
  'shift.updated': on('shiftUpdate', newShift, (world, id) =>
    world.run('shiftUpdate', { id, note: 'Keys at the desk' }),
  ),
  'shift.deleted': on('shiftDelete', newShift, (world, id) => world.run('shiftDelete', { id })),
  'booking.created': on('bookingCreate', newResource, (world, id) =>
    world.run('bookingCreate', bookingInput(id)),
  ),
  'booking.updated': booked('bookingUpdate', { title: 'Fire drill, again' }),
  'booking.cancelled': booked('bookingCancel'),
  'booking.checked_in': booked('bookingCheckIn'),
  'booking.ended': on('bookingEnd', checkedIn, (world, id) => world.run('bookingEnd', { id })),
  'booking.deleted': booked('bookingDelete'),
  'booking.bulk_deleted': on('bookingBulkDelete', newBooking, (world, id) =>
    world.run('bookingBulkDelete', { ids: [id] }),
  ),
  'booking.rejected': on(
    'bookingReject',
    (world) => newBooking(world, { requiresApproval: true }),
    (world, id) => world.run('bookingReject', { id, reason: 'Under repair' }),
  ),
  'booking.no_show': on(
    'bookings not shown up for',
    (world) => newBooking(world, { requiresCheckIn: true }),
    (world) => world.sweep('bookings not shown up for', () => sweepBookings(world.app, later(20))),
  ),
  'booking.series.cancelled': on('bookingSeriesCancel', newSeries, (world, id) =>
    world.run('bookingSeriesCancel', { id }),
  ),
  'booking.series.deleted': on('bookingSeriesDelete', newSeries, (world, id) =>
    world.run('bookingSeriesDelete', { id }),
  ),
  'booking.checkpoint.trigger_matched': on('visitorCompleteCheckpoint', bookedVisit, (world, id) =>
    world.run('visitorCompleteCheckpoint', { id, key: 'NDA' }),
  ),
}

/** To be run last: from then on a hook is asked before bookings are confirmed. */
export const HOOK_EMITTERS: Emitters = {
  'booking.before_confirmation': {
    by: 'bookingCreate',
    async arrange(world) {
      const ask = await listen(world, 'booking.before_confirmation')
      const resourceId = await newResource(world)
      return () => ask(() => world.run('bookingCreate', bookingInput(resourceId)))
    },
  },
  'booking.before_reminder': {
    by: 'booking reminders',
    async arrange(world) {
      const ask = await listen(world, 'booking.before_reminder')
      const resourceId = await newResource(world, { reminderMinutes: 60 })
      const times = { startTime: inMinutes(120), endTime: inMinutes(150) }
      await world.run('bookingCreate', { resourceId, ...times })
      await world.settled()
      return () =>
        ask(() => world.sweep('booking reminders', () => sweepReminders(world.app, later(90))))
    },
  },
}
