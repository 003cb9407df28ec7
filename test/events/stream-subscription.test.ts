import type { Pool } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LoggedEvent } from '../../src/events/log.ts'
import type { MemoryLease } from '../../src/database/memory/memory-lease.ts'
import { openStreamLog, type StreamLog } from '../../src/events/stream-log.ts'
import {
  createSubscription,
  type EventSubscription,
  type StreamItem,
  type SubscribeOptions,
} from '../../src/events/stream-subscription.ts'
import { createLogger } from '../../src/log.ts'

/** A log in memory, where the table would be. */
class FakeLog {
  events: LoggedEvent[] = []
  head = 0n
  reads = 0
  away = false

  add(count: number, type = 'thing.happened'): void {
    for (let added = 0; added < count; added++) {
      this.head++
      this.events.push({
        id: `evt_${this.head}`,
        organizationId: 'o-1',
        position: this.head,
        type,
        body: '{}',
        subjectId: 'x',
        changedFields: [],
        facets: {},
        actor: { type: 'SYSTEM' },
        created: new Date(0),
      })
    }
  }

  /** What the stream asks a pool for: the statements are known by their names. */
  async query({ name, values }: { name: string; values: unknown[] }): Promise<{ rows: object[] }> {
    await Promise.resolve()
    if (this.away) throw new Error('the database is away')
    if (name === 'read-head') return { rows: [{ last_position: String(this.head) }] }
    if (name === 'read-oldest') {
      return {
        rows: this.events.slice(0, 1).map((event) => ({ position: String(event.position) })),
      }
    }
    this.reads++
    const after = BigInt(String(values[1]))
    const rows = this.events
      .filter((event) => event.position > after)
      .slice(0, Number(values[2]))
      .map((event) => Object.assign({}, event, { position: String(event.position) }))
    return { rows }
  }
}

async function open(fake: FakeLog) {
  // The stream uses nothing of a pool but `query`, and nothing here is ever recalled.
  const pool = fake as unknown as Pool
  const memory = {
    hold: () => Promise.resolve(),
    mark: () => 0,
    isCurrent: () => true,
  } as unknown as MemoryLease
  const log: StreamLog = await openStreamLog({ pool, memory }, 'o-1')
  const closing = new AbortController()
  const subscribe = (options: Partial<SubscribeOptions> = {}): EventSubscription => {
    const subscription = createSubscription(
      {
        log: createLogger('silent'),
        closing: closing.signal,
        acquire: () => Promise.resolve(log),
        release: () => undefined,
        pause: () => new Promise((resolve) => setTimeout(resolve, 5)),
      },
      { organizationId: 'o-1', select: () => true, heartbeatMs: 60_000, ...options },
    )
    onTestFinished(async () => void (await subscription.return()))
    return subscription
  }
  return { log, subscribe, closing }
}

/** An item in short: a position, "at 7 caught up", "gap RETENTION 3". */
function brief(item: StreamItem | undefined): number | string {
  switch (item?.kind) {
    case 'event':
      return Number(item.event.position)
    case 'checkpoint':
      return `at ${item.position}${item.caughtUp ? ' caught up' : ''}`
    case 'gap':
      return `gap ${item.reason} ${item.oldestAvailable}`
    case undefined:
      return 'end'
  }
}

