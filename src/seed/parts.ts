import { addAssets } from './assets.ts'
import { addBookings } from './bookings.ts'
import type { Part } from './campus.ts'
import { addPeople } from './people.ts'
import { addPlaces } from './places.ts'
import { addRates } from './rates.ts'
import { addSensors } from './sensors.ts'
import { addVisitors } from './visitors.ts'
import { addWorkOrders } from './work-orders.ts'

/** Parts of the demo campus, each after those that it builds upon. A slice adds its own here. */
export const PARTS: readonly Part[] = [
  addPeople,
  addPlaces,
  addAssets,
  addSensors,
  addRates,
  addWorkOrders,
  addBookings,
  addVisitors,
]
