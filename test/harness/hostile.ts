import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import type { Certificate } from './certificate.ts'

/** A listener on loopback that misbehaves below HTTP. */
export interface HostileReceiver extends AsyncDisposable {
  url: string
  /** The whole requests that came in, by their `webhook-sequence` and `webhook-attempt`. */
  readonly requests: { sequence: number; attempt: string }[]
  /** Bytes of answers that left for the sender's sockets. */
  readonly sentBytes: number
}

/** What happens on a socket when its first, second, third … request has come in whole. */
export type Misbehave = (socket: Socket, nth: number, path: string) => void

/** Reads requests as they should be read, and answers them as the misbehaviour says. */
export async function startHostile(
  misbehave: Misbehave,
  certificate?: Certificate,
): Promise<HostileReceiver> {
  const open = new Set<Socket>()
  const requests: HostileReceiver['requests'] = []
  let sentBytes = 0
  const onSocket = (socket: Socket) => {
    open.add(socket)
    let unread = Buffer.alloc(0)
    let nth = 0
    // A sender that hangs up is what these receivers provoke.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sentBytes += socket.bytesWritten - socket.writableLength
      open.delete(socket)
    })
    socket.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk])
      for (let size = requestSize(unread); size !== undefined; size = requestSize(unread)) {
        const headerOf = (name: string) =>
          new RegExp(`^${name}: *(.*?)\\r$`, 'im').exec(unread.toString('latin1', 0, size))?.[1] ??
          ''
        const sequence = Number(headerOf('webhook-sequence'))
        requests.push({ sequence, attempt: headerOf('webhook-attempt') })
        const path = /^POST (\S+)/.exec(unread.toString('latin1', 0, size))?.[1] ?? ''
        unread = unread.subarray(size)
        misbehave(socket, ++nth, path)
      }
    })
  }
  const server =
    certificate === undefined ? createServer(onSocket) : createTlsServer(certificate, onSocket)
  // A handshake that the sender breaks off.
  server.on('tlsClientError', () => undefined)
  const scheme = certificate === undefined ? 'http' : 'https'
  return {
    url: `${scheme}://127.0.0.1:${await listen(server)}/hooks`,
    requests,
    get sentBytes() {
      let bytes = sentBytes
      for (const socket of open) bytes += socket.bytesWritten - socket.writableLength
      return bytes
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

/** Bytes of the first whole request in a buffer. */
function requestSize(bytes: Buffer): number | undefined {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = /^content-length: *(\d+)/im.exec(bytes.toString('latin1', 0, head))?.[1] ?? '0'
  const size = head + 4 + Number(length)
  return bytes.length >= size ? size : undefined
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Listens in a thread that then sleeps for good; its queue of connections is filled up. */
const SLEEPING_LISTENER = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`
const FILLED_AFTER_MS = 200

/** Never accepts: the kernel drops every further attempt to connect. */
export async function startDeaf(): Promise<HostileReceiver> {
  const thread = new Worker(SLEEPING_LISTENER, { eval: true })
  const port = await new Promise<number>((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
  })
  const fillers: Socket[] = []
  for (let established = true; established;) {
    const socket = connect(port, '127.0.0.1')
    fillers.push(socket)
    socket.on('error', () => undefined)
    established = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      setTimeout(() => resolve(false), FILLED_AFTER_MS)
    })
  }
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    requests: [],
    sentBytes: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of fillers) socket.destroy()
      await thread.terminate()
    },
  }
}

/** Writes until told to stop or hung up on, never more than the socket takes. */
export function flood(socket: Socket, chunk: string | Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', more)
  more()
}

const CHUNK = Buffer.alloc(65_536, 'x')
const HTTP_CHUNK = Buffer.from(`10000\r\n${CHUNK.toString('latin1')}\r\n`)
const repeat = (line: string) => Buffer.from(line.repeat(1_000))
const HEADERS = repeat('x-more: and more\r\n')
const CONTINUES = repeat('HTTP/1.1 100 Continue\r\n\r\n')
const PROCESSES = repeat('HTTP/1.1 102 Processing\r\n\r\n')

/** One byte a second. */
function drip(socket: Socket, text: string): void {
  let at = 0
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer)
    else socket.write(text[at++ % text.length] ?? '')
  }, 1_000)
  socket.on('close', () => clearInterval(timer))
}

const HEAD_200 = 'HTTP/1.1 200 OK\r\n'

export const MISBEHAVIOURS = {
  neverAnswers: () => undefined,
  dripsHead: (socket) => drip(socket, `${HEAD_200}content-length: 0\r\n\r\n`),
  dripsBody: (socket) => {
    socket.write(`${HEAD_200}content-length: 1000\r\n\r\n`)
    drip(socket, 'x')
  },
  announces10GB: (socket) => {
    socket.write(`${HEAD_200}content-length: 10737418240\r\n\r\n`)
    flood(socket, CHUNK)
  },
  failsWith10GB: (socket) => {
    socket.write('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 10737418240\r\n\r\n')
    flood(socket, CHUNK)
  },
  streamsWithoutEnd: (socket) => {
    socket.write(`${HEAD_200}transfer-encoding: chunked\r\n\r\n`)
    flood(socket, HTTP_CHUNK)
  },
  gzipBomb: (socket) => {
    socket.write(`${HEAD_200}content-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`)
    socket.write(BOMB)
  },
  endlessHeaders: (socket) => {
    socket.write(HEAD_200)
    flood(socket, HEADERS)
  },
  oneEndlessHeader: (socket) => {
    socket.write(`${HEAD_200}x-more: `)
    flood(socket, CHUNK)
  },
  noHttp: (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
  invalidHttp: (socket) => void socket.write('HTTP/1.1 two hundred\r\n\r\n'),
  twoLengths: (socket) =>
    void socket.write(`${HEAD_200}content-length: 5\r\ncontent-length: 7\r\n\r\nhello`),
  continues: (socket) => flood(socket, CONTINUES),
  processes: (socket) => flood(socket, PROCESSES),
  switches: (socket) =>
    void socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ),
  resetsBeforeAnswer: (socket) => void socket.resetAndDestroy(),
  resetsInHead: (socket) => void socket.write(HEAD_200, () => socket.resetAndDestroy()),
  resetsInBody: (socket) =>
    void socket.write(`${HEAD_200}content-length: 1000\r\n\r\nso far`, () =>
      socket.resetAndDestroy(),
    ),
  endsInBody: (socket) => void socket.end(`${HEAD_200}content-length: 1000\r\n\r\nso far`),
  redirectsToItself: (socket) =>
    void socket.write(
      'HTTP/1.1 307 Temporary Redirect\r\nlocation: /hooks\r\ncontent-length: 0\r\n\r\n',
    ),
} as const satisfies Record<string, Misbehave>

/** 64 MiB of zeros in 64 KiB. */
const BOMB = gzipSync(Buffer.alloc(64 * 1_048_576))

/**
 * Answers, and closes kept connections when it likes: at once after an answer, some time later, or
 * upon the next request, which it has read by then.
 */
export function closesAtRandom(random: () => number): Misbehave {
  return (socket, nth) => {
    const kind = random()
    if (kind < 0.25 && nth > 1) {
      socket.resetAndDestroy()
      return
    }
    socket.write(`${HEAD_200}content-length: 0\r\n\r\n`, () => {
      if (kind < 0.4) socket.destroy()
      else if (kind < 0.6) setTimeout(() => socket.resetAndDestroy(), random() * 5)
    })
  }
}
