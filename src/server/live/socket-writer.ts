import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { LRUCache } from 'lru-cache'

/**
 * Unsent bytes of one socket from which on it is given nothing more. Far above what a healthy socket
 * ever has waiting, and what a client that stops reading costs.
 */
const FULL_BYTES = 256 * 1024

/** Every `next` message begins so; the payload follows, then what `endingOf` gives. */
const NEXT_BEGINS = Buffer.from('{"type":"next","payload":')

/** What follows the payload in the `next` messages of an operation. */
export function endingOf(operationId: string): Buffer {
  return Buffer.from(`,"id":${JSON.stringify(operationId)}}`)
}

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

  /**
   * Sends `next` messages in one go, without copying: the payloads are the same bytes for all who
   * are sent them, the ending is the operation's. ws would encode every message anew for every
   * socket. Its own frames cannot get in between: without compression it writes at once.
   */
  sendNext(payloads: readonly Buffer[], ending: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#transport.cork()
    for (const payload of payloads) {
      this.#transport.write(beginningOf(payload.length + ending.length))
      this.#transport.write(payload)
      this.#transport.write(ending)
    }
    this.#transport.uncork()
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

/** Beginnings of frames by what follows in them; messages come in few lengths at a time. */
const beginnings = new LRUCache<number, Buffer>({ max: 1_000 })
/** RFC 6455, section 5.2: the whole of a text message in one frame, not masked. */
const FINAL_TEXT = 0x81

function beginningOf(bytesToFollow: number): Buffer {
  const known = beginnings.get(bytesToFollow)
  if (known !== undefined) return known
  const made = Buffer.concat([headerOf(NEXT_BEGINS.length + bytesToFollow), NEXT_BEGINS])
  beginnings.set(bytesToFollow, made)
  return made
}

function headerOf(length: number): Buffer {
  if (length < 126) return Buffer.from([FINAL_TEXT, length])
  if (length < 65_536) {
    const header = Buffer.from([FINAL_TEXT, 126, 0, 0])
    header.writeUInt16BE(length, 2)
    return header
  }
  const header = Buffer.alloc(10)
  header[0] = FINAL_TEXT
  header[1] = 127
  header.writeBigUInt64BE(BigInt(length), 2)
  return header
}
