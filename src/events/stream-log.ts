import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { inBackground } from '../process/background.ts'
import type { Database } from '../database/database.ts'
import type { Mark } from '../database/memory/memory-lease.ts'
import { type LoggedEvent, readHead, readLog, readOldest } from './log.ts'

/** One event on its way to any number of subscribers: all of them are given this very object. */
export interface EventItem {
  readonly kind: 'event'
  readonly event: LoggedEvent
}

/** Proof of how far a stream has come, for times when its filter matches nothing. */
export interface CheckpointItem {
  readonly kind: 'checkpoint'
  readonly position: bigint
  readonly caughtUp: boolean
}

/** Events of one page. Small, because whoever stops reading keeps one page alive. */
const PAGE_EVENTS = 256n
/** Kept per organization: what live and lately cut subscribers read again. */
const KEPT_PAGES = 4
const KEPT_BYTES = 4_000_000
/** Bounds what is added to the delay of an event. */
const LONGEST_REST_MS = 20

/** Positions start, start + 1, … as far as they have been read. */
export interface Page {
  readonly number: bigint
  items: EventItem[]
  /** Of the bodies of its events. */
  bytes: number
  reading: Promise<void> | undefined
  /** Taken before its first events were read. */
  read: Mark
}

/**
 * One organization's log in this process, shared by all its subscribers: how far it has come, and
 * its latest pages. Subscribers hold nothing but their position; whatever several of them need is
 * read once. Because positions have no gap, a place in a page is found by subtraction.
 */
export interface StreamLog {
  readonly organizationId: string
  /** Position of the newest event known here. */
  readonly head: bigint
  /** Moves the head forward; a smaller position is an old notification and changes nothing. */
  advance(position: bigint): void
  /** Moves the head anywhere: the log was replaced, as by a restored backup. Forgets all pages. */
  reset(position: bigint): void
  /** Asks the database how far the log has come. */
  refresh(): Promise<void>
  /** Position of the oldest event that is kept; the next one to come when none is. */
  findOldest(): Promise<bigint>
  /** The first event after a position that is in memory, with the page that holds it. */
  peek(position: bigint, page: Page | undefined): { item: EventItem; page: Page } | undefined
  /**
   * Reads what follows a position into memory. One read serves all who ask meanwhile, so it may have
   * begun before the newest events were written.
   */
  load(position: bigint): Promise<Page>
  /** The checkpoint of a position; the same object for all who are there. */
  checkpointAt(position: bigint): CheckpointItem
  /** Subscribers with nothing to read: all are woken by an advance, one by one when due. */
  readonly waiting: Set<Waiter>
}

export interface Waiter {
  /** Unix ms at which it wants to be woken even if nothing happened. */
  dueAtMs: number
  wake(): void
}

export async function openStreamLog(
  { pool, memory }: Pick<Database, 'pool' | 'memory'>,
  organizationId: string,
): Promise<StreamLog> {
  let head = await readHead(pool, organizationId)
  /** How far the waiting subscribers have been told. */
  let distributed = head
  let distributing = false
  const pages = new Map<bigint, Page>()
  let checkpoint: CheckpointItem = { kind: 'checkpoint', position: head, caughtUp: true }

  function wakeAll(): void {
    const woken = [...log.waiting]
    log.waiting.clear()
    for (const waiter of woken) waiter.wake()
  }

  /**
   * Reads what is new, once, and wakes the subscribers to take it; then rests for as long as that
   * took. So sending to a thousand sockets never uses more than half of the process, and when events
   * come faster the rounds become larger instead of more: one system call carries several events.
   */
  async function distribute(): Promise<void> {
    if (distributing) return
    distributing = true
    while (distributed < head) {
      const from = distributed
      distributed = head
      // A failure shows again to each subscriber, which waits for the database by itself.
      if (log.waiting.size > 0) await log.load(from).catch(() => undefined)
      const startedAt = performance.now()
      wakeAll()
      await nextTurn()
      const tookMs = performance.now() - startedAt
      if (tookMs > 1) await sleep(Math.min(tookMs, LONGEST_REST_MS))
    }
    distributing = false
  }

  /** Its events are as the log has them: they may have been rewritten since. */
  const isCurrent = (page: Page) => memory.isCurrent(organizationId, page.read)

  function findPage(number: bigint): Page {
    const found = pages.get(number)
    const page =
      found !== undefined && isCurrent(found)
        ? found
        : { number, items: [], bytes: 0, reading: undefined, read: memory.mark() }
    pages.delete(number)
    pages.set(number, page)
    return page
  }

  /** Forgets the pages whose last use is longest ago, but never the one just read. */
  function trim(): void {
    let bytes = 0
    let count = 0
    for (const page of [...pages.values()].toReversed()) {
      bytes += page.bytes
      if (++count > 1 && (count > KEPT_PAGES || bytes > KEPT_BYTES)) pages.delete(page.number)
    }
  }

  async function readInto(page: Page): Promise<void> {
    const start = page.number * PAGE_EVENTS
    const last = page.items.at(-1)?.event.position ?? start
    const rows = await readLog(pool, organizationId, last, Number(start + PAGE_EVENTS - last))
    const inPage = rows.filter((event) => event.position <= start + PAGE_EVENTS)
    const fresh = inPage.map((event): EventItem => ({ kind: 'event', event }))
    const first = fresh[0]?.event.position
    // Rows that do not follow on: retention has removed what stood before them.
    if (first !== undefined && first !== last + 1n) page.items = []
    page.items.push(...fresh)
    page.bytes = page.items.reduce((sum, { event }) => sum + event.body.length, 0)
    trim()
    const newest = page.items.at(-1)?.event.position
    if (newest !== undefined) log.advance(newest)
  }

  const log: StreamLog = {
    organizationId,
    waiting: new Set(),
    get head() {
      return head
    },
    advance(position) {
      if (position <= head) return
      head = position
      inBackground('waking subscribers', distribute)
    },
    reset(position) {
      head = position
      distributed = position
      pages.clear()
      wakeAll()
    },
    async refresh() {
      log.advance(await readHead(pool, organizationId))
    },
    async findOldest() {
      return (await readOldest(pool, organizationId)) ?? head + 1n
    },
    peek(position, held) {
      const number = position / PAGE_EVENTS
      const isUsable = held?.number === number && isCurrent(held)
      const own = isUsable ? itemAfter(held, position) : undefined
      if (held !== undefined && own !== undefined) return { item: own, page: held }
      // The held page may have been dropped here, and read again by others as another one.
      const page = pages.get(number)
      const item = page === undefined || !isCurrent(page) ? undefined : itemAfter(page, position)
      return page === undefined || item === undefined ? undefined : { item, page }
    },
    async load(position) {
      await memory.hold()
      const page = findPage(position / PAGE_EVENTS)
      page.reading ??= readInto(page).finally(() => {
        page.reading = undefined
      })
      await page.reading
      return page
    },
    checkpointAt(position) {
      const caughtUp = position >= head
      if (checkpoint.position !== position || checkpoint.caughtUp !== caughtUp) {
        checkpoint = { kind: 'checkpoint', position, caughtUp }
      }
      return checkpoint
    },
  }
  return log
}

function itemAfter(page: Page, position: bigint): EventItem | undefined {
  const first = page.items[0]?.event.position
  if (first === undefined) return undefined
  return page.items[position < first ? 0 : Number(position - first) + 1]
}
