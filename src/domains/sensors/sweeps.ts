import type { Backend } from '../../database/unit-of-work.ts'
import { answerBreaches } from './rules/answer-breaches.ts'
import { markStale } from './mark-stale.ts'
import { keepReadings } from './telemetry/partitions.ts'
import { tellPulses } from './telemetry/tell-pulses.ts'

/** What the clock does for sensors; each may run on any number of workers at once. */
export const sweeps = [
  {
    name: 'telemetry events',
    everyMs: 1_000,
    async run(backend: Backend) {
      await tellPulses(backend)
    },
  },
  {
    name: 'stale sensors',
    everyMs: 5_000,
    async run(backend: Backend) {
      await markStale(backend)
    },
  },
  {
    name: 'sensor rules',
    everyMs: 2_000,
    async run(backend: Backend) {
      await answerBreaches(backend)
    },
  },
  {
    name: 'reading partitions',
    everyMs: 3_600_000,
    run: (backend: Backend) => keepReadings(backend.database.pool),
  },
]
