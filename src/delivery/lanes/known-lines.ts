import { LRUCache } from 'lru-cache'
import { type KnownLine, TRUST_MS } from './lane/lane-line.ts'

/** Lines of which something is known; the one not used for longest makes room. */
const MAX_KNOWN_LINES = 20_000

/** What this worker knows of the lines of lanes that it let go; few ever have something held back. */
export class KnownLines {
  readonly #lines = new LRUCache<string, KnownLine>({ max: MAX_KNOWN_LINES })

  keep(endpointId: string, line: KnownLine | undefined): void {
    const trustMs = line === undefined ? 0 : TRUST_MS - (performance.now() - line.readMs)
    if (line === undefined || line.through === 0 || trustMs <= 0) this.#lines.delete(endpointId)
    else this.#lines.set(endpointId, line, { ttl: trustMs })
  }

  /** What may still be believed of these lines. */
  recall(endpointIds: readonly string[]): ReadonlyMap<string, KnownLine> {
    const known = new Map<string, KnownLine>()
    for (const endpointId of endpointIds) {
      const line = this.#lines.get(endpointId)
      if (line !== undefined) known.set(endpointId, line)
    }
    return known
  }

  take(endpointId: string): KnownLine | undefined {
    const line = this.#lines.get(endpointId)
    this.#lines.delete(endpointId)
    return line
  }
}
