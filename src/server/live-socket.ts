import type { Duplex } from 'node:stream'
import { CloseCode, MessageType, type SubscribeMessage, parseMessage } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Caller } from '../caller.ts'
import { encodeCursor } from '../db/cursor.ts'
import { AccessError } from '../errors.ts'
import type { Credentials } from '../identity/authenticate.ts'
import type { Logger } from '../log.ts'
import type { Authenticate } from './http-rules.ts'
import { type Operation, type OperationHost, startOperation } from './operation.ts'
import type { RequestRunner } from './request-runner.ts'
import { createSocketWriter } from './socket-writer.ts'

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
  /** Sockets open at once with one API key or by one person, per process; default 200. */
  maxSocketsPerCaller: number
}

export interface SocketHost {
  runner: RequestRunner
  authenticate: Authenticate
  limits: SocketLimits
  log: Logger
  /** Counts the socket against its caller's share; undefined when that is used up. */
  admit(caller: Caller): (() => void) | undefined
}

/** One WebSocket that speaks graphql-transport-ws. */
export interface LiveSocket {
  close(code: number, reason: string): void
  /** Ends the connection without a word. */
  terminate(): void
  /** Looks after time limits; called about once a second. */
  sweep(nowMs: number): void
}

/**
 * Serves the protocol of enisdenjo/graphql-ws, PROTOCOL.md, on one socket. That package's own server
 * is not used because it formats every message for every socket, keeps on sending to a client that
 * does not read, and ends the new operation when an id is completed and used again in one go.
 */
