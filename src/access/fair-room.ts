import { reportFault } from '../process/background.ts'

/** For whom something is done. */
export interface Owner {
  organizationId: string
  endpointId: string
}

/**
 * A bounded number of places, shared fairly between organizations and, within each, between its
 * endpoints.
 *
 * What holds a place cannot be made to give it back: a receiver may take its whole 30 seconds. So it
 * is not enough to share places as they become free; some must be free when a newcomer asks. The rule
 * is that of dynamic thresholds in switches (Choudhury and Hahne, 1998): whoever holds places may take
 * another one only as long as it then holds no more than it leaves free; or, while nobody else holds
 * any, three times that. Of T places
 *
 * - one organization that is alone takes up to 3T/4, and gives way as soon as it is not;
 * - N that always want more come to hold T/(N + 1) each, which leaves as much free;
 * - the last free place goes only to somebody who holds none. Whoever comes when others hold on to
 *   what they have halves what is free, so a newcomer finds a place at once until log2(T) - 1 have
 *   come one after the other and give nothing back: seven for 256 places.
 *
 * An endpoint may take of what its organization may by the same rule. Of those that wait the one goes
 * first that holds least: first the organization, then its endpoint, then who asked first.
 */
export interface FairRoom {
  /** Takes a place, unless the owner has its share or all are taken. */
  tryTake(owner: Owner): boolean
  /** Calls back once, with the place taken, when it is this owner's turn; false gives it back. */
  wait(owner: Owner, granted: () => boolean): void
  give(owner: Owner): void
  /** Gives what became free elsewhere to those that wait. */
  serve(): void
  /** Places taken */
  readonly taken: number
  /** Somebody waits. */
  readonly contended: boolean
}

/** Places that somebody may hold for each that it leaves free: alone, and beside others. */
const HELD_PER_FREE = { alone: 3, beside: 1 }

/** How many somebody who holds some may take, if nobody else takes any. */
function allowance(held: number, free: number, isAlone: boolean): number {
  const perFree = isAlone ? HELD_PER_FREE.alone : HELD_PER_FREE.beside
  const least = held === 0 && free >= 1 ? 1 : 0
  return Math.max(least, Math.floor((perFree * free - held) / (perFree + 1)))
}

interface Endpoint {
  id: string
  held: number
  queue: (() => boolean)[]
}

interface Organization {
  id: string
  held: number
  endpoints: Map<string, Endpoint>
  waiting: LeastFirst<Endpoint>
}

/**
 * @param places how many there are; or a function that says how many are free, where several rooms
 *   share what there is: whoever gives places back in another room calls `serve` of this one
 */
