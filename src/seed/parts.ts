import type { Part } from './campus.ts'
import { addPeople } from './people.ts'
import { addPlaces } from './places.ts'
import { addRates } from './rates.ts'
import { addWorkOrders } from './work-orders.ts'

/** Parts of the demo campus, each after those that it builds upon. A slice adds its own here. */
export const PARTS: readonly Part[] = [addPeople, addPlaces, addRates, addWorkOrders]
