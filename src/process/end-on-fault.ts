import type { Logger } from '../log.ts'

/** EX_SOFTWARE of sysexits.h: a fault of the program itself; start it again. */
const FAULT_EXIT_CODE = 70
/** Whoever may do harm ends sooner than by an ordinary stop. */
const MAX_DRAIN_MS = 10_000

interface FaultySituation {
  log: Pick<Logger, 'fatal'>
  /** Begins an ordinary stop, with this exit code. */
  stop: (exitCode: number) => void
  shutdownTimeoutMs: number
  /** Ends the process at once. */
  exit: (exitCode: number) => void
}

/**
 * What nobody has caught: it is logged, what is in flight may end within a bounded time, and the
 * process ends with a code of its own for the supervisor. Further faults meanwhile are logged and
 * change nothing: stopping is begun once.
 */
export function endOnFault({ log, stop, shutdownTimeoutMs, exit }: FaultySituation): void {
  let ending = false
  const end = (error: unknown, kind: string) => {
    try {
      log.fatal({ err: error, kind }, ending ? 'another fault while ending' : 'fault: ending')
    } catch {
      // Ending matters more than what can be said of it.
    }
    if (ending) return
    ending = true
    setTimeout(() => exit(FAULT_EXIT_CODE), Math.min(shutdownTimeoutMs, MAX_DRAIN_MS))
    stop(FAULT_EXIT_CODE)
  }
  process.on('uncaughtException', (error) => end(error, 'uncaughtException'))
  process.on('unhandledRejection', (reason) => end(reason, 'unhandledRejection'))
}
