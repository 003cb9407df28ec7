import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** A connection on which nothing is read unless somebody listens. */
export function openConnection(url: string): Socket {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  return socket
}

/**
 * Sends bytes as they are, and gives what comes until the server closes the connection.
 * @param patienceMs gives up where nothing has come for so long; default: never
 */
export async function exchange(
  url: string,
  bytes: string | Buffer,
  patienceMs = 0,
): Promise<RawAnswer> {
  const socket = openConnection(url)
  socket.setTimeout(patienceMs, () => socket.destroy())
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return parseAnswer(Buffer.concat(chunks))
}

function parseAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  const [start = '', ...lines] = bytes.subarray(0, Math.max(0, end)).toString().split('\r\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(start)?.[1] ?? 0),
    headers: Object.fromEntries(
      lines.map((line) => {
        const [name = '', ...value] = line.split(': ')
        return [name.toLowerCase(), value.join(': ')]
      }),
    ),
    body: bytes.subarray(end + 4),
  }
}
