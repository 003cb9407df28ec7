import { customers, rates } from './money.ts'
import { assets, locations, sensors } from './places.ts'
import { bookings, resources, visitors } from './rooms.ts'
import type { Section } from './rows.ts'
import { events, metrics, organization, webhooks } from './webhooks.ts'
import { workOrders, workPlanning } from './work.ts'

/** Everything that can be asked by REST: the routes, their document and their tests are made of it. */
export const TABLE: readonly Section[] = [
  workOrders,
  workPlanning,
  assets,
  locations,
  sensors,
  bookings,
  resources,
  visitors,
  rates,
  customers,
  webhooks,
  events,
  metrics,
  organization,
]

/** All of it stands below. */
export const BASE = '/api/v2/organizations'