async function read(subscription: EventSubscription, count: number): Promise<(number | string)[]> {
  const items: (number | string)[] = []
  for (let taken = 0; taken < count; taken++) items.push(brief((await subscription.next()).value))
  return items
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('a subscription', () => {
  it('without cursor starts at the end, with a checkpoint at once', async () => {
    const fake = new FakeLog()
    fake.add(3)
    const { log, subscribe } = await open(fake)
    const subscription = subscribe()
    expect(await read(subscription, 1)).toEqual(['at 3 caught up'])
    const next = read(subscription, 2)
    fake.add(2)
    log.advance(5n)
    expect(await next).toEqual([4, 5])
  })

  it('resumes after its cursor over many pages, and says once when it has caught up', async () => {
    const fake = new FakeLog()
    fake.add(1_000)
    const { log, subscribe } = await open(fake)
    const subscription = subscribe({ after: 250n })
    expect(await read(subscription, 751)).toEqual([...range(251, 1_000), 'at 1000 caught up'])
    fake.add(1)
    log.advance(1_001n)
    expect(await read(subscription, 1)).toEqual([1_001])
  })

  it('gives events that come while it catches up once and in order', async () => {
    const fake = new FakeLog()
    fake.add(300)
    const { log, subscribe } = await open(fake)
    const subscription = subscribe({ after: 0n })
    const seen: (number | string)[] = []
    while (seen.length < 601) {
      if (seen.length % 10 === 0 && fake.head < 600n) {
        fake.add(10)
        log.advance(fake.head)
      }
      seen.push(...(await read(subscription, 1)))
    }
    expect(seen.filter((item) => typeof item === 'number')).toEqual(range(1, 600))
  })

  it('reads the log once for any number of subscribers', async () => {
    const fake = new FakeLog()
    const { log, subscribe } = await open(fake)
    const subscriptions = Array.from({ length: 100 }, () => subscribe())
    await Promise.all(subscriptions.map((each) => read(each, 1)))
    const waiting = subscriptions.map((each) => read(each, 5))
    fake.add(5)
    log.advance(5n)
    expect(await Promise.all(waiting)).toEqual(subscriptions.map(() => [1, 2, 3, 4, 5]))
    expect(fake.reads).toBe(1)
  })

  it('gives all subscribers the same item objects', async () => {
    const fake = new FakeLog()
    fake.add(1)
    const { subscribe } = await open(fake)
    const [first, second] = [subscribe({ after: 0n }), subscribe({ after: 0n })]
    expect((await first.next()).value).toBe((await second.next()).value)
    expect((await first.next()).value).toBe((await second.next()).value)
  })

  it('whose filter matches nothing gets checkpoints', async () => {
    const fake = new FakeLog()
    fake.add(3)
    const { log, subscribe } = await open(fake)
    const subscription = subscribe({ select: () => false, heartbeatMs: 20 })
    expect(await read(subscription, 1)).toEqual(['at 3 caught up'])
    const next = read(subscription, 2)
    fake.add(4)
    log.advance(7n)
    const waking = setInterval(() => {
      for (const waiter of log.waiting) if (waiter.dueAtMs <= Date.now()) waiter.wake()
    }, 5)
    onTestFinished(() => clearInterval(waking))
    expect(await next).toEqual(['at 7 caught up', 'at 7 caught up'])
  })

  it('is told of a gap when its cursor is older than what is kept, and goes on', async () => {
    const fake = new FakeLog()
    fake.add(600)
    fake.events = fake.events.slice(400)
    const { subscribe } = await open(fake)
    expect(await read(subscribe({ after: 5n }), 3)).toEqual(['gap RETENTION 400', 401, 402])
    expect(await read(subscribe({ after: 400n }), 1)).toEqual([401])
  })

  it('is told of a gap when everything after its cursor is gone', async () => {
    const fake = new FakeLog()
    fake.add(600)
    fake.events = []
    const { subscribe } = await open(fake)
    expect(await read(subscribe({ after: 5n }), 2)).toEqual([
      'gap RETENTION 600',
      'at 600 caught up',
    ])
  })

  it('is told of a gap when retention overtakes it on its way', async () => {
    const fake = new FakeLog()
    fake.add(600)
    const { subscribe } = await open(fake)
    const subscription = subscribe({ after: 0n })
    expect(await read(subscription, 256)).toEqual(range(1, 256))
    fake.events = fake.events.slice(500)
    expect(await read(subscription, 2)).toEqual(['gap RETENTION 500', 501])
  })

  it('with a cursor beyond the end is told so and goes on at the end', async () => {
    const fake = new FakeLog()
    fake.add(3)
    const { log, subscribe } = await open(fake)
    const subscription = subscribe({ after: 50n })
    expect(await read(subscription, 2)).toEqual(['gap FUTURE_CURSOR 0', 'at 3 caught up'])
    fake.add(1)
    log.advance(4n)
    expect(await read(subscription, 1)).toEqual([4])
  })

  it('with a cursor that only this process has not heard of is served without a gap', async () => {
    const fake = new FakeLog()
    fake.add(3)
    const { subscribe } = await open(fake)
    fake.add(7)
    expect(await read(subscribe({ after: 9n }), 2)).toEqual([10, 'at 10 caught up'])
  })

  it('that is live when the log is replaced by an older one is told so', async () => {
    const fake = new FakeLog()
    fake.add(9)
    const { log, subscribe } = await open(fake)
    const subscription = subscribe()
    await read(subscription, 1)
    const next = read(subscription, 2)
    fake.events = fake.events.slice(0, 4)
    fake.head = 4n
    log.reset(4n)
    expect(await next).toEqual(['gap FUTURE_CURSOR 0', 'at 4 caught up'])
  })

  it('waits for a database that is away and loses nothing', async () => {
    const fake = new FakeLog()
    const { log, subscribe } = await open(fake)
    const subscription = subscribe()
    await read(subscription, 1)
    fake.away = true
    const next = read(subscription, 3)
    fake.add(3)
    log.advance(3n)
    await new Promise((resolve) => setTimeout(resolve, 30))
    fake.away = false
    expect(await next).toEqual([1, 2, 3])
  })

  it('ends a pending read when it is returned, and when the stream is closed', async () => {
    const fake = new FakeLog()
    const { subscribe, closing, log } = await open(fake)
    const [returned, closed] = [subscribe(), subscribe()]
    await Promise.all([read(returned, 1), read(closed, 1)])
    const pending = read(returned, 1)
    await returned.return()
    expect(await pending).toEqual(['end'])
    expect(log.waiting.size).toBe(0)
    closing.abort()
    expect(await read(closed, 1)).toEqual(['end'])
  })

  it('that nobody reads holds nothing of the log', async () => {
    const fake = new FakeLog()
    const { log, subscribe } = await open(fake)
    const subscription = subscribe()
    await read(subscription, 1)
    fake.add(5_000)
    log.advance(5_000n)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(fake.reads).toBe(0)
    expect(await read(subscription, 2)).toEqual([1, 2])
  })
})
