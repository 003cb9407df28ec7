import { codesOf } from '../database/outage.ts'
import { Prisma } from '../generated/prisma/client.ts'

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
