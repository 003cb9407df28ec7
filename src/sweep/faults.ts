import { Prisma } from '../generated/prisma/client.ts'

/** What a failed statement says of itself, whoever sent it: a code of PostgreSQL, Prisma or Node. */
function codesOf(error: unknown): string[] {
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

/** Deadlocks, conflicts, locks and time that ran out: most go away by themselves. */
const PASSING = /^(40001|40P01|55P03|57014|P2028|P2034)$/

export function isPassing(error: unknown): boolean {
  return codesOf(error).some((code) => PASSING.test(code))
}

/** The line of an error that says what happened; Prisma puts it last. */
export function describeFault(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const isPrisma = error instanceof Prisma.PrismaClientKnownRequestError
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return ((isPrisma ? lines.at(-1) : lines[0]) ?? '').trim().slice(0, 500)
}
