import { randomUUID } from 'node:crypto'
import { type Heard, openRecallChannel, type RecallChannel } from './recall-channel.ts'

/*
 * A process goes by what it has in memory: endpoints, deliveries read ahead, pages of the log. Asking
 * the database before each use would cost more than the use. But what was changed must hold
 * everywhere when the change is answered, also in a process that was frozen meanwhile and wakes up.
 *
 * So memory is on lease. A process may use what it has read until LEASE_MS after it last began to ask
 * what was recalled; it asks again well before that, and at once when it is told (NOTIFY). Whoever
 * changes something that others hold writes a recall in the same transaction (webhook endpoints do
 * so by a trigger, whenever their version rises) and waits for every process whose lease runs to have
 * heard of it, or for that lease to end.
 *
 * A lease is written down before the recalls are read, each in a transaction of its own: whoever
 * commits a recall and then finds no lease knows that the process will read it before it uses anything.
 *
 * Whoever keeps something takes a mark BEFORE reading it, and asks `isCurrent` in the same turn of the
 * loop in which it is used for good, such as when the first byte of a request is written.
 */

/** Counts the recalls that this process has heard of. */
export type Mark = number

export interface MemoryLease extends AsyncDisposable {
  /** To be taken before something is read that is to be kept. */
  mark(): Mark
  /** Nothing that this process does not know of has been answered as changed. */
  readonly holds: boolean
  /** The lease holds, and nothing of the subject was recalled since the mark. */
  isCurrent(subject: string, since: Mark): boolean
  /** Something of the subject was recalled since the mark, as far as this process knows. */
  isRecalled(subject: string, since: Mark): boolean
  /**
   * Resolves once the lease holds; a database that is away delays it.
   * @throws when the process stops
   */
  hold(): Promise<void>
  /**
   * Resolves when this process has heard of everything that was recalled before, at once where its
   * lease does not run: then it hears before it uses anything.
   * @throws whatever the database throws
   */
  catchUp(): Promise<void>
  /** Calls back as soon as something was recalled; `undefined`: anything may have been. */
  onRecall(listener: (subjects: ReadonlySet<string> | undefined) => void): () => void
}

/** From when a process begins to ask until it may use nothing any more that it has not asked about. */
const LEASE_MS = 800
/** How often it asks while it uses what it holds. */
const RENEW_MS = 200
/** So long after the last use it lets the lease end. */
const IDLE_MS = 10_000
/** Recalls are kept for an hour: whoever has not asked for so long takes everything as recalled. */
const FORGET_MS = 600_000
/** More are not told apart: then everything is taken as recalled. */
const MAX_SUBJECTS = 20_000
const FIRST_PAUSE_MS = 50
const MAX_PAUSE_MS = 1_000

export function openMemoryLease(url: string): MemoryLease {
  const id = randomUUID()
  const listeners = new Set<(subjects: ReadonlySet<string> | undefined) => void>()
  /** By subject the count at its last recall. */
  const recalled = new Map<string, Mark>()
  /** What was marked before is not current any more, whatever it is about. */
  let floor = 0
  let count = 0
  let channel: RecallChannel | undefined
  let asking: Promise<void> | undefined
  let askingAgain: Promise<void> | undefined
  let holding: Promise<void> | undefined
  let endsMs = -Infinity
  let endsAtMs = -Infinity
  /** What was heard of last, and when. Before the first time anything may have been recalled. */
  let snapshot: string | undefined
  let heardMs = -Infinity
  let heardAtMs = -Infinity
  let usedMs = -Infinity
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const runs = () => performance.now() < endsMs && Date.now() < endsAtMs

  function note({ subjects, snapshot: heard }: Heard, askedMs: number, askedAtMs: number): void {
    const isForgotten = askedMs - heardMs > FORGET_MS || askedAtMs - heardAtMs > FORGET_MS
    const told = isForgotten || recalled.size > MAX_SUBJECTS ? undefined : subjects
    if (told === undefined || told.size > 0) count++
    if (told === undefined) {
      recalled.clear()
      floor = count
    }
    for (const subject of told ?? []) recalled.set(subject, count)
    if (told?.size !== 0) for (const listener of listeners) listener(told)
    snapshot = heard
    heardMs = askedMs
    heardAtMs = askedAtMs
    endsMs = askedMs + LEASE_MS
    // A machine that was put to sleep may have stopped the one clock, a person may have set the other.
    endsAtMs = askedAtMs + LEASE_MS
  }

  async function ask(): Promise<void> {
    if (closed) throw new Error('the process stops')
    for (;;) {
      channel ??= openRecallChannel(url, id, LEASE_MS, () => {
        if (runs()) hear().catch(() => undefined)
      })
      const own = channel
      const askedMs = performance.now()
      const askedAtMs = Date.now()
      try {
        const heard = await own.ask(snapshot)
        note(heard, askedMs, askedAtMs)
        // Once more, to say that it was heard.
        if (heard.subjects.size === 0) return
      } catch (error) {
        if (channel === own) channel = undefined
        own.close()
        throw error
      }
    }
  }

  /** What is asked already may have begun too early: after it once more, for all who come meanwhile. */
  function hear(): Promise<void> {
    if (asking === undefined) {
      asking = ask().finally(() => (asking = undefined))
      return asking
    }
    askingAgain ??= asking
      .catch(() => undefined)
      .then(() => {
        askingAgain = undefined
        return hear()
      })
    return askingAgain
  }

  async function keepAsking(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        await (asking ?? hear())
        if (runs()) break
      } catch (error) {
        if (closed) throw error
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
    schedule()
  }

  function schedule(): void {
    if (timer !== undefined || closed) return
    timer = setTimeout(() => {
      timer = undefined
      if (performance.now() - usedMs > IDLE_MS) return
      hear().then(schedule, schedule)
    }, RENEW_MS)
    timer.unref()
  }

  function use(): boolean {
    usedMs = performance.now()
    return runs()
  }

  function isRecalled(subject: string, since: Mark): boolean {
    return since < floor || (recalled.get(subject) ?? 0) > since
  }

  return {
    mark: () => count,
    get holds() {
      return use()
    },
    isCurrent: (subject, since) => use() && !isRecalled(subject, since),
    isRecalled,
    hold() {
      if (use()) return Promise.resolve()
      holding ??= keepAsking().finally(() => (holding = undefined))
      return holding
    },
    async catchUp() {
      if (runs()) await hear()
    },
    onRecall(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      closed = true
      endsMs = -Infinity
      clearTimeout(timer)
      await channel?.leave()
    },
  }
}
