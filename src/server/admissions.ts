import type { Caller } from '../caller.ts'
import type { Logger } from '../log.ts'
import { authorizationOf, identityOf } from './authorization.ts'

/** A connection that outlives the check of its credentials: a WebSocket or an event stream. */
interface Admission {
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
}

/** What each of the callers may do now, in the same order; undefined for one who may nothing. */
export type Recheck = (callers: readonly Caller[]) => Promise<(Caller | undefined)[]>

/** From the end of one check to the begin of the next: so it takes less than a second to notice. */
const PAUSE_MS = 700
/** Callers of one statement: bounds what one answer is. */
const MAX_CALLERS = 5_000

export function openAdmissions(recheck: Recheck, log: Logger, maxPerCaller: number): Admissions {
  const callers = new Map<string, Set<Admission>>()
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function endExpired(nowMs: number): void {
    for (const admissions of callers.values()) {
      for (const admission of admissions) {
        if (expiryOf(admission) <= nowMs) admission.end('Token expired')
      }
    }
  }

  /** Connections whose callers stand and fall together, by what they were admitted with. */
  function groupAdmissions(): Admission[][] {
    const groups = new Map<string, Admission[]>()
    for (const [identity, admissions] of callers) {
      for (const admission of admissions) {
        const key = `${identity} ${authorizationOf(admission.caller)}`
        const group = groups.get(key)
        if (group === undefined) groups.set(key, [admission])
        else group.push(admission)
      }
    }
    return [...groups.values()]
  }

  async function check(groups: readonly Admission[][]): Promise<void> {
    const asked = groups.flatMap(([first]) => (first === undefined ? [] : [first.caller]))
    const now = await recheck(asked)
    for (const [index, group] of groups.entries()) {
      const before = asked[index]
      const after = now[index]
      if (before === undefined) continue
      if (after !== undefined && authorizationOf(after) === authorizationOf(before)) continue
      const reason = after === undefined ? 'Forbidden' : 'Rights have changed'
      for (const admission of group) admission.end(reason)
    }
  }

  async function sweep(): Promise<void> {
    endExpired(Date.now())
    const groups = groupAdmissions()
    try {
      for (let from = 0; from < groups.length; from += MAX_CALLERS) {
        await check(groups.slice(from, from + MAX_CALLERS))
      }
    } catch (error) {
      // Nobody is cut because the database is away: the next check decides.
      log.debug({ error: String(error) }, 'rights could not be checked')
    }
    if (!closed) timer = setTimeout(() => void sweep(), PAUSE_MS)
  }

  timer = setTimeout(() => void sweep(), PAUSE_MS)
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
    [Symbol.dispose]() {
      closed = true
      clearTimeout(timer)
    },
  }
}

function expiryOf({ caller }: Admission): number {
  return caller.kind === 'user' ? caller.expiresAt : Number.POSITIVE_INFINITY
}
