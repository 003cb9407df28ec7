import { createClient as createSocketClient } from 'graphql-ws'
import { createClient as createSseClient } from 'graphql-sse'
import { WebSocket } from 'ws'
import { encodeCursor } from '../../src/database/reading/cursor.ts'
import type { Credentials } from './app.ts'

/** The subscription of docs/live.md. */
const FOLLOW = `subscription Follow($after: EventCursor) {
  events(after: $after, heartbeatSeconds: 5) {
    __typename
    ... on EventEnvelope { cursor position }
    ... on StreamCheckpoint { cursor caughtUp }
    ... on StreamGap { cursor: oldestAvailable reason }
  }
}`

/** Short, because cutting is what these tests are about. */
const RETRY_MS = 5

interface Item {
  __typename: string
  cursor: string
  position?: number
}

interface Answer {
  data?: { events: Item } | null
  errors?: unknown
}

export interface Follower extends Disposable {
  /** Positions in the order in which they came. */
  readonly seen: number[]
  /** What came that should not have: gaps, errors, an end. */
  readonly faults: unknown[]
  /** Waits until this many events have come, or a fault. */
  reach(count: number): Promise<void>
}

/** What both clients do with what they are sent: keep the cursor where the next attempt finds it. */
function createSink() {
  const variables = { after: encodeCursor(0n) }
  const seen: number[] = []
  const faults: unknown[] = []
  let changed: (() => void) | undefined
  return {
    variables,
    seen,
    faults,
    fail(fault: unknown) {
      faults.push(fault)
      changed?.()
    },
    next({ data, errors }: Answer) {
      if (data == null) return this.fail(errors)
      const { events } = data
      variables.after = events.cursor
      if (events.__typename === 'StreamGap') this.fail(events)
      if (events.position !== undefined) seen.push(events.position)
      changed?.()
    },
    async reach(count: number) {
      while (seen.length < count && faults.length === 0) {
        await new Promise<void>((resolve) => (changed = resolve))
      }
    },
  }
}

/** The documented recipe with the stock graphql-ws client. */
export function followBySocket(port: number, credentials: Credentials): Follower {
  const sink = createSink()
  const client = createSocketClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: credentials,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
    shouldRetry: () => true,
  })
  client.subscribe<{ events: Item }>(
    { query: FOLLOW, variables: sink.variables },
    {
      next: (answer) => sink.next(answer as Answer),
      error: (error) => sink.fail(error),
      complete: () => sink.fail('completed'),
    },
  )
  return {
    seen: sink.seen,
    faults: sink.faults,
    reach: (count) => sink.reach(count),
    [Symbol.dispose]: () => void client.dispose(),
  }
}

/**
 * The same with graphql-sse. Its own retries cover only cuts that come while it waits for data, so
 * the recipe subscribes again by itself.
 */
export function followBySse(port: number, credentials: Credentials): Follower {
  const sink = createSink()
  const client = createSseClient({
    url: `http://127.0.0.1:${port}/graphql`,
    headers: { ...credentials },
    retryAttempts: 0,
  })
  let stopped = false
  const again = () => {
    if (stopped) return
    setTimeout(() => {
      client.subscribe<{ events: Item }>(
        { query: FOLLOW, variables: sink.variables },
        { next: (answer) => sink.next(answer), error: again, complete: again },
      )
    }, RETRY_MS)
  }
  again()
  return {
    seen: sink.seen,
    faults: sink.faults,
    reach: (count) => sink.reach(count),
    [Symbol.dispose]: () => {
      stopped = true
      client.dispose()
    },
  }
}
