import { GREEDY_WAYS } from '../bench/greedy.ts'
import { openTenant, type Send } from '../bench/load.ts'
import type { Machine } from './machine.ts'

/** As many ways go on at the same time. */
const AT_ONCE = 2
/** How long one is kept up when it has begun. */
const HOLD_MS = 30_000

export interface Neighbours {
  /** Way → how often it was kept up. */
  counts: Map<string, number>
  stop(): Promise<void>
}

/**
 * Organizations that do their worst in one way after another: all that the bench `neighbours` knows.
 * Amid faults some cannot even begin; that is told of, and the next one has its turn.
 * @param send gives up when the signal is aborted
 */
export function startNeighbours(
  machine: Machine,
  sendUntil: (signal: AbortSignal) => Send,
  say: (text: string) => void,
): Neighbours {
  const counts = new Map<string, number>()
  const over = new AbortController()
  const queue: string[] = []
  let nth = 0

  async function keepOne(): Promise<void> {
    while (!over.signal.aborted) {
      if (queue.length === 0) queue.push(...shuffled(Object.keys(GREEDY_WAYS)))
      const way = queue.pop() ?? ''
      const name = `greedy ${nth++}`
      try {
        await hold(way, name)
        counts.set(way, (counts.get(way) ?? 0) + 1)
      } catch (error) {
        if (!over.signal.aborted) say(`${name}: ${way} did not begin: ${textOf(error)}`)
      }
    }
  }

  async function hold(way: string, name: string): Promise<void> {
    await using stack = new AsyncDisposableStack()
    const ended = new AbortController()
    const signal = AbortSignal.any([ended.signal, over.signal])
    stack.defer(() => ended.abort())
    const tenant = await openTenant(machine.database, sendUntil(signal), '', name)
    // Whatever it has begun ends with it, and its endpoints are sent to no more.
    try {
      say(`${name} begins: ${way}`)
      const start = await GREEDY_WAYS[way]?.({ tenant, load: machine, stack })
      await start?.()
      say(`${name} is at its worst`)
      await waitFor(HOLD_MS, over.signal)
    } finally {
      ended.abort()
      await stack.disposeAsync()
      await pauseAll(machine, tenant.organizationId)
      say(`${name} has ended`)
    }
  }

  const running = Promise.all(Array.from({ length: AT_ONCE }, keepOne))
  return {
    counts,
    async stop() {
      over.abort()
      await running
    },
  }
}

/** Past the product, because thousands of them would take their time one by one. */
async function pauseAll({ database }: Machine, organizationId: string): Promise<void> {
  const text = `UPDATE webhook_endpoint SET status = 'PAUSED' WHERE organization_id = $1`
  for (let isDone = false; !isDone;) {
    isDone = await database.pool.query(text, [organizationId]).then(
      () => true,
      () => false,
    )
    if (!isDone) await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ value }) => value)
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200)
}
