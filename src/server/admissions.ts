import type { Caller } from '../caller.ts'
import { AccessError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { authorizationOf, identityOf } from './authorization.ts'

/** A connection that outlives the check of its credentials: a WebSocket or an event stream. */
interface Admission {
  caller: Caller
  /** Checks the credentials again. Rejects with an AccessError when they are no longer good. */
  authenticate(): Promise<Caller | undefined>
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

const SWEEP_MS = 1_000
/** Callers checked again per sweep, longest unchecked first: with more, it takes several seconds. */
const CHECKS_PER_SWEEP = 50

export function openAdmissions(log: Logger, maxPerCaller: number): Admissions {
  // In the order of their last check.
  const callers = new Map<string, Set<Admission>>()
  let checking = false

  function endExpired(nowMs: number): void {
    for (const admissions of callers.values()) {
      for (const admission of admissions) {
        if (expiryOf(admission) <= nowMs) admission.end('Token expired')
      }
    }
  }

  async function check(key: string, admissions: Set<Admission>): Promise<void> {
    callers.delete(key)
    callers.set(key, admissions)
    // Each session of a person ends for itself.
    for (const ofSession of Map.groupBy(admissions, sessionOf).values()) {
      await checkSession(ofSession)
    }
  }

  async function checkSession(admissions: readonly Admission[]): Promise<void> {
    const newest = findLastToExpire(admissions)
    if (newest === undefined) return
    try {
      const caller = await newest.authenticate()
      const rights = caller === undefined ? '' : authorizationOf(caller)
      for (const admission of admissions) {
        if (authorizationOf(admission.caller) !== rights) admission.end('Rights have changed')
      }
    } catch (error) {
      if (error instanceof AccessError)
        for (const admission of admissions) admission.end('Forbidden')
      else log.debug({ error: String(error) }, 'rights could not be checked')
    }
  }

  async function sweep(): Promise<void> {
    endExpired(Date.now())
    if (checking) return
    checking = true
    for (const [key, admissions] of [...callers].slice(0, CHECKS_PER_SWEEP)) {
      await check(key, admissions)
    }
    checking = false
  }

  const timer = setInterval(() => void sweep(), SWEEP_MS)
  return {
    admit(admission) {
      const key = identityOf(admission.caller)
      const admissions = callers.get(key) ?? new Set()
      if (admissions.size >= maxPerCaller) return undefined
      callers.set(key, admissions)
      admissions.add(admission)
      return () => {
        admissions.delete(admission)
        if (admissions.size === 0 && callers.get(key) === admissions) callers.delete(key)
      }
    },
    revoke(isConcerned) {
      for (const admissions of callers.values()) {
        for (const admission of admissions) {
          if (isConcerned(admission.caller)) admission.end('Forbidden')
        }
      }
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Of several tokens of one person, the one whose failing means more than that it has run out. */
function findLastToExpire(admissions: Iterable<Admission>): Admission | undefined {
  let last: Admission | undefined
  for (const admission of admissions) {
    if (last === undefined || expiryOf(admission) > expiryOf(last)) last = admission
  }
  return last
}

function expiryOf({ caller }: Admission): number {
  return caller.kind === 'system'
    ? Number.POSITIVE_INFINITY
    : (caller.expiresAt ?? Number.POSITIVE_INFINITY)
}

function sessionOf({ caller }: Admission): string | undefined {
  return caller.kind === 'user' ? caller.sessionId : undefined
}
