import { newSensor } from './emitters/assets.ts'
import { newResource } from './emitters/bookings.ts'
import { inMinutes, later, noonZone, type World } from './emitters/world.ts'
import { isObject } from './recorded.ts'

/** How something comes to be due, for each sweep. */
export interface DueRecord {
  /** Table and column of what the sweep changes. */
  table: string
  column?: string
  /** SQL of what is so when it is done. */
  done: string
  /** Makes a record that is due by then. */
  make(world: World): Promise<string>
  at: Date
}

const DAY = 1_440
const sql = async (world: World, text: string, ...values: unknown[]) => {
  await world.app.database.pool.query(text, values)
}

async function book(world: World, rules: object): Promise<string> {
  const resourceId = await newResource(world, rules)
  const times = { startTime: inMinutes(120), endTime: inMinutes(150) }
  return world.make('bookingCreate', { resourceId, ...times }, 'booking')
}

const booking = { table: 'booking', at: later(600) }

async function visit(world: World): Promise<string> {
  const visitor = { name: 'Jane', hostId: world.ownerId, locationId: world.siteId }
  return world.make('visitorRegister', { ...visitor, expectedArrival: inMinutes(1) }, 'visitor')
}

const endpoint = (world: World) =>
  world.make(
    'webhookEndpointCreate',
    { url: world.receiver.url, eventTypes: ['webhook.test'] },
    'endpoint',
  )

/** Every sweep of records, by its name. */
export const DUE: Readonly<Record<string, DueRecord>> = {
  'bookings not approved': {
    ...booking,
    done: `status = 'REJECTED'`,
    // Whoever may approve is not asked: booked by somebody else.
    async make(world) {
      const id = await book(world, {})
      await sql(world, `UPDATE booking SET status = 'PENDING' WHERE id = $1`, id)
      return id
    },
  },
  'bookings not shown up for': {
    ...booking,
    done: `status = 'NO_SHOW'`,
    make: (world) => book(world, { requiresCheckIn: true }),
  },
  'bookings over': { ...booking, done: `status = 'COMPLETED'`, make: (world) => book(world, {}) },
  'booking reminders': {
    table: 'booking',
    at: later(90),
    done: 'reminder_at IS NULL',
    make: (world) => book(world, { reminderMinutes: 60 }),
  },
  'device health': {
    table: 'device',
    at: later(30),
    done: `health <> 'ONLINE'`,
    async make(world) {
      const id = await world.make(
        'deviceRegister',
        { name: 'Panel', kind: 'PANEL', locationId: world.siteId },
        'device',
      )
      await world.run('deviceHeartbeat', { id })
      return id
    },
  },
  'telemetry events': {
    table: 'telemetry_pulse',
    column: 'subject_id',
    at: later(1),
    done: 'pending_since IS NULL',
    make: async (world) => (await newSensor(world, 21)).sensorId,
  },
  'stale sensors': {
    table: 'sensor',
    at: later(60),
    done: 'stale_since IS NOT NULL',
    make: async (world) => (await newSensor(world, 21)).sensorId,
  },
  'sensor rules': {
    table: 'sensor_rule',
    at: later(20),
    done: 'answered_at IS NOT NULL',
    async make(world) {
      const { sensorId } = await newSensor(world)
      const rule = { metric: 'temperature', comparison: 'ABOVE', threshold: 30, forMinutes: 10 }
      const id = await world.make(
        'sensorRuleCreate',
        { sensorId, ...rule, title: 'Too hot', priority: 'HIGH' },
        'sensorRule',
      )
      const reading = { sensorId, metric: 'temperature', value: 35 }
      await world.run('telemetryRecord', { readings: [reading] })
      return id
    },
  },
  'sor schedules': {
    table: 'rate_schedule',
    at: later(400 * DAY),
    done: `status = 'EXPIRED'`,
    async make(world) {
      const period = { effectiveFrom: later(-DAY), effectiveTo: later(364 * DAY) }
      const id = await world.make(
        'rateScheduleCreate',
        { name: `Rates ${Math.random()}`, ...period },
        'rateSchedule',
      )
      const item = { code: 'A-1', shortDescription: 'Hour', unit: 'HOUR', rateCents: 4_500 }
      await world.run('rateScheduleImportItems', { id, items: [item] })
      await world.run('rateSchedulePublish', { id })
      return id
    },
  },
  'visits at closing': {
    table: 'visitor',
    at: later(2 * DAY),
    done: 'ended_at IS NOT NULL',
    make: visit,
  },
  'erase visitors': {
    table: 'visitor',
    at: later(40 * DAY),
    done: 'erased_at IS NOT NULL',
    async make(world) {
      const id = await visit(world)
      await world.run('visitorCancel', { id })
      return id
    },
  },
  'webhook endpoint life': {
    table: 'delivery_lane',
    column: 'endpoint_id',
    at: later(4 * DAY),
    done: 'warned_percent > 0',
    async make(world) {
      const id = await endpoint(world)
      await sql(
        world,
        'UPDATE delivery_lane SET failing_since = now(), last_failure_at = now() WHERE endpoint_id = $1',
        id,
      )
      return id
    },
  },
  'exhausted deliveries': {
    table: 'webhook_delivery',
    at: later(1),
    done: 'told',
    async make(world) {
      const id = await endpoint(world)
      const made = await world.run('webhookEndpointTest', { id }, 'delivery { id }')
      const deliveryId = isObject(made['delivery']) ? String(made['delivery']['id']) : ''
      await sql(
        world,
        `UPDATE webhook_delivery SET status = 'EXHAUSTED', sequence = 1, told = false WHERE id = $1`,
        deliveryId,
      )
      return deliveryId
    },
  },
  'skipped deliveries': {
    table: 'webhook_endpoint',
    at: later(1),
    done: 'cancel_through IS NULL',
    async make(world) {
      const id = await endpoint(world)
      await sql(world, 'UPDATE webhook_endpoint SET cancel_through = 1 WHERE id = $1', id)
      return id
    },
  },
  'sla clocks': {
    table: 'work_order',
    at: later(40 * DAY),
    done: 'sla_next_at IS NULL',
    make: (world) =>
      world.make(
        'workOrderCreate',
        { title: 'Nobody cares', priority: 'HIGH', locationId: world.siteId },
        'workOrder',
      ),
  },
  'maintenance schedules': {
    table: 'maintenance_schedule',
    at: later(3.5 * DAY),
    done: `next_generate_at > now() + interval '3 days 6 hours'`,
    make: (world) =>
      world.make(
        'maintenanceScheduleCreate',
        {
          title: 'Check the pump',
          locationId: world.siteId,
          frequency: 'DAILY',
          startsAt: later(DAY),
          timezone: noonZone(),
        },
        'maintenanceSchedule',
      ),
  },
}
