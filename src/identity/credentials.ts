import type { Caller } from '../access/caller.ts'
import type { UnitOfWork } from '../database/unit-of-work.ts'

/**
 * The persons behind a request: the signed-in one, or everybody who has seen a text of the key that
 * asks. Each of them can have done what it does.
 */
export async function personsBehind(unit: UnitOfWork): Promise<string[]> {
  const { caller } = unit
  switch (caller.kind) {
    case 'system':
      return []
    case 'user':
      return [caller.userId]
    case 'apiKey': {
      const key = await unit.tx.apiKey.findUniqueOrThrow({
        where: { id: caller.apiKeyId },
        select: { createdById: true, knownByIds: true },
      })
      return [...new Set([key.createdById, ...key.knownByIds])]
    }
  }
}

/** The credential by which a request was made: its session, its key, or the user of a bare token. */
export function credentialOf(caller: Caller): string | null {
  switch (caller.kind) {
    case 'system':
      return null
    case 'user':
      return caller.sessionId ?? caller.userId
    case 'apiKey':
      return caller.apiKeyId
  }
}
