import type { Logger } from '../log.ts'

/** What a failed statement says of itself, whoever sent it: a code of PostgreSQL, Prisma or Node. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let each = Object(error), depth = 0; depth < 5; depth++) {
    for (const key of ['code', 'originalCode']) {
      const code: unknown = Reflect.get(each, key)
      if (typeof code === 'string') codes.push(code)
    }
    const meta = Object(Reflect.get(each, 'meta'))
    each = Object(Reflect.get(each, 'cause') ?? Reflect.get(meta, 'driverAdapterError'))
  }
  return codes
}

/** Connections refused, reset or timed out; PostgreSQL starting, stopping or full. */
const UNAVAILABLE = /^(ECONN\w+|EPIPE|ENOTFOUND|ETIMEDOUT|08\w{3}|57P0[1-5]|53300|P1001|P1017)$/
const LOST =
  /connection terminated|timeout exceeded when trying to connect|unable to start a transaction/i

/** Whether the database could not be reached: nobody's record is to blame. */
export function isUnavailable(error: unknown): boolean {
  return codesOf(error).some((code) => UNAVAILABLE.test(code)) || LOST.test(String(error))
}

/** Of this process, which has one database. */
let tellBack: (() => void) | undefined

/** Logs the first of the many faults of one outage, which ends with the next connection that is opened. */
export function noteOutage(error: unknown, log: Logger): void {
  if (tellBack !== undefined) return
  tellBack = () => log.info('the database can be reached again')
  log.error({ err: error }, 'the database cannot be reached: requests are answered 503 meanwhile')
}

export function noteConnected(): void {
  tellBack?.()
  tellBack = undefined
}
