export interface StopSwitch {
  signal: AbortSignal
  /** Resolves when the process is to stop. */
  asked: Promise<void>
  exitCode: number
  /** How long what is in flight may take to end. */
  limit(shutdownTimeoutMs: number): void
  /** A part that the whole depends on is lost. */
  onLost: (error: Error) => void
  /** Something went wrong that nobody expected; said already. */
  onFault: (exitCode: number) => void
}

/** Beyond the time for what is in flight: for closing the database and ending PostgreSQL. */
const CLOSING_MS = 10_000
/** Before the settings are read. */
const FIRST_LIMIT_MS = 30_000
const PARENT_CHECK_MS = 500

/**
 * Everything that ends the process in good order, from its first moment on: SIGTERM and SIGINT, npm
 * gone without a word, a lost database server. Whatever hangs, the process ends within its time.
 * @param byNpm whether npm started it, by `exec`: npm is its parent
 */
export function openStopSwitch({ byNpm }: { byNpm: boolean }): StopSwitch {
  const controller = new AbortController()
  let limitMs = FIRST_LIMIT_MS
  const stop = (reason: string) => {
    if (controller.signal.aborted) return
    console.log(`${reason}: finishing what is in flight (at most ${limitMs / 1_000} s)`)
    const tooLong = setTimeout(() => {
      console.error('Stopping took too long; what was in flight is sent again at the next start.')
      process.exit(1)
    }, limitMs + CLOSING_MS)
    tooLong.unref()
    controller.abort()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  if (byNpm) watchParent(() => stop('npm is gone'))
  const self: StopSwitch = {
    signal: controller.signal,
    asked: new Promise((resolve) => {
      controller.signal.addEventListener('abort', () => resolve(), { once: true })
    }),
    exitCode: 0,
    limit(shutdownTimeoutMs) {
      limitMs = shutdownTimeoutMs
    },
    onLost: (error) => {
      console.error(error.message)
      self.exitCode = 1
      stop('Lost')
    },
    onFault: (exitCode) => {
      self.exitCode = exitCode
      stop('Fault')
    },
  }
  return self
}

/** npm that is killed with -9 passes nothing on: whoever ended it wanted to end the server. */
function watchParent(onGone: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onGone()
  }, PARENT_CHECK_MS)
  timer.unref()
}
