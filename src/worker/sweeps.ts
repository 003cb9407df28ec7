import { sweeps as bookings } from '../domains/bookings/sweeps.ts'
import type { Config } from '../config/config.ts'
import type { Backend } from '../database/unit-of-work.ts'
import { sweeps as devices } from '../domains/devices/sweeps.ts'
import { sweeps as identity } from '../identity/sweeps.ts'
import { sweeps as sensors } from '../domains/sensors/sweeps.ts'
import { sweeps as sor } from '../domains/sor/sweeps.ts'
import { sweeps as visitors } from '../domains/visitors/sweeps.ts'
import { sweeps as webhooks } from '../webhooks/sweeps.ts'
import { sweeps as workOrders } from '../domains/work-orders/sweeps.ts'

/**
 * What the clock causes in a slice: a deadline that passes, a visit that ends. Every sweep is safe
 * on any number of workers at once and does each thing exactly once.
 */
interface Sweep {
  name: string
  /** Pause between the end of one run and the start of the next. */
  everyMs: number
  run: (worker: Backend & { config: Config }) => Promise<unknown>
}

export const SWEEPS: readonly Sweep[] = [
  ...bookings,
  ...devices,
  ...identity,
  ...sensors,
  ...sor,
  ...visitors,
  ...webhooks,
  ...workOrders,
]
