import { networkOf } from './network-of.ts'

/** Networks that are remembered; the one not seen for longest makes room. */
const MAX_NETWORKS = 20_000

export interface AddressLimiter {
  /**
   * Takes one of what the network of an address has left.
   * @returns 0, or how many milliseconds until there is one again
   */
  take(address: string): number
}

interface Bucket {
  left: number
  atMs: number
}

/** As many at once as `most`, then one every `refillMs`; in this process alone, and in constant time. */
export function createAddressLimiter(limit: { most: number; refillMs: number }): AddressLimiter {
  const buckets = new Map<string, Bucket>()
  return {
    take(address) {
      const network = networkOf(address)
      const nowMs = performance.now()
      const before = buckets.get(network) ?? { left: limit.most, atMs: nowMs }
      const left = Math.min(limit.most, before.left + (nowMs - before.atMs) / limit.refillMs)
      buckets.delete(network)
      buckets.set(network, { left: left < 1 ? left : left - 1, atMs: nowMs })
      if (buckets.size > MAX_NETWORKS) buckets.delete(buckets.keys().next().value ?? '')
      return left < 1 ? Math.ceil((1 - left) * limit.refillMs) : 0
    },
  }
}
