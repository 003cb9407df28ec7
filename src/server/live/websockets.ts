import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_BODY_BYTES } from '../../graphql/limits/limits.ts'
import type { Logger } from '../../log.ts'
import { chooseRequestId } from '../../process/request-id.ts'
import type { Admissions } from './admissions.ts'
import type { ClientAddress } from '../client-address.ts'
import { HttpRefusal, refuseSocket } from '../http/answers.ts'
import { pathOf } from '../http/request-target.ts'
import type { GraphQLHandler } from '../graphql-handler.ts'
import type { Authenticate } from '../http-rules.ts'
import { LIVE_CLOSE, LiveSocket, type SocketLimits } from './live-socket.ts'
import { createRequestRunner } from './request-runner.ts'

export const SOCKET_LIMITS: SocketLimits = {
  initTimeoutMs: 10_000,
  stallTimeoutMs: 10_000,
  pingIntervalMs: 15_000,
  maxOperations: 100,
  maxPerCaller: 200,
}

/** The longest that the finer of the time limits is overrun. */
const SWEEP_MS = 1_000
/** How long closing waits for the clients' own close frames. */
const CLOSE_WAIT_MS = 2_000

export interface WebSockets extends AsyncDisposable {
  readonly count: number
}

/** Takes the WebSocket handshakes of a server at one path. */
export function acceptWebSockets(
  server: Server,
  path: string,
  parts: {
    graphql: GraphQLHandler
    authenticate: Authenticate
    admissions: Admissions
    log: Logger
    limits: SocketLimits
    /** Of a request, and of each item of a subscription. */
    timeoutMs: number
    addressOf: ClientAddress
  },
): WebSockets {
  const { limits } = parts
  const sockets = new Set<LiveSocket>()
  let stopping = false
  let allClosed: (() => void) | undefined
  const acceptor = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_BODY_BYTES,
    // Compression would cost 300 KB per socket and undo writing the same bytes to many.
    perMessageDeflate: false,
    handleProtocols,
  })

  const host = {
    runner: createRequestRunner(parts.graphql, parts.log, parts.timeoutMs),
    authenticate: parts.authenticate,
    log: parts.log,
    limits,
    admissions: parts.admissions,
  }

  // A frame that breaks RFC 6455 or is too long, or a broken connection: ws has closed the socket with
  // the code for it. Without a listener the event would end the process. Made once, and outside of
  // `upgrade`, whose request would otherwise be kept for as long as its socket.
  const onError = (error: Error) => parts.log.debug({ error: error.message }, 'socket error')

  function accept(socket: WebSocket, transport: Duplex, remoteAddress: string): void {
    socket.on('error', onError)
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
      return socket.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable')
    }
    const live = new LiveSocket(socket, transport, remoteAddress, host)
    sockets.add(live)
    socket.on('close', () => {
      sockets.delete(live)
      if (sockets.size === 0) allClosed?.()
    })
  }

  function upgrade(request: IncomingMessage, transport: Duplex, head: Buffer): void {
    transport.on('error', onError)
    try {
      demandUpgrade(request, path, stopping)
    } catch (error) {
      const refusal = error instanceof HttpRefusal ? error : new HttpRefusal(400, 'Bad request')
      return refuseSocket(transport, refusal, chooseRequestId(request.headers['x-request-id']))
    }
    acceptor.handleUpgrade(request, transport, head, (socket) =>
      accept(socket, transport, parts.addressOf(request)),
    )
  }

  // What is wrong with the handshake itself (RFC 6455, 4.2.1): the key, the version, the method.
  acceptor.on('wsClientError', (error, transport, request) =>
    refuseSocket(
      transport,
      new HttpRefusal(400, error.message, { 'sec-websocket-version': '13' }),
      chooseRequestId(request.headers['x-request-id']),
    ),
  )
  server.on('upgrade', upgrade)
  const sweeping = setInterval(
    () => {
      const now = Date.now()
      for (const socket of sockets) socket.sweep(now)
    },
    Math.min(SWEEP_MS, limits.initTimeoutMs, limits.stallTimeoutMs, limits.pingIntervalMs),
  )

  return {
    get count() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      stopping = true
      const closed = new Promise<void>((resolve) => {
        allClosed = resolve
        setTimeout(resolve, CLOSE_WAIT_MS).unref()
      })
      for (const socket of sockets) socket.close(LIVE_CLOSE.goingAway, 'Server is restarting')
      if (sockets.size > 0) await closed
      clearInterval(sweeping)
      for (const socket of sockets) socket.terminate()
      server.off('upgrade', upgrade)
    },
  }
}

/** @throws HttpRefusal */
function demandUpgrade(request: IncomingMessage, path: string, stopping: boolean): void {
  if (stopping) throw new HttpRefusal(503, 'The server is stopping')
  if (pathOf(request) !== path) {
    throw new HttpRefusal(404, `There is no WebSocket here; it is at ${path}`)
  }
}
