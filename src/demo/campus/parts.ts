import { addAssets } from './assets.ts'
import { addBookings } from '../history/bookings.ts'
import type { Part } from './campus.ts'
import { addPeople } from './people.ts'
import { addPlaces } from './places.ts'
import { addRates } from './rates.ts'
import { addSensors } from '../history/sensors.ts'
import { addVisitors } from '../history/visitors.ts'
import { addWorkOrders } from '../history/work-orders.ts'

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
