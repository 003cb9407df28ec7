import type { Duplex } from 'node:stream'
import { CloseCode, type Message, MessageType, type SubscribeMessage } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { inBackground } from '../../process/background.ts'
import type { Caller } from '../../access/caller.ts'
import { encodeCursor } from '../../database/reading/cursor.ts'
import { isUnavailable, noteOutage } from '../../database/outage.ts'
import { AccessError } from '../../errors.ts'
import type { Credentials } from '../../identity/sessions/authenticate.ts'
import type { Logger } from '../../log.ts'
import type { Admissions } from './admissions.ts'
import type { Authenticate } from '../http-rules.ts'
import { Operation, type OperationHost } from './operation.ts'
import { readMessage } from './read-message.ts'
import type { RequestRunner } from './request-runner.ts'
import { SocketWriter } from './socket-writer.ts'

/** Close codes beside those of the protocol. */
export const LIVE_CLOSE = {
  goingAway: 1001,
  tryAgainLater: 1013,
  /** Events after the cursor are gone, and the document does not ask for StreamGap. */
  cursorExpired: 4410,
  /** The client takes its messages too slowly; the reason holds the cursor to resume after. */
  tooSlow: 4413,
} as const

export interface SocketLimits {
  /** From the handshake until `connection_init` has come; default 10 s. */
  initTimeoutMs: number
  /** Unsent bytes may stand still for this long; default 10 s. */
  stallTimeoutMs: number
  /** Between two pings; a socket that has not answered by the next one is cut; default 15 s. */
  pingIntervalMs: number
  /** Operations running at once on one socket; default 100. */
  maxOperations: number
  /** Sockets and event streams of one API key or person, per process; default 200. */
  maxPerCaller: number
}

export interface SocketHost {
  readonly runner: RequestRunner
  readonly authenticate: Authenticate
  readonly admissions: Admissions
  readonly limits: SocketLimits
  readonly log: Logger
}

/** The longest reason that fits a close frame. */
const MAX_REASON_BYTES = 123

/**
 * Serves the protocol of enisdenjo/graphql-ws, PROTOCOL.md, on one WebSocket. That package's own
 * server is not used because it formats every message anew for every socket, keeps on sending to a
 * client that does not read, and ends the new operation when an id is completed and used again in
 * one go. A class because a process holds thousands.
 */
export class LiveSocket implements OperationHost {
  readonly writer: SocketWriter
  readonly #socket: WebSocket
  readonly #remoteAddress: string
  readonly #host: SocketHost
  readonly #operations = new Map<string, Operation>()
  readonly #openedAtMs = Date.now()
  #initialised = false
  #caller: Caller | undefined
  #leave: (() => void) | undefined
  #pingedAtMs = this.#openedAtMs
  #answered = true
  #stall: { sinceMs: number; bytes: number } | undefined

