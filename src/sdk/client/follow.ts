import { pause } from '../pause.ts'
import type { PlantroomEvent } from '../receiver/event.ts'
import { PlantroomError, refusalOf } from './errors.ts'
import { type Connection, post } from './request.ts'
import { readEvents } from './sse.ts'

export interface FollowOptions {
  /** Exact names, `workorder.*` or `*`; all when left out. */
  types?: readonly string[]
  /** Cursor of the last event that you have; from now on when left out. */
  after?: string
  /** Ends it. */
  signal?: AbortSignal
  /** Told when a connection is there, and why one ended. */
  onState?: (state: 'connected' | 'caught up' | 'broken', why?: string) => void
}

/** What a stream brings: an event, a cursor to keep, or that it could not go on where you were. */
export type Followed =
  | { kind: 'event'; cursor: string; position: number; body: string; event: PlantroomEvent }
  | { kind: 'checkpoint'; cursor: string; caughtUp: boolean }
  | { kind: 'gap'; cursor: string; reason: 'RETENTION' | 'FUTURE_CURSOR' }

const FOLLOW = `subscription PlantroomFollow($after: EventCursor, $types: [EventType!]) {
  events(after: $after, types: $types, heartbeatSeconds: 15) {
    __typename
    ... on EventEnvelope { cursor position body }
    ... on StreamCheckpoint { cursor caughtUp }
    ... on StreamGap { oldestAvailable reason }
  }
}`

/** A checkpoint comes every 15 seconds: who hears nothing for so long has no connection any more. */
const SILENCE_MS = 40_000
const LONGEST_PAUSE_MS = 15_000

/**
 * The events of the organization as they happen, each exactly once: after any break it goes on behind
 * the last one that you took. Ends only by its signal, by your `break`, or by an error that will not go
 * away (credentials, rights, a filter that is not valid).
 * @throws PlantroomError
 */
export async function* follow(
  connection: Connection,
  options: FollowOptions,
): AsyncGenerator<Followed, void, undefined> {
  const { signal, onState } = options
  let { after } = options
  let failures = 0
  while (signal?.aborted !== true) {
    try {
      const from = { ...options, ...(after === undefined ? {} : { after }) }
      for await (const item of stream(connection, from)) {
        failures = 0
        after = item.cursor
        yield item
      }
      onState?.('broken', 'the server ended the stream')
    } catch (error) {
      if (isAborted(signal)) return
      if (error instanceof PlantroomError && !error.retryable) throw error
      onState?.('broken', error instanceof Error ? error.message : String(error))
    }
    if (isAborted(signal)) return
    await pause(Math.min(LONGEST_PAUSE_MS, 2 ** failures++ * 50 * (0.5 + Math.random())), signal)
  }
}

const isAborted = (signal: AbortSignal | undefined) => signal?.aborted === true

/** One connection, until it ends or has been silent for too long. */
async function* stream(
  connection: Connection,
  { after, types, signal, onState }: FollowOptions,
): AsyncGenerator<Followed> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), SILENCE_MS)
  }
  const either = AbortSignal.any(signal === undefined ? [silence.signal] : [silence.signal, signal])
  try {
    const headers = { accept: 'text/event-stream' }
    const response = await post(connection, FOLLOW, { after, types }, headers, either)
    if (response instanceof PlantroomError) throw response
    if (!response.ok || response.body === null) {
      throw refusalOf(response, await errorsOf(response))
    }
    onState?.('connected')
    for await (const { event, data } of readEvents(response.body, heard)) {
      if (event === 'complete') return
      const { data: answer, errors } = JSON.parse(data)
      if (errors !== undefined) throw refusalOf(response, errors)
      const item = itemOf(answer.events)
      if (item.kind === 'checkpoint' && item.caughtUp) onState?.('caught up')
      yield item
    }
  } finally {
    clearTimeout(timer)
    silence.abort()
  }
}

/** Of a refusal: JSON, or the one message of a stream that was not begun. */
async function errorsOf(response: Response): Promise<Parameters<typeof refusalOf>[1]> {
  const text = await response.text()
  const data = /^data: ?(.*)$/m.exec(text)?.[1] ?? text
  try {
    return JSON.parse(data).errors
  } catch {
    return undefined
  }
}

interface RawItem {
  __typename: string
  cursor: string
  position: number
  body: string
  caughtUp: boolean
  oldestAvailable: string
  reason: 'RETENTION' | 'FUTURE_CURSOR'
}

function itemOf({
  __typename,
  cursor,
  position,
  body,
  caughtUp,
  oldestAvailable,
  reason,
}: RawItem): Followed {
  switch (__typename) {
    case 'EventEnvelope':
      return { kind: 'event', cursor, position, body, event: JSON.parse(body) }
    case 'StreamGap':
      return { kind: 'gap', cursor: oldestAvailable, reason }
    default:
      return { kind: 'checkpoint', cursor, caughtUp }
  }
}
