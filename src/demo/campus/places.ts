import { newId } from '../../database/ids.ts'
import type { Location } from '../../generated/prisma/client.ts'
import { locationCreated, placeFacets, serializeLocation } from '../../domains/locations/events.ts'
import type { Campus, Step } from './campus.ts'

/** Three sites with ten floors and 27 rooms: 40 places. */
const SITES: { name: string; address: string; timezone: string; floors: [string, string[]][] }[] = [
  {
    name: 'North Campus',
    address: 'Lindenallee 12, 10115 Berlin',
    timezone: 'Europe/Berlin',
    floors: [
      ['Basement', ['Plant room', 'Switch room', 'Car park']],
      ['Ground floor', ['Reception', 'Canteen', 'Loading bay']],
      ['First floor', ['Open office east', 'Open office west', 'Conference centre']],
      ['Second floor', ['Open office', 'Server room', 'Kitchen']],
    ],
  },
  {
    name: 'Riverside House',
    address: '4 Quay Street, Dublin D02',
    timezone: 'Europe/Dublin',
    floors: [
      ['Ground floor', ['Lobby', 'Shop', 'Plant room']],
      ['First floor', ['Clinic', 'Waiting area', 'Laboratory']],
      ['Roof', ['Cooling plant', 'Terrace']],
    ],
  },
  {
    name: 'Harbour Works',
    address: 'Kade 88, 3011 Rotterdam',
    timezone: 'Europe/Amsterdam',
    floors: [
      ['Hall A', ['Assembly line', 'Tool store', 'Compressor room']],
      ['Hall B', ['Warehouse', 'Cold store']],
      ['Office wing', ['Offices', 'Changing rooms']],
    ],
  },
]

/** The places of the campus, the same three sites as often as the scale says. */
export function addPlaces(campus: Campus): Step[] {
  const steps: Step[] = []
  const add = (place: Pick<Location, 'name' | 'kind'> & Partial<Location>, parent?: Location) => {
    const id = newId('location', campus.start.getTime())
    const location: Location = {
      id,
      organizationId: campus.organizationId,
      parentId: parent?.id ?? null,
      siteId: parent?.siteId ?? id,
      address: null,
      timezone: null,
      version: 1,
      created: campus.start,
      updated: campus.start,
      ...place,
    }
    steps.push({
      at: campus.start,
      rows: [{ table: 'location', values: location }],
      facts: [
        {
          at: campus.start,
          definition: locationCreated,
          subjectId: id,
          object: serializeLocation(location),
          facets: placeFacets(location),
          actorId: campus.ownerId,
        },
      ],
    })
    return location
  }
  for (let round = 1; round <= campus.scale; round++) {
    for (const { name, address, timezone, floors } of SITES) {
      const title = round === 1 ? name : `${name} ${round}`
      const site = add({ name: title, kind: 'LOCATION', address, timezone })
      campus.sites.push(site)
      for (const [floorName, rooms] of floors) {
        const floor = add({ name: floorName, kind: 'SUB_LOCATION' }, site)
        for (const room of rooms) campus.zones.push(add({ name: room, kind: 'ZONE' }, floor))
      }
    }
  }
  return steps
}
