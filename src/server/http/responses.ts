import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * The answers that are under way. A stream of events is one that never ends by itself, so it is the
 * one that stopping the server must cut. Any may be left unread by its client.
 */
export interface Responses {
  add(response: ServerResponse): void
  markStream(response: ServerResponse): void
  readonly count: number
  /** Those of one connection: several when its client does not wait for one before it asks again. */
  of(transport: Duplex): ServerResponse[]
  /** Cuts the event streams; their clients come back with their cursors. */
  cutStreams(): void
  /** Cuts answers of which the client has taken nothing for `stallTimeoutMs`. */
  sweep(nowMs: number, stallTimeoutMs: number): void
}

interface Progress {
  isStream: boolean
  waitingBytes: number
  sinceMs: number
  isWatched: boolean
}

export function trackResponses(): Responses {
  const open = new Map<ServerResponse, Progress>()
  let cut = false

  function sweepStream(response: ServerResponse, seen: Progress, nowMs: number, limitMs: number) {
    const waitingBytes = response.writableLength
    if (waitingBytes === 0 || waitingBytes < seen.waitingBytes || seen.sinceMs === 0) {
      seen.waitingBytes = waitingBytes
      seen.sinceMs = nowMs
    } else if (nowMs - seen.sinceMs >= limitMs) {
      response.destroy()
    }
  }

  /**
   * What was given to the socket in one piece counts as waiting until all of it is gone. Node's own
   * limit looks at how much of it the network has taken, and is replaced when the answer has ended.
   */
  function watchPiece(response: ServerResponse, seen: Progress, limitMs: number) {
    if (seen.isWatched || response.writableLength === 0 || response.socket === null) return
    seen.isWatched = true
    response.socket.setTimeout(limitMs)
  }

  return {
    add(response) {
      open.set(response, { isStream: false, waitingBytes: 0, sinceMs: 0, isWatched: false })
      response.once('close', () => open.delete(response))
    },
    markStream(response) {
      const seen = open.get(response)
      if (cut) response.socket?.destroySoon()
      else if (seen !== undefined) seen.isStream = true
    },
    get count() {
      return open.size
    },
    of: (transport) => [...open.keys()].filter((response) => response.socket === transport),
    cutStreams() {
      cut = true
      // Without the closing message of the protocol, which would tell clients that there is no more.
      for (const [response, { isStream }] of open) if (isStream) response.socket?.destroySoon()
    },
    sweep(nowMs, stallTimeoutMs) {
      for (const [response, seen] of open) {
        if (seen.isStream) sweepStream(response, seen, nowMs, stallTimeoutMs)
        else watchPiece(response, seen, stallTimeoutMs)
      }
    },
  }
}
