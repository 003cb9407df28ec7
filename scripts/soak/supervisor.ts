import type { ProductProcess } from '../bench/stage.ts'

const PAUSE_MS = 500

/** A process that is started again when it ends by itself, as a supervisor does. */
export interface Kept<P extends ProductProcess = ProductProcess> extends AsyncDisposable {
  /** The latest one. */
  readonly current: P
  /** Kills it with -9; it stays dead until it is started. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** @param onEnd told how one ended that was not killed by us */
export async function keepRunning<P extends ProductProcess>(
  start: () => Promise<P>,
  onEnd: (how: string) => void,
): Promise<Kept<P>> {
  let isWanted = true
  let current = await start()
  let starting: Promise<void> = Promise.resolve()
  watch(current)

  function watch(running: P): void {
    void running.ended.then((how) => {
      if (!isWanted || running !== current) return
      onEnd(how)
      starting = begin()
    })
  }

  async function begin(): Promise<void> {
    // A start that finds no database yet ends, and is tried again.
    while (isWanted) {
      const started = await start().catch(() => undefined)
      if (started === undefined) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
        continue
      }
      current = started
      // Killed while it was starting.
      if (!isWanted) return current.kill()
      watch(started)
      return
    }
  }

  return {
    get current() {
      return current
    },
    async kill() {
      isWanted = false
      await current.kill()
    },
    async start() {
      await starting
      isWanted = true
      starting = begin()
      await starting
    },
    async [Symbol.asyncDispose]() {
      isWanted = false
      await current.kill()
      await starting
    },
  }
}
