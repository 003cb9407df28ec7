import type { Delivery } from './verify.ts'

/**
 * Where a receiver keeps what it has answered with 200 and not handled yet. The one in memory loses it
 * with the process: give one over a table or a folder where that must not be.
 */
export interface ReceiverStore {
  /** Keeps a delivery before it is answered; false when its id is known, so that it is not handled again. */
  add(delivery: Delivery): boolean | Promise<boolean>
  /** It was handled, or given up: its id stays known. */
  done(id: string): void | Promise<void>
  /** What is kept and not done, as it came: handled first after a restart. */
  pending(): readonly Delivery[] | Promise<readonly Delivery[]>
}

/** @param size ids that are remembered, the oldest forgotten first; Plantroom repeats within 24 hours */
export function memoryStore(size = 100_000): ReceiverStore {
  const known = new Set<string>()
  return {
    add({ id }) {
      if (known.has(id)) return false
      known.add(id)
      const [oldest] = known
      if (known.size > size && oldest !== undefined) known.delete(oldest)
      return true
    },
    done() {},
    pending: () => [],
  }
}