  constructor(socket: WebSocket, transport: Duplex, remoteAddress: string, host: SocketHost) {
    this.writer = new SocketWriter(socket, transport)
    this.#socket = socket
    this.#remoteAddress = remoteAddress
    this.#host = host
    socket.on('message', (data, isBinary) => {
      if (!this.#open) return
      // ws hands over one Buffer per message unless its binaryType is changed.
      if (isBinary || !Buffer.isBuffer(data)) {
        this.close(CloseCode.BadRequest, 'Messages must be text')
      } else {
        this.#receiveSafely(data.toString())
      }
    })
    socket.on('pong', () => {
      this.#answered = true
    })
    socket.on('close', () => {
      this.#stopAll()
      this.#leave?.()
    })
  }

  get runner(): RequestRunner {
    return this.#host.runner
  }

  get log(): Logger {
    return this.#host.log
  }

  get #open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  close(code: number, reason: string): void {
    if (!this.#open) return
    this.#stopAll()
    this.#socket.close(code, Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : '')
  }

  /** Ends the connection without a word. */
  terminate(): void {
    this.#socket.terminate()
  }

  closeExpired(oldestAvailable: string): void {
    this.close(LIVE_CLOSE.cursorExpired, `Cursor expired; oldest available: ${oldestAvailable}`)
  }

  ended(id: string, operation: Operation): void {
    // The client may have completed it and used its id again meanwhile.
    if (this.#operations.get(id) === operation) this.#operations.delete(id)
  }

  /** Looks after the time limits; called about once a second. */
  sweep(nowMs: number): void {
    if (!this.#open) return
    const { limits } = this.#host
    if (!this.#initialised && nowMs - this.#openedAtMs >= limits.initTimeoutMs) {
      this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout')
    }
    if (this.writer.full) this.#sweepStall(nowMs)
    else this.#stall = undefined
    if (nowMs - this.#pingedAtMs >= limits.pingIntervalMs) this.#ping(nowMs)
  }

  #sweepStall(nowMs: number): void {
    const bytes = this.writer.waitingBytes
    if (this.#stall === undefined || bytes < this.#stall.bytes) {
      this.#stall = { sinceMs: nowMs, bytes }
    } else if (nowMs - this.#stall.sinceMs >= this.#host.limits.stallTimeoutMs) {
      const cursor = this.#resumeAfter()
      const hint = cursor === undefined ? '' : `; resume after ${encodeCursor(cursor)}`
      this.close(LIVE_CLOSE.tooSlow, `Messages are taken too slowly${hint}`)
    }
  }

  #ping(nowMs: number): void {
    // Behind what a slow reader has not taken yet, no ping arrives: the stall limit is for those.
    if (this.writer.full) return
    if (!this.#answered) return this.terminate()
    this.#answered = false
    this.#pingedAtMs = nowMs
    if (this.#open) this.#socket.ping()
  }

  /** Position after which everything is still to come, for the operation that has come least far. */
  #resumeAfter(): bigint | undefined {
    let least: bigint | undefined
    for (const { resumeAfter } of this.#operations.values()) {
      if (resumeAfter !== undefined && (least === undefined || resumeAfter < least)) {
        least = resumeAfter
      }
    }
    return least
  }

  #stopAll(): void {
    for (const operation of this.#operations.values()) operation.stop()
    this.#operations.clear()
  }

  /** A fault of ours must end one socket, not the process. */
  #receiveSafely(text: string): void {
    try {
      this.#receive(text)
    } catch (error) {
      this.log.error({ err: error }, 'message handling failed')
      this.close(CloseCode.InternalServerError, 'Internal server error')
    }
  }

  /** What goes on after a message. */
  #run(work: string, run: () => Promise<void>): void {
    inBackground(work, () =>
      run().catch((error: unknown) => {
        this.close(CloseCode.InternalServerError, 'Internal server error')
        throw error
      }),
    )
  }

  #receive(text: string): void {
    let message: Message
    try {
      message = readMessage(text, this.#caller !== undefined)
    } catch {
      return this.close(CloseCode.BadRequest, 'Invalid message received')
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        return this.#run('opening a socket', () => this.#initialise(message.payload ?? {}))
      case MessageType.Ping:
        return this.#send({ ...message, type: MessageType.Pong })
      case MessageType.Pong:
        return
      case MessageType.Subscribe:
        return this.#subscribe(message)
      case MessageType.Complete:
        this.#operations.get(message.id)?.stop()
        this.#operations.delete(message.id)
        return
      default:
        return this.close(CloseCode.BadRequest, 'Only a server sends messages of this type')
    }
  }

  async #initialise(payload: Record<string, unknown>): Promise<void> {
    if (this.#initialised) {
      return this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests')
    }
    this.#initialised = true
    const credentials = { ...credentialsOf(payload), remoteAddress: this.#remoteAddress }
    const caller = await this.#authenticate(credentials)
    if (caller === undefined || !this.#open) return
    this.#leave = this.#host.admissions.admit({
      caller,
      end: (reason) => this.close(CloseCode.Forbidden, reason),
    })
    if (this.#leave === undefined) {
      return this.close(
        CloseCode.TooManyInitialisationRequests,
        `Too many connections: at most ${this.#host.limits.maxPerCaller}`,
      )
    }
    this.#caller = caller
    this.#send({ type: MessageType.ConnectionAck })
  }

  /** The caller; undefined when the socket was closed instead. */
  async #authenticate(credentials: Credentials): Promise<Caller | undefined> {
    try {
      const caller = await this.#host.authenticate(credentials)
      if (caller === undefined) this.close(CloseCode.Forbidden, 'Forbidden')
      return caller
    } catch (error) {
      if (error instanceof AccessError) this.close(CloseCode.Forbidden, 'Forbidden')
      else {
        if (isUnavailable(error)) noteOutage(error, this.log)
        else this.log.error({ err: error }, 'authentication of a socket failed')
        this.close(LIVE_CLOSE.tryAgainLater, 'Try again later')
      }
      return undefined
    }
  }

  #subscribe({ id, payload }: SubscribeMessage): void {
    const caller = this.#caller
    if (caller === undefined) return this.close(CloseCode.Unauthorized, 'Unauthorized')
    if (this.#operations.has(id)) {
      return this.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`)
    }
    const { maxOperations } = this.#host.limits
    if (this.#operations.size >= maxOperations) {
      const message = `At most ${maxOperations} operations may run on one socket`
      const errors = [{ message, extensions: { code: 'RATE_LIMITED' } }]
      return this.#send({ id, type: MessageType.Error, payload: errors })
    }
    const operation = new Operation(id, this)
    this.#operations.set(id, operation)
    const context = { caller, remoteAddress: this.#remoteAddress }
    this.#run('an operation', () => operation.run(payload, context))
  }

  #send(message: object): void {
    this.writer.send([JSON.stringify(message)])
  }
}

/** Header names are taken too: GraphiQL and others send their headers as the payload. */
function credentialsOf(payload: Record<string, unknown>): Credentials {
  const byName = new Map(
    Object.entries(payload).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const apiKey = byName.get('apikey') ?? byName.get('x-api-key')
  const authorization = byName.get('authorization')
  const organizationId = byName.get('organizationid') ?? byName.get('x-organization-id')
  return {
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
    authorization: typeof authorization === 'string' ? authorization : undefined,
    organizationId: typeof organizationId === 'string' ? organizationId : undefined,
  }
}
