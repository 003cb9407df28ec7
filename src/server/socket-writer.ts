import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

/**
 * Unsent bytes of one socket from which on it is given nothing more. Far above what a healthy socket
 * ever has waiting, and what a client that stops reading costs.
 */
const FULL_BYTES = 256 * 1024

/** Writes to one WebSocket at the pace of its reader. */
export class SocketWriter {
  readonly #socket: WebSocket
  readonly #transport: Duplex
  #draining: PromiseWithResolvers<void> | undefined

  constructor(socket: WebSocket, transport: Duplex) {
    this.#socket = socket
    this.#transport = transport
    const settle = () => this.#settle()
    transport.on('drain', settle)
    socket.on('close', settle)
  }

  /** Sends text messages in one go: one system call for all of them. */
  send(messages: readonly string[]): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#transport.cork()
    for (const message of messages) this.#socket.send(message)
    this.#transport.uncork()
    // Requests of a client that does not read its answers would fill the memory with them.
    if (this.full) this.#socket.pause()
  }

  /** Whether the reader is behind; then wait for `drained` before sending more. */
  get full(): boolean {
    return this.waitingBytes > FULL_BYTES && this.#socket.readyState === this.#socket.OPEN
  }

  /** Bytes that the reader has not taken yet. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount
  }

  /** Resolves when everything was taken, or when the socket is closed. */
  drained(): Promise<void> {
    if (!this.full) return Promise.resolve()
    this.#draining ??= Promise.withResolvers<void>()
    return this.#draining.promise
  }

  #settle(): void {
    this.#draining?.resolve()
    this.#draining = undefined
    if (this.#socket.isPaused) this.#socket.resume()
  }
}
