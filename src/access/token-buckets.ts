import { LRUCache } from 'lru-cache'
/** Names that are remembered; the one not seen for longest makes room. */
const MAX_NAMES = 20_000

export interface TokenBuckets {
  /**
   * Takes one of what a name has left.
   * @returns 0, or how many milliseconds until there is one again
   */
  take(name: string): number
  /** The same without taking one. */
  waitOf(name: string): number
}

/** As many at once as `most`, then one every `refillMs`; in this process alone, and in constant time. */
export function createTokenBuckets(limit: { most: number; refillMs: number }): TokenBuckets {
  const buckets = new LRUCache<string, { left: number; atMs: number }>({ max: MAX_NAMES })
  const leftOf = (name: string, nowMs: number) => {
    const bucket = buckets.get(name)
    if (bucket === undefined) return limit.most
    return Math.min(limit.most, bucket.left + (nowMs - bucket.atMs) / limit.refillMs)
  }
  const waitFor = (left: number) => (left < 1 ? Math.ceil((1 - left) * limit.refillMs) : 0)
  return {
    take(name) {
      const nowMs = performance.now()
      const left = leftOf(name, nowMs)
      buckets.set(name, { left: left < 1 ? left : left - 1, atMs: nowMs })
      return waitFor(left)
    },
    waitOf: (name) => waitFor(leftOf(name, performance.now())),
  }
}
