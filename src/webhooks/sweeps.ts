import type { Config } from '../config/config.ts'
import type { Backend } from '../database/unit-of-work.ts'
import { cancelSkipped } from './life/buffered.ts'
import { tellExhausted } from './life/exhausted-sweep.ts'
import { sweepEndpointLife } from './life/life-sweep.ts'

/** What the clock does for webhooks; each may run on any number of workers at once. */
export const sweeps = [
  {
    name: 'webhook endpoint life',
    everyMs: 1_000,
    run: (worker: Backend & { config: Config }) =>
      sweepEndpointLife(worker, worker.config.webhooks),
  },
  {
    name: 'exhausted deliveries',
    everyMs: 1_000,
    run: (worker: Backend) => tellExhausted(worker),
  },
  {
    name: 'skipped deliveries',
    everyMs: 1_000,
    run: (worker: Backend) => cancelSkipped(worker),
  },
]
