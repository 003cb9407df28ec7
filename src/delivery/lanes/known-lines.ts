import { type KnownLine, TRUST_MS } from './lane/lane-line.ts'

/** What is known of lines beyond that is forgotten, the oldest first. */
const MAX_KNOWN_LINES = 20_000

/** What this worker knows of the lines of lanes that it let go; few ever have something held back. */
export class KnownLines {
  readonly #lines = new Map<string, KnownLine>()

  keep(endpointId: string, line: KnownLine | undefined): void {
    // Behind the others, so that the oldest stand in front.
    this.#lines.delete(endpointId)
    if (line !== undefined && line.through > 0) this.#lines.set(endpointId, line)
  }

  /** What may still be believed of these lines. */
  recall(endpointIds: readonly string[]): ReadonlyMap<string, KnownLine> {
    this.#forgetOldest()
    const known = new Map<string, KnownLine>()
    for (const endpointId of endpointIds) {
      const line = this.#lines.get(endpointId)
      if (line === undefined) continue
      if (performance.now() - line.readMs > TRUST_MS) this.#lines.delete(endpointId)
      else known.set(endpointId, line)
    }
    return known
  }

  take(endpointId: string): KnownLine | undefined {
    const line = this.#lines.get(endpointId)
    this.#lines.delete(endpointId)
    return line
  }

  #forgetOldest(): void {
    for (const endpointId of this.#lines.keys()) {
      if (this.#lines.size <= MAX_KNOWN_LINES) break
      this.#lines.delete(endpointId)
    }
  }
}
