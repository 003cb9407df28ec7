import { skipped } from './life/buffered.ts'
import { exhausted } from './life/exhausted-sweep.ts'
import { endpointLife } from './life/life-sweep.ts'

/** What the clock does for webhooks. */
export const sweeps = [endpointLife, exhausted, skipped]
