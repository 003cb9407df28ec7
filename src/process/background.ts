import { channel } from 'node:diagnostics_channel'
import type { Logger } from '../log.ts'

/** Where faults are told of; a process may have several listeners or none. */
const faults = channel('plantroom.background-fault')

interface Fault {
  error: unknown
  work: string
}

/**
 * Runs what nobody waits for. A fault in it, thrown at once or later, is logged with the request that
 * it came from and touches nothing else: unhandled, it would end the process.
 *
 * The linter demands it, or a handler of one's own, wherever a promise is let go.
 * @param work for the log
 */
export function inBackground(work: string, run: () => unknown): void {
  try {
    Promise.resolve(run()).catch((error: unknown) => reportFault(error, work))
  } catch (error) {
    reportFault(error, work)
  }
}

/** Tells of a fault in what nobody waits for, where there is more to do than that. */
export function reportFault(error: unknown, work: string): void {
  const fault: Fault = { error, work }
  if (faults.hasSubscribers) faults.publish(fault)
  else console.error(work, error)
}

/** Has such faults logged until it is disposed of. */
export function logBackgroundFaults(log: Logger): Disposable {
  const write = (message: unknown) => {
    const { error, work } = message as Fault
    log.error({ err: error, work }, 'background work failed')
  }
  faults.subscribe(write)
  return { [Symbol.dispose]: () => faults.unsubscribe(write) }
}
