import { sweeps as bookings } from '../domains/bookings/sweeps.ts'
import { sweeps as devices } from '../domains/devices/sweeps.ts'
import { sweeps as identity } from '../identity/sweeps.ts'
import { sweeps as sensors } from '../domains/sensors/sweeps.ts'
import { sweeps as sor } from '../domains/sor/sweeps.ts'
import type { Chore } from '../sweep/define.ts'
import { sweeps as visitors } from '../domains/visitors/sweeps.ts'
import { sweeps as webhooks } from '../webhooks/sweeps.ts'
import { sweeps as workOrders } from '../domains/work-orders/sweeps.ts'

/** Everything that the clock causes, of every slice; any number of workers may run it at once. */
export const SWEEPS: readonly Chore[] = [
  ...bookings,
  ...devices,
  ...identity,
  ...sensors,
  ...sor,
  ...visitors,
  ...webhooks,
  ...workOrders,
]
