import { inBackground } from '../../process/background.ts'
import type { Caller } from '../../access/caller.ts'
import type { Authenticator } from '../../identity/sessions/authenticate.ts'
import type { Logger } from '../../log.ts'
import { authorizationOf, identityOf } from './authorization.ts'

/** A connection that outlives the check of its credentials: a WebSocket or an event stream. */
interface Admission {
  /** As `authenticate` gave it. */
  caller: Caller
  /** Ends it; called when its rights have ended or are no longer what they were. */
  end(reason: string): void
}

/**
 * Which long connections there are, and whose. Credentials are good for a request, not for ever: a
 * revoked key, a lost role, a suspended person or a run-out token ends what was opened with it.
 */
export interface Admissions extends Disposable {
  /** @returns what to call when it is closed; undefined when the caller has too many already. */
  admit(admission: Admission): (() => void) | undefined
  /** Ends what was opened with rights that were taken away. */
  revoke(isConcerned: (caller: Caller) => boolean): void
}

/**
 * Everybody is checked this often by one statement for all, however many there are. Word of most
 * revocations comes sooner; this holds the promise of a second when it is lost, with time left for
 * the statement and for closing.
 */
const SWEEP_MS = 600

export function openAdmissions(
  log: Logger,
  maxPerCaller: number,
  recheck: Authenticator['recheck'],
): Admissions {
  const admissions = new Set<Admission>()
  const counts = new Map<string, number>()
  let checking = false

  function endExpired(nowMs: number): void {
    for (const admission of admissions) {
      if (expiryOf(admission.caller) <= nowMs) admission.end('Token expired')
    }
  }

  async function checkAll(): Promise<void> {
    // Connections that were opened within a second share their caller.
    const byCaller = [...Map.groupBy(admissions, (admission) => admission.caller)]
    const found = await recheck(byCaller.map(([caller]) => caller))
    for (const [nth, [caller, opened]] of byCaller.entries()) {
      const now = found[nth]
      if (now !== undefined && authorizationOf(now) === authorizationOf(caller)) continue
      for (const admission of opened) {
        admission.end(now === undefined ? 'Forbidden' : 'Rights have changed')
      }
    }
  }

  async function sweep(): Promise<void> {
    endExpired(Date.now())
    if (checking || admissions.size === 0) return
    checking = true
    try {
      await checkAll()
    } catch (error) {
      // The database is away. Nobody's rights are known to have ended.
      log.debug({ error: String(error) }, 'rights could not be checked')
    } finally {
      checking = false
    }
  }

  const timer = setInterval(() => inBackground('checking rights', sweep), SWEEP_MS)
  return {
    admit(admission) {
      const identity = identityOf(admission.caller)
      const count = counts.get(identity) ?? 0
      if (count >= maxPerCaller) return undefined
      counts.set(identity, count + 1)
      admissions.add(admission)
      return () => {
        if (!admissions.delete(admission)) return
        const left = (counts.get(identity) ?? 1) - 1
        if (left === 0) counts.delete(identity)
        else counts.set(identity, left)
      }
    },
    revoke(isConcerned) {
      for (const admission of admissions) {
        if (isConcerned(admission.caller)) admission.end('Forbidden')
      }
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function expiryOf(caller: Caller): number {
  return caller.kind === 'system'
    ? Number.POSITIVE_INFINITY
    : (caller.expiresAt ?? Number.POSITIVE_INFINITY)
}
