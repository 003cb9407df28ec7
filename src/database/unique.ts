import type { DomainError } from '../errors.ts'
import { Prisma } from '../generated/prisma/client.ts'

/**
 * Runs a write that a unique index may refuse, and turns that refusal into an expected failure.
 * Looking before writing gives the better message; this holds when two callers looked at once.
 */
export async function unlessTaken<T>(write: Promise<T>, taken: () => DomainError): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw taken()
    }
    throw error
  }
}