export function createFairRoom(places: number | (() => number)): FairRoom {
  const organizations = new Map<string, Organization>()
  const waiting = createLeastFirst<Organization>()
  let taken = 0

  const free = () => (typeof places === 'number' ? places - taken : places())

  function find({ organizationId, endpointId }: Owner): [Organization, Endpoint] {
    let organization = organizations.get(organizationId)
    if (organization === undefined) {
      const none = { held: 0, endpoints: new Map(), waiting: createLeastFirst<Endpoint>() }
      organization = { id: organizationId, ...none }
      organizations.set(organizationId, organization)
    }
    let endpoint = organization.endpoints.get(endpointId)
    if (endpoint === undefined) {
      endpoint = { id: endpointId, held: 0, queue: [] }
      organization.endpoints.set(endpointId, endpoint)
    }
    return [organization, endpoint]
  }

  const allowanceOf = ({ held }: Organization) => allowance(held, free(), taken === held)

  function fits(organization: Organization, endpoint: Endpoint): boolean {
    const left = allowanceOf(organization)
    return allowance(endpoint.held, left, organization.held === endpoint.held) > 0
  }

  function hold(organization: Organization, endpoint: Endpoint, change: 1 | -1): void {
    const wasWaiting = waiting.delete(organization)
    const endpointWaits = organization.waiting.delete(endpoint)
    taken += change
    organization.held += change
    endpoint.held += change
    if (endpointWaits) organization.waiting.add(endpoint)
    if (wasWaiting) waiting.add(organization)
    forgetIdle(organization, endpoint)
  }

  function forgetIdle(organization: Organization, endpoint: Endpoint): void {
    if (endpoint.held === 0 && endpoint.queue.length === 0) {
      organization.endpoints.delete(endpoint.id)
    }
    if (organization.endpoints.size === 0) organizations.delete(organization.id)
  }

  /** Whose turn it is; undefined when nobody who waits may take a place. */
  function findNext(): [Organization, Endpoint] | undefined {
    for (const organization of waiting.ascending()) {
      // Those that follow hold as much or more.
      if (allowanceOf(organization) === 0) return undefined
      const [endpoint] = organization.waiting.ascending()
      if (endpoint !== undefined && fits(organization, endpoint)) return [organization, endpoint]
    }
    return undefined
  }

  function serve(): void {
    for (let next = findNext(); next !== undefined; next = findNext()) {
      const [organization, endpoint] = next
      const granted = endpoint.queue.shift()
      hold(organization, endpoint, 1)
      if (endpoint.queue.length === 0) {
        organization.waiting.delete(endpoint)
        if (organization.waiting.isEmpty) waiting.delete(organization)
      }
      if (!isUsed(granted)) hold(organization, endpoint, -1)
    }
  }

  /** A fault of whoever waits is no fault of whoever gave its place back. */
  function isUsed(granted: (() => boolean) | undefined): boolean {
    try {
      return granted?.() === true
    } catch (error) {
      reportFault(error, 'a place in a room')
      return false
    }
  }

  return {
    tryTake(owner) {
      // Nobody is overtaken: those that wait are served before anybody else asks, as far as they may be.
      const [organization, endpoint] = find(owner)
      if (fits(organization, endpoint)) {
        hold(organization, endpoint, 1)
        return true
      }
      forgetIdle(organization, endpoint)
      return false
    },
    wait(owner, granted) {
      const [organization, endpoint] = find(owner)
      endpoint.queue.push(granted)
      organization.waiting.add(endpoint)
      waiting.add(organization)
    },
    give(owner) {
      hold(...find(owner), -1)
      serve()
    },
    serve,
    get taken() {
      return taken
    },
    get contended() {
      return !waiting.isEmpty
    },
  }
}

interface Turn {
  /** What the place is kept for after the work, while the caller goes on. */
  rest?: () => Promise<void>
  /** What takes longer does so without its place: it waits for something else than this process. */
  mostMs?: number
}

/** Does something in a place of its own, when its turn comes. */
export async function inTurn<T>(
  room: FairRoom,
  owner: Owner,
  work: () => Promise<T>,
  { rest, mostMs }: Turn = {},
): Promise<T> {
  if (!room.tryTake(owner)) {
    await new Promise<void>((resolve) => {
      room.wait(owner, () => {
        resolve()
        return true
      })
    })
  }
  let isGiven = false
  const give = () => {
    if (isGiven) return
    isGiven = true
    room.give(owner)
  }
  const timer = mostMs === undefined ? undefined : setTimeout(give, mostMs).unref()
  try {
    return await work()
  } finally {
    clearTimeout(timer)
    if (rest === undefined || isGiven) give()
    else rest().then(give, give)
  }
}

/** Those that wait, by how much they hold; among equals in the order in which they came. */
interface LeastFirst<Item> {
  readonly isEmpty: boolean
  add(item: Item): void
  /** To be called before what it holds changes. @returns whether it was there */
  delete(item: Item): boolean
  ascending(): Iterable<Item>
}

function createLeastFirst<Item extends { held: number }>(): LeastFirst<Item> {
  const levels: Set<Item>[] = []
  let size = 0
  return {
    get isEmpty() {
      return size === 0
    },
    add(item) {
      const level = (levels[item.held] ??= new Set())
      size += level.has(item) ? 0 : 1
      level.add(item)
    },
    delete(item) {
      const had = levels[item.held]?.delete(item) === true
      if (had) size--
      return had
    },
    *ascending() {
      if (size === 0) return
      for (const level of levels) if (level !== undefined) yield* level
    },
  }
}
