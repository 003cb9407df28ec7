import type { ServerResponse } from 'node:http'

/**
 * The answers that are under way. A stream of events is one that never ends by itself, so it is the
 * one that stopping the server must cut and that a client may leave unread.
 */
export interface Responses {
  add(response: ServerResponse): void
  markStream(response: ServerResponse): void
  readonly count: number
  /** Cuts the event streams; their clients come back with their cursors. */
  cutStreams(): void
  /** Cuts event streams whose client has taken nothing for `stallTimeoutMs`. */
  sweep(nowMs: number, stallTimeoutMs: number): void
}

export function trackResponses(): Responses {
  const open = new Set<ServerResponse>()
  const streams = new Map<ServerResponse, { waitingBytes: number; sinceMs: number }>()
  let cut = false
  return {
    add(response) {
      open.add(response)
      response.once('close', () => {
        open.delete(response)
        streams.delete(response)
      })
    },
    markStream(response) {
      if (cut) response.socket?.destroySoon()
      else if (open.has(response)) streams.set(response, { waitingBytes: 0, sinceMs: 0 })
    },
    get count() {
      return open.size
    },
    cutStreams() {
      cut = true
      // Without the closing message of the protocol, which would tell clients that there is no more.
      for (const response of streams.keys()) response.socket?.destroySoon()
    },
    sweep(nowMs, stallTimeoutMs) {
      for (const [response, seen] of streams) {
        const waitingBytes = response.writableLength
        if (waitingBytes === 0 || waitingBytes < seen.waitingBytes || seen.sinceMs === 0) {
          streams.set(response, { waitingBytes, sinceMs: nowMs })
        } else if (nowMs - seen.sinceMs >= stallTimeoutMs) {
          response.destroy()
        }
      }
    },
  }
}
