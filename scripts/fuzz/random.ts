export interface Random {
  (): number
  pick: <T>(list: readonly T[]) => T
  chance: (share: number) => boolean
  /** A whole number up to a limit, small ones as likely as large ones. */
  size: (most: number) => number
}

/** The same numbers for the same seed, so that a finding can be repeated (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return Object.assign(random, {
    pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T,
    chance: (share: number) => random() < share,
    size: (most: number) => Math.floor(most ** random()),
  })
}
