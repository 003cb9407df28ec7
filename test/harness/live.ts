import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { openStream, type EventStream } from '../../src/events/stream.ts'
import { createLogger } from '../../src/log.ts'
import { schema } from '../../src/schema.ts'
import { type ServerParts, startServer } from '../../src/server/server.ts'
import type { SocketLimits } from '../../src/server/live/live-socket.ts'
import type { Credentials, TestApp } from './app.ts'

export interface LiveServer extends AsyncDisposable {
  url: string
  /** Of the WebSocket. */
  socketUrl: string
  stream: EventStream
}

/** One more server on the database of an app, as another process would be. */
export async function startLiveServer(
  test: TestApp,
  socketLimits: Partial<SocketLimits> = {},
  others: Partial<Pick<ServerParts, 'httpLimits' | 'config' | 'log'>> = {},
): Promise<LiveServer> {
  const log = createLogger(test.config.logLevel)
  const { database, queue } = test.app
  const stream = await openStream({ database, log })
  const server = await startServer({
    config: test.config,
    database,
    queue,
    stream,
    log,
    schema,
    socketLimits,
    ...others,
  })
  return {
    url: server.url,
    socketUrl: `${server.url.replace('http', 'ws')}/graphql`,
    stream,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await stream[Symbol.asyncDispose]()
    },
  }
}

export interface Message {
  type: string
  id?: string
  payload?: unknown
}

/** A client that knows nothing of the protocol: every message is sent and received by hand. */
export interface RawSocket extends Disposable {
  send(message: Message | string | Buffer): void
  /** The next message from the server. */
  receive(): Promise<Message>
  /** Messages that came and were not yet received. */
  readonly unread: Message[]
  closed: Promise<{ code: number; reason: string }>
  readonly isOpen: boolean
  /** Stops and starts reading from the network. */
  pause(): void
  resume(): void
}

export async function openSocket(
  socketUrl: string,
  protocol = 'graphql-transport-ws',
): Promise<RawSocket> {
  const socket = new WebSocket(socketUrl, protocol === '' ? [] : [protocol])
  const unread: Message[] = []
  let arrived: (() => void) | undefined
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  socket.on('message', (data: Buffer) => {
    unread.push(JSON.parse(data.toString()))
    arrived?.()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)
  return {
    unread,
    closed,
    get isOpen() {
      return socket.readyState === socket.OPEN
    },
    send(message) {
      socket.send(
        typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      )
    },
    async receive() {
      for (;;) {
        const message = unread.shift()
        if (message !== undefined) return message
        await Promise.race([
          new Promise<void>((resolve) => (arrived = resolve)),
          closed.then(({ code, reason }) => {
            throw new Error(`closed with ${code} ${reason} instead of another message`)
          }),
        ])
      }
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    [Symbol.dispose]: () => socket.terminate(),
  }
}

/** A socket whose `connection_init` has been acknowledged. */
export async function openSession(socketUrl: string, credentials: Credentials): Promise<RawSocket> {
  const socket = await openSocket(socketUrl)
  socket.send({ type: 'connection_init', payload: credentials })
  await socket.receive()
  return socket
}

/** Sends bytes after the handshake that no WebSocket client would send; gives the close code. */
export async function sendBytes(
  socketUrl: string,
  bytes: Buffer,
  protocol = 'graphql-transport-ws',
): Promise<number | undefined> {
  const { hostname, port, pathname } = new URL(socketUrl)
  const socket = connect(Number(port), hostname)
  socket.write(
    [
      `GET ${pathname} HTTP/1.1`,
      `Host: ${hostname}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      ...(protocol === '' ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      '\r\n',
    ].join('\r\n'),
  )
  let received = Buffer.alloc(0)
  let sent = false
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => resolve(undefined))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end === -1) return
      if (!sent) socket.write(bytes)
      sent = true
      const frame = received.subarray(end + 4)
      // 0x88: a final frame with the opcode "close"; the code stands in its first two bytes.
      if (frame.length < 4 || frame[0] !== 0x88) return
      resolve(frame.readUInt16BE(2))
      socket.destroy()
    })
  })
}
