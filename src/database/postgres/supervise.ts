import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../errors.ts'
import type { Logger } from '../../log.ts'
import { type Running, stopPostgres } from './embedded-process.ts'

const FIRST_DELAY_MS = 100
const LAST_DELAY_MS = 5_000
/** Failed starts in a row, about 25 s of them, until the process gives up. */
const MOST_FAILURES = 10
/** One that ran for so long counts as started well. */
const SETTLED_MS = 10_000

interface Supervision {
  running: Running
  /** Starts it again on the same port, because everybody has it in a connection string. */
  restart: (signal: AbortSignal) => Promise<Running>
  log: Logger | undefined
  /** Called once when it cannot be had again. */
  onLost: ((error: StartupError) => void) | undefined
  stopPatienceS: number | undefined
  /** Before the first try; doubled after each that fails. Default 100. */
  firstDelayMs?: number
}

/** Keeps PostgreSQL running until it is disposed of, which stops it. */
export function supervise({
  running,
  restart,
  log,
  onLost,
  stopPatienceS,
  firstDelayMs = FIRST_DELAY_MS,
}: Supervision): AsyncDisposable {
  const stopping = new AbortController()
  let current: Running | undefined = running
  // However this process ends, unless it is killed: PostgreSQL ends with it.
  const endWithUs = () => {
    try {
      if (current !== undefined) process.kill(current.pid, 'SIGINT')
    } catch {
      // It has ended by itself.
    }
  }
  process.once('exit', endWithUs)

  async function keep(): Promise<void> {
    let failures = 0
    let reason = 'it ended'
    let since = Date.now()
    for (;;) {
      await current?.ended
      if (stopping.signal.aborted) return
      if (current !== undefined) {
        log?.error({ pid: current.pid }, 'PostgreSQL ended; it is started again')
        if (Date.now() - since > SETTLED_MS) failures = 0
      }
      current = undefined
      if (failures >= MOST_FAILURES) {
        const text = `The embedded PostgreSQL ended and could not be started again (${failures} times): ${reason}`
        onLost?.(new StartupError(text))
        return
      }
      const delayMs = Math.min(firstDelayMs * 2 ** failures, LAST_DELAY_MS)
      failures++
      try {
        await sleep(delayMs, undefined, { signal: stopping.signal, ref: false })
        current = await restart(stopping.signal)
        since = Date.now()
        log?.warn({ pid: current.pid }, 'PostgreSQL runs again')
      } catch (error) {
        if (stopping.signal.aborted) return
        reason = error instanceof Error ? error.message : String(error)
        log?.error({ reason, failures }, 'PostgreSQL could not be started again')
      }
    }
  }

  const keeping = keep()
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      if (current !== undefined) await stopPostgres(current, stopPatienceS)
      await keeping
      // One that was being started again at that moment.
      if (current !== undefined) await stopPostgres(current, stopPatienceS)
      process.off('exit', endWithUs)
    },
  }
}
