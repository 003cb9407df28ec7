import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** A WebSocket client that costs next to nothing, so that thousands fit beside the server. */
export interface LightSocket {
  send(message: object): void
  close(): void
}

/** Answers the pings of these servers, which carry nothing. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

const HANDSHAKE = (path: string) =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n')

/**
 * Opens a socket and calls back for every text message; unless `readsText` is asked for, only counts
 * them, without making texts of the bytes.
 */
export function openLightSocket(
  url: { port: number; path: string },
  onMessage: (text: string) => void,
  readsText: () => boolean,
  onEnd: (reason: string) => void,
): Promise<LightSocket> {
  const socket = connect(url.port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.write(HANDSHAKE(url.path))
  return new Promise((resolve, reject) => {
    // Latin 1 keeps every byte, should frames come along with the answer.
    let greeting = ''
    let frames: ((chunk: Buffer) => void) | undefined
    socket.on('error', reject)
    socket.on('close', () => onEnd('closed'))
    socket.on('data', (chunk: Buffer) => {
      if (frames !== undefined) return frames(chunk)
      greeting += chunk.toString('latin1')
      const end = greeting.indexOf('\r\n\r\n')
      if (end === -1) return
      frames = createFrameReader(onMessage, readsText, onEnd, () => void socket.write(PONG))
      resolve({
        send: (message) => void socket.write(frameOf(JSON.stringify(message))),
        close: () => socket.destroy(),
      })
      frames(Buffer.from(greeting.slice(end + 4), 'latin1'))
    })
  })
}

/** Client frames are masked; a mask of zeroes leaves the bytes as they are. */
function frameOf(text: string): Buffer {
  const body = Buffer.from(text)
  const head =
    body.length < 126
      ? Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0])
      : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 255, 0, 0, 0, 0])
  return Buffer.concat([head, body])
}

function createFrameReader(
  onMessage: (text: string) => void,
  readsText: () => boolean,
  onEnd: (reason: string) => void,
  onPing: () => void,
): (chunk: Buffer) => void {
  /** The beginning of a frame's head. */
  let head = Buffer.alloc(0)
  /** Bytes of the present frame that are still to come. */
  let rest = 0
  let opcode = 0
  let parts: Buffer[] = []

  const finish = () => {
    if (opcode === 8) return onEnd(Buffer.concat(parts).subarray(2).toString())
    if (opcode === 9) return onPing()
    if (opcode !== 1) return
    onMessage(parts.length === 0 ? '' : Buffer.concat(parts).toString())
  }

  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (rest > 0) {
        const taken = Math.min(rest, chunk.length - at)
        if (opcode === 8 || readsText()) parts.push(chunk.subarray(at, at + taken))
        rest -= taken
        at += taken
      } else {
        const bytes = Buffer.concat([head, chunk.subarray(at, at + 10)])
        const length = (bytes[1] ?? 0) & 127
        const need = length === 126 ? 4 : length === 127 ? 10 : 2
        if (bytes.length < 2 || bytes.length < need) {
          head = bytes
          return
        }
        at += need - head.length
        head = Buffer.alloc(0)
        opcode = (bytes[0] ?? 0) & 15
        parts = []
        rest =
          length === 126
            ? bytes.readUInt16BE(2)
            : length === 127
              ? Number(bytes.readBigUInt64BE(2))
              : length
      }
      if (rest === 0) finish()
    }
  }
}
