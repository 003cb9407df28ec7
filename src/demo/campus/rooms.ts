import { newId } from '../../database/ids.ts'
import type { Location, Resource } from '../../generated/prisma/client.ts'
import type { OpenPeriod } from '../../domains/resources/open-hours.ts'
import type { Campus, Step } from './campus.ts'

/** A resource that is booked, with where it is. */
export interface Bookable {
  resource: Resource
  place: Location
  /** IANA name of its site's. */
  timezone: string
}

type Settings = Pick<Resource, 'name' | 'type'> &
  Partial<
    Pick<
      Resource,
      | 'capacity'
      | 'bufferMinutes'
      | 'requiresApproval'
      | 'requiresCheckIn'
      | 'maxMinutes'
      | 'maxConcurrent'
      | 'description'
    >
  >

const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'] as const
const OPEN_HOURS: OpenPeriod[] = DAYS.map((day) => ({ day, opens: '07:00', closes: '20:00' }))

const room = (name: string, capacity: number, more: Partial<Settings> = {}): Settings => ({
  name: `Meeting room ${name}`,
  type: 'ROOM',
  capacity,
  requiresCheckIn: true,
  maxMinutes: 480,
  ...more,
})
const desk = (number: number): Settings => ({ name: `Desk ${number}`, type: 'DESK', capacity: 1 })

/** What can be booked at each of the three sites. */
const RESOURCES: readonly (readonly Settings[])[] = [
  [
    room('Elm', 8),
    room('Oak', 12),
    room('Birch', 4),
    {
      name: 'Auditorium',
      type: 'ROOM',
      capacity: 120,
      bufferMinutes: 30,
      requiresApproval: true,
      description: 'Stage, two screens, seats for 120',
    },
    desk(101),
    desk(102),
    desk(103),
    { name: 'Charging bay', type: 'PARKING', maxConcurrent: 4 },
  ],
  [
    room('Liffey', 10),
    room('Dodder', 6),
    { name: 'Treatment room', type: 'ROOM', capacity: 3, bufferMinutes: 15 },
    desk(201),
    desk(202),
  ],
  [
    room('Maas', 14),
    { name: 'Scissor lift', type: 'EQUIPMENT', requiresApproval: true },
    { name: 'Pool van', type: 'EQUIPMENT', bufferMinutes: 30 },
    desk(301),
  ],
]

/** Everything that can be booked, from the start of the year on. */
export function makeRooms(campus: Campus): { bookables: Bookable[]; step: Step } {
  const { organizationId, start, sites, zones, random } = campus
  const bookables: Bookable[] = []
  for (const [index, site] of sites.entries()) {
    const around = zones.filter((zone) => zone.siteId === site.id)
    for (const settings of RESOURCES[index % RESOURCES.length] ?? []) {
      const place = random.pick(around)
      const resource: Resource = {
        id: newId('resource', start.getTime()),
        organizationId,
        description: null,
        locationId: place.id,
        capacity: null,
        reservableStatus: 'RESERVABLE',
        requiresApproval: false,
        requiresCheckIn: false,
        checkInOpensMinutes: 15,
        releaseAfterMinutes: 15,
        bufferMinutes: 0,
        reminderMinutes: null,
        minMinutes: null,
        maxMinutes: null,
        maxAdvanceDays: 180,
        openHours: OPEN_HOURS,
        maxConcurrent: 1,
        archivedAt: null,
        version: 1,
        created: start,
        updated: start,
        ...settings,
      }
      bookables.push({ resource, place, timezone: site.timezone ?? 'UTC' })
    }
  }
  const rows = bookables.map(({ resource }) => ({ table: 'resource' as const, values: resource }))
  return { bookables, step: { at: start, rows, facts: [] } }
}
