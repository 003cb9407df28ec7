import { pause } from '../pause.ts'
import type { ReceiverStore } from './store.ts'
import type { Delivery } from './verify.ts'

export interface InboxOptions {
  store: ReceiverStore
  handle: (delivery: Delivery) => unknown
  /** Pauses before the next tries of one whose handler failed, in milliseconds. */
  retryAfterMs: readonly number[]
  /** A handler failed for the last time: the next one has its turn. */
  onError: (error: unknown, delivery: Delivery) => void
}

export interface Inbox {
  /** @returns false for one that is known already */
  take: (delivery: Delivery) => Promise<boolean>
  /** Resolves when everything taken so far was handled or given up. */
  settled: () => Promise<void>
}

/** Handles deliveries one after another in the order in which they came, each once. */
export function openInbox({ store, handle, retryAfterMs, onError }: InboxOptions): Inbox {
  let tail = handleAll(store.pending())

  async function handleAll(kept: ReturnType<ReceiverStore['pending']>): Promise<void> {
    for (const delivery of await kept) await handleOne(delivery)
  }

  async function handleOne(delivery: Delivery): Promise<void> {
    for (const pauseMs of [...retryAfterMs, undefined]) {
      try {
        await handle(delivery)
        break
      } catch (error) {
        if (pauseMs === undefined) onError(error, delivery)
        else await pause(pauseMs)
      }
    }
    await store.done(delivery.id)
  }

  return {
    take: async (delivery) => {
      if (!(await store.add(delivery))) return false
      tail = tail
        .then(() => handleOne(delivery))
        // Of the store alone: the others have their turn all the same.
        .catch((error: unknown) => onError(error, delivery))
      return true
    },
    settled: () => tail,
  }
}
