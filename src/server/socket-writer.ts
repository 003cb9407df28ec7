import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

/**
 * Unsent bytes of one socket from which on it is given nothing more. Far above what a healthy socket
 * ever has waiting, and what a client that stops reading costs.
 */
const FULL_BYTES = 256 * 1024

/** Writes to one WebSocket at the pace of its reader. */
export interface SocketWriter {
  /** Sends text messages in one go: one system call for all of them. */
  send(messages: readonly string[]): void
  /** Whether the reader is behind; then wait for `drained` before sending more. */
  readonly full: boolean
  /** Bytes that the reader has not taken yet. */
  readonly waitingBytes: number
  /** Resolves when everything was taken, or when the socket is closed. */
  drained(): Promise<void>
}

export function createSocketWriter(socket: WebSocket, transport: Duplex): SocketWriter {
  let draining: { promise: Promise<void>; resolve: () => void } | undefined

  function settle(): void {
    draining?.resolve()
    draining = undefined
    if (socket.isPaused) socket.resume()
  }
  transport.on('drain', settle)
  socket.on('close', settle)

  const writer: SocketWriter = {
    send(messages) {
      if (socket.readyState !== socket.OPEN) return
      transport.cork()
      for (const message of messages) socket.send(message)
      transport.uncork()
      // Requests of a client that does not read its answers would fill the memory with them.
      if (writer.full) socket.pause()
    },
    get full() {
      return socket.bufferedAmount > FULL_BYTES && socket.readyState === socket.OPEN
    },
    get waitingBytes() {
      return socket.bufferedAmount
    },
    drained() {
      if (!writer.full) return Promise.resolve()
      draining ??= Promise.withResolvers<void>()
      return draining.promise
    },
  }
  return writer
}
