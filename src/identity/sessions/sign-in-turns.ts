import { createFairLines } from '../../access/fair-lines.ts'
import { networkOf } from '../../access/network-of.ts'
import { AccessError } from '../../errors.ts'

/** Passwords looked at at once: each keeps a core busy for some 30 ms, and a thread that others need. */
const AT_ONCE = 2
/** About a second's worth. */
const MOST_WAITING_OF_ONE = 50
const MOST_WAITING = 500
const RETRY_MS = 1_000

export interface Turns {
  /**
   * Runs something when it is the turn of the network of an address.
   * @throws AccessError RATE_LIMITED when too many wait already
   */
  run<T>(address: string, work: () => Promise<T>): Promise<T>
}

/**
 * A few at once, and each network in its turn: a flood from one address, or from some, makes itself
 * wait, and takes neither the cores nor the connections to the database from everybody else.
 */
export function createTurns(
  atOnce = AT_ONCE,
  mostOfOne = MOST_WAITING_OF_ONE,
  most = MOST_WAITING,
): Turns {
  interface Waiting {
    start(): void
    refuse(): void
  }
  const lines = createFairLines<Waiting>()
  let running = 0

  function turnOf(network: string): Promise<void> {
    if (running < atOnce) {
      running++
      return Promise.resolve()
    }
    if (lines.lengthOf(network) >= mostOfOne) return Promise.reject(tooMany())
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    lines.add(network, { start: resolve, refuse: () => reject(tooMany()) })
    if (lines.size > most) lines.dropFromLongest()?.item.refuse()
    return promise
  }

  return {
    async run(address, work) {
      await turnOf(networkOf(address))
      try {
        return await work()
      } finally {
        const next = lines.take()
        if (next === undefined) running--
        else next.start()
      }
    },
  }
}

/** Of this process, whose cores they share. */
export const signInTurns = createTurns()

function tooMany(): AccessError {
  return new AccessError('RATE_LIMITED', 'Too many sign in at once: try again in 1 s', RETRY_MS)
}
