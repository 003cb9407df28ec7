import { type Client, createClient } from 'graphql-ws'
import type { DashboardEventsSubscription } from '../../generated/dashboard/graphql.ts'
import { session } from '../session/session.ts'
import { graphql, textOf } from './document.ts'

const Events = graphql(`
  subscription DashboardEvents($after: EventCursor) {
    events(after: $after, heartbeatSeconds: 20) {
      __typename
      ... on EventEnvelope {
        cursor
        id
        position
        type
        created
        changedFields
        actor {
          type
          actorId
        }
        data
      }
      ... on StreamCheckpoint {
        cursor
        caughtUp
      }
      ... on StreamGap {
        oldestAvailable
        reason
      }
    }
  }
`)

type Item = DashboardEventsSubscription['events']
export type LiveEvent = Extract<Item, { __typename: 'EventEnvelope' }>

/** `connecting`: no connection; `catching-up`: reading what happened meanwhile; `paused`: by hand. */
export type LiveState = 'connecting' | 'catching-up' | 'live' | 'paused'

export interface LiveListener {
  /** Events that were not seen before, in their order. */
  onEvents: (events: readonly LiveEvent[]) => void
  /** Some events are lost for good: load anew what is shown. */
  onGap: () => void
}

/**
 * The one stream of this tab: a WebSocket, so that it takes none of the six connections that a browser
 * has for a host. Goes on after the last cursor, however often it is cut.
 */
export class Live {
  readonly #client: Client
  readonly #listeners = new Set<LiveListener>()
  readonly #watchers = new Set<() => void>()
  readonly #stop: () => void
  readonly #variables: { after: string | null } = { after: null }
  #state: LiveState = 'connecting'
  #isPaused = false
  #held: LiveEvent[] = []

  constructor() {
    const address = new URL('/graphql', location.href)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#client = createClient({
      url: address.href,
      keepAlive: 15_000,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => session.state() === 'signed-in',
      retryWait: waitBeforeRetry,
      connectionParams: async () => ({ authorization: `Bearer ${(await session.token()) ?? ''}` }),
      on: {
        closed: () => this.#become('connecting'),
        connected: () => this.#become('catching-up'),
      },
    })
    this.#stop = this.follow(Events, this.#variables, ({ events }) => this.#take(events))
  }

  state = (): LiveState => (this.#isPaused ? 'paused' : this.#state)
  subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Another subscription over the same connection, made anew after each cut with its variables then. */
  follow<Result, Variables extends object>(
    document: Parameters<typeof textOf>[0] & { __apiType?: (variables: Variables) => Result },
    variables: Variables,
    onNext: (data: Result) => void,
  ): () => void {
    return this.#client.subscribe<Result>(
      { query: textOf(document), variables: variables as Record<string, unknown> },
      {
        next: ({ data }) => {
          if (data !== undefined && data !== null) onNext(data)
        },
        // Cuts are the connection's to tell; an operation that is refused stays without updates.
        error: () => {},
        complete: () => {},
      },
    )
  }

  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** While it is paused nothing on screen moves; what happens meanwhile comes when it goes on. */
  toggle(): void {
    this.#isPaused = !this.#isPaused
    const held = this.#held
    this.#held = []
    if (!this.#isPaused && held.length > 0) this.#tell(held)
    this.#notify()
  }

  /** Ends the stream for good. */
  close(): void {
    this.#stop()
    this.#client.terminate()
  }

  #take(item: Item): void {
    switch (item.__typename) {
      case 'StreamCheckpoint':
        this.#variables.after = item.cursor
        if (item.caughtUp) this.#become('live')
        break
      case 'StreamGap':
        this.#variables.after = item.oldestAvailable
        for (const listener of this.#listeners) listener.onGap()
        break
      case 'EventEnvelope':
        this.#variables.after = item.cursor
        if (this.#isPaused) this.#held.push(item)
        else this.#tell([item])
    }
  }

  #tell(events: readonly LiveEvent[]): void {
    for (const listener of this.#listeners) listener.onEvents(events)
  }

  #become(state: LiveState): void {
    if (this.#state === state) return
    this.#state = state
    this.#notify()
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher()
  }
}

/** Longer each time, at most five seconds; spread, so that not all tabs come back at once. */
async function waitBeforeRetry(retries: number): Promise<void> {
  const ms = Math.min(5_000, 250 * 2 ** Math.min(retries, 5)) * (0.5 + Math.random() / 2)
  await new Promise((resolve) => setTimeout(resolve, ms))
}