export function serveSocket(
  socket: WebSocket,
  transport: Duplex,
  remoteAddress: string,
  host: SocketHost,
): LiveSocket {
  const { limits, log } = host
  const writer = createSocketWriter(socket, transport)
  const operations = new Map<string, Operation>()
  const openedAtMs = Date.now()
  let initialised = false
  let caller: Caller | undefined
  let leave: (() => void) | undefined
  let pingedAtMs = openedAtMs
  let answeredAtMs = openedAtMs
  let stall: { sinceMs: number; bytes: number } | undefined

  function close(code: number, reason: string): void {
    if (socket.readyState !== socket.OPEN) return
    stopAll()
    socket.close(code, reason.length < 124 ? reason : '')
  }

  function stopAll(): void {
    for (const operation of operations.values()) operation.stop()
    operations.clear()
  }

  async function initialise(payload: Record<string, unknown> | undefined): Promise<void> {
    if (initialised) {
      return close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests')
    }
    initialised = true
    let found: Caller | undefined
    try {
      found = await host.authenticate({ ...credentialsOf(payload ?? {}), remoteAddress })
    } catch (error) {
      if (error instanceof AccessError) return close(CloseCode.Forbidden, 'Forbidden')
      log.error({ err: error }, 'authentication of a socket failed')
      return close(LIVE_CLOSE.tryAgainLater, 'Try again later')
    }
    if (found === undefined) return close(CloseCode.Forbidden, 'Forbidden')
    if (socket.readyState !== socket.OPEN) return
    leave = host.admit(found)
    if (leave === undefined) {
      return close(
        CloseCode.TooManyInitialisationRequests,
        `Too many connections: at most ${limits.maxSocketsPerCaller}`,
      )
    }
    caller = found
    writer.send([JSON.stringify({ type: MessageType.ConnectionAck })])
  }

  function subscribe({ id, payload }: SubscribeMessage): void {
    if (caller === undefined) return close(CloseCode.Unauthorized, 'Unauthorized')
    if (operations.has(id)) {
      return close(
        CloseCode.SubscriberAlreadyExists,
        `Subscriber for ${id.slice(0, 60)} already exists`,
      )
    }
    if (operations.size >= limits.maxOperations) {
      const message = `At most ${limits.maxOperations} operations may run on one socket`
      const errors = [{ message, extensions: { code: 'RATE_LIMITED' } }]
      return writer.send([JSON.stringify({ id, type: MessageType.Error, payload: errors })])
    }
    const operation = startOperation(
      id,
      payload,
      { caller, remoteAddress },
      {
        graphql: host.graphql,
        executions: host.executions,
        writer,
        log,
        closeExpired: (oldest) =>
          close(LIVE_CLOSE.cursorExpired, `Cursor expired; oldest available: ${oldest}`),
        ended: (which) => {
          if (operations.get(id) === which) operations.delete(id)
        },
      },
    )
    operations.set(id, operation)
  }

  const operationHost: OperationHost = {
    runner: host.runner,
    writer,
    log,
    closeExpired: (oldest) =>
      close(LIVE_CLOSE.cursorExpired, `Cursor expired; oldest available: ${oldest}`),
    ended: (id, operation) => {
      // The client may have completed it and used its id again meanwhile.
      if (operations.get(id) === operation) operations.delete(id)
    },
  }

  function receive(text: string): void {
    let message: ReturnType<typeof parseMessage>
    try {
      message = parseMessage(text)
    } catch {
      return close(CloseCode.BadRequest, 'Invalid message received')
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        void initialise(message.payload ?? undefined)
        return
      case MessageType.Ping:
        return writer.send([JSON.stringify({ ...message, type: MessageType.Pong })])
      case MessageType.Pong:
        return
      case MessageType.Subscribe:
        return subscribe(message)
      case MessageType.Complete:
        operations.get(message.id)?.stop()
        operations.delete(message.id)
        return
      default:
        return close(CloseCode.BadRequest, 'Only a server sends messages of this type')
    }
  }

  /** Position after which everything is still to come, for the operation that has come least far. */
  function resumeAfter(): bigint | undefined {
    let least: bigint | undefined
    for (const operation of operations.values()) {
      const at = operation.resumeAfter
      if (at !== undefined && (least === undefined || at < least)) least = at
    }
    return least
  }

  function sweepStall(nowMs: number): void {
    const bytes = writer.waitingBytes
    if (!writer.full) stall = undefined
    else if (stall === undefined || bytes < stall.bytes) stall = { sinceMs: nowMs, bytes }
    else if (nowMs - stall.sinceMs >= limits.stallTimeoutMs) {
      const cursor = resumeAfter()
      const hint = cursor === undefined ? '' : `; resume after ${encodeCursor(cursor)}`
      close(LIVE_CLOSE.tooSlow, `Messages are taken too slowly${hint}`)
    }
  }

  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return
    if (isBinary) close(CloseCode.BadRequest, 'Messages must be text')
    else receive(String(data))
  })
  socket.on('pong', () => {
    answeredAtMs = Date.now()
  })
  // A frame that breaks RFC 6455 or is too long: ws has closed the socket with the code for it.
  socket.on('error', (error) => log.debug({ error: error.message }, 'socket error'))
  socket.on('close', () => {
    stopAll()
    leave?.()
  })

  return {
    close,
    terminate: () => socket.terminate(),
    sweep(nowMs) {
      if (socket.readyState !== socket.OPEN) return
      if (!initialised && nowMs - openedAtMs >= limits.initTimeoutMs) {
        close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout')
      }
      if (caller?.kind === 'user' && caller.expiresAt <= nowMs) {
        close(CloseCode.Forbidden, 'Token expired')
      }
      sweepStall(nowMs)
      if (nowMs - pingedAtMs < limits.pingIntervalMs) return
      if (answeredAtMs < pingedAtMs && pingedAtMs > openedAtMs && !writer.full) socket.terminate()
      else if (!writer.full) socket.ping()
      pingedAtMs = nowMs
    },
  }
}

/** Header names are taken too: GraphiQL and others send their headers as the payload. */
function credentialsOf(payload: Record<string, unknown>): Credentials {
  const byName = new Map(
    Object.entries(payload).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const apiKey = byName.get('apikey') ?? byName.get('x-api-key')
  const authorization = byName.get('authorization')
  return {
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
    authorization: typeof authorization === 'string' ? authorization : undefined,
  }
}
