import { defineUpkeep } from '../../sweep/upkeep.ts'
import { breaches } from './threshold-rules/answer-breaches.ts'
import { staleSensors } from './mark-stale.ts'
import { keepReadings } from './telemetry/partitions.ts'
import { pulses } from './telemetry/tell-pulses.ts'

/** What the clock does for sensors. */
export const sweeps = [
  pulses,
  staleSensors,
  breaches,
  defineUpkeep({
    name: 'reading partitions',
    everyMs: 3_600_000,
    steps: { partitions: ({ database }) => keepReadings(database.pool) },
  }),
]
