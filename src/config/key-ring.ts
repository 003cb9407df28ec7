import { createHash } from 'node:crypto'

/** The keys that are live: one seals, all of them open. */
export interface KeyRing {
  /** 32 bytes */
  current: Buffer
  /** Key id in hex → key; the current one included. */
  byId: ReadonlyMap<string, Buffer>
}

export const KEY_ID_BYTES = 4

/**
 * @param current 32 bytes: seals from now on
 * @param others further keys that open, such as those that sealed before
 * @throws Error when two different keys have the same id (1 in 4 billion): make another one then.
 */
export function makeKeyRing(current: Buffer, others: readonly Buffer[] = []): KeyRing {
  const byId = new Map<string, Buffer>()
  for (const key of [current, ...others]) {
    const id = keyIdOf(key)
    if (byId.get(id)?.equals(key) === false) throw new Error(`two keys have the same id ${id}`)
    byId.set(id, key)
  }
  return { current, byId }
}

/** The first four bytes of the key's SHA-256, in hex: stored with everything that it seals. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES).toString('hex')
}
