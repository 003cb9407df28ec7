/** Chance that comes out the same every time: the demo's histories are told again, not made up anew. */
export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** A whole number, both ends included. */
  int(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** A key, as often as its weight says among all. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
}

/** Mulberry32: 32 bits of state, plenty for stories. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const random: Random = {
    next() {
      state = (state + 0x6d_2b_79_f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    },
    int: (from, to) => from + Math.floor(random.next() * (to - from + 1)),
    chance: (probability) => random.next() < probability,
    pick(list) {
      const found = list[Math.floor(random.next() * list.length)]
      if (found === undefined) throw new Error('Nothing to pick from')
      return found
    },
    weighted(weights) {
      const keys = Object.keys(weights) as (keyof typeof weights)[]
      let rest = random.next() * keys.reduce((sum, key) => sum + weights[key], 0)
      for (const key of keys) {
        rest -= weights[key]
        if (rest < 0) return key
      }
      return random.pick(keys)
    },
  }
  return random
}
