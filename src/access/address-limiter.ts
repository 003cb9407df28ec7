import { networkOf } from './network-of.ts'
import { createTokenBuckets } from './token-buckets.ts'

export interface AddressLimiter {
  /**
   * Takes one of what the network of an address has left.
   * @returns 0, or how many milliseconds until there is one again
   */
  take(address: string): number
}

/** As many at once as `most`, then one every `refillMs`, for each network (IPv6: /64). */
export function createAddressLimiter(limit: { most: number; refillMs: number }): AddressLimiter {
  const buckets = createTokenBuckets(limit)
  return { take: (address) => buckets.take(networkOf(address)) }
}
