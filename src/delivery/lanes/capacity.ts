import { createFairRoom, type Owner } from '../../access/fair-room.ts'
import { openLately } from '../../access/lately.ts'
import { createPace } from './pace.ts'

/**
 * Requests in flight in this process, shared fairly (fair-room.ts), with half of the room kept for
 * first attempts to endpoints that answer: however many dead endpoints are tried again at once, a
 * healthy one never queues behind them.
 *
 * A request that has gone without an answer for a second does no work here: it holds a connection,
 * and its room moves nothing. So when somebody waits it stands aside and makes room, as far as there
 * is space for such requests, which is shared in the same way. What receivers that hang can hold is
 * bounded so, and an organization whose every place they hold waits little more than that second.
 *
 * While several organizations send, only a few attempts begin in each turn of the event loop
 * (pace.ts), in the order of the rooms: a thousand retries that come due together are no reason for
 * a newcomer to wait until all of them were begun.
 */
export interface Capacity {
  /** Takes room if this owner may have more. */
  tryTake(kind: CapacityKind, owner: Owner): Room | undefined
  /** Calls back once, with the room taken, when it is this owner's turn; false gives it back. */
  wait(kind: CapacityKind, owner: Owner, granted: (room: Room) => boolean): void
  /** Whether no other organization has sent anything lately. */
  isAlone(organizationId: string): boolean
  /** Whether no more than one organization has. */
  readonly isCalm: boolean
}

export interface Room {
  /** To be called once. */
  give(): void
}

/** `doubtful`: another attempt, or one to an endpoint that fails. */
export type CapacityKind = 'first' | 'doubtful'

/** Without an answer for so long, a request may stand aside. */
const STALLED_MS = 1_000
/** Requests that stand aside, for each that there is room for. */
const ASIDE_PER_PLACE = 3
const LOOK_MS = 100

interface Taken {
  kind: CapacityKind
  owner: Owner
  startedMs: number
  aside: boolean
}

export function createCapacity(total: number): Capacity {
  const doubtfulLimit = Math.max(1, Math.floor(total / 2))
  const free = () => total - first.taken - doubtful.taken
  const lately = openLately()
  const pace = createPace(
    () => lately.isCalm,
    () => {
      first.serve()
      doubtful.serve()
    },
  )
  /** In a turn in which nothing more may begin there is room for nobody. */
  const paced = (kind: CapacityKind, places: number) => (pace.mayStart(kind) ? places : 0)
  const first = createFairRoom(() => paced('first', free()))
  const doubtful = createFairRoom(() =>
    paced('doubtful', Math.min(free(), doubtfulLimit - doubtful.taken)),
  )
  const aside = createFairRoom(total * ASIDE_PER_PLACE)
  /** In the order in which they began; none of those that stand aside. */
  const moving = new Set<Taken>()
  let timer: NodeJS.Timeout | undefined

  const roomOf = (kind: CapacityKind) => (kind === 'first' ? first : doubtful)
  const isContended = () => first.contended || doubtful.contended

  function begin(kind: CapacityKind, owner: Owner): Taken {
    const taken = { kind, owner, startedMs: performance.now(), aside: false }
    moving.add(taken)
    lately.note(owner.organizationId)
    pace.started(kind)
    return taken
  }

  const toRoom = (taken: Taken): Room => ({
    give() {
      if (taken.aside) aside.give(taken.owner)
      else leave(taken)
    },
  })

  function leave(taken: Taken): void {
    const { kind, owner } = taken
    moving.delete(taken)
    // What was given back goes to its own kind first, so that neither starves the other.
    roomOf(kind).give(owner)
    roomOf(kind === 'first' ? 'doubtful' : 'first').serve()
  }

  function makeRoom(): void {
    timer = undefined
    const stalledBefore = performance.now() - STALLED_MS
    for (const taken of moving) {
      if (taken.startedMs > stalledBefore || !isContended()) break
      if (!aside.tryTake(taken.owner)) continue
      taken.aside = true
      leave(taken)
    }
    lookLater()
  }

  function lookLater(): void {
    if (timer === undefined && isContended()) timer = setTimeout(makeRoom, LOOK_MS).unref()
  }

  return {
    tryTake(kind, owner) {
      return roomOf(kind).tryTake(owner) ? toRoom(begin(kind, owner)) : undefined
    },
    wait(kind, owner, granted) {
      roomOf(kind).wait(owner, () => {
        const taken = begin(kind, owner)
        const isUsed = granted(toRoom(taken))
        if (!isUsed) moving.delete(taken)
        return isUsed
      })
      lookLater()
    },
    isAlone: (organizationId) => lately.isAlone(organizationId),
    get isCalm() {
      return lately.isCalm
    },
  }
}
