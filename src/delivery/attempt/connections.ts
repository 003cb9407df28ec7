import type { Socket } from 'node:net'
import { Client } from 'undici'
import {
  type ConnectSettings,
  type ConnectTimings,
  createConnector,
  type OpenedSocket,
} from './connect.ts'

/** One kept connection and what is known of it. */
interface Connection {
  origin: Origin
  client: Client
  timings: ConnectTimings
  /** Address that it is connected to, once it is. */
  remoteAddress: string | undefined
  /** Exchanges before the present one */
  uses: number
  openedMs: number
  gone: boolean
}

/**
 * Kept connections, one exchange at a time on each.
 *
 * Why not undici's Agent: it does not tell which socket an exchange went over, so neither whether
 * the socket was fresh (is a reset the receiver's fault or an idle connection's end?) nor how long
 * its opening took. Its parser and writer do the work here all the same.
 */
export interface Connections extends AsyncDisposable {
  take(origin: Origin, options: { fresh: boolean }): Connection
  /** Back after a whole exchange; closes it when it is old or has been closed. */
  put(connection: Connection): void
  drop(connection: Connection): void
}

export interface Origin {
  /** "https://example.com:8443" */
  text: string
  host: string
  port: number
  secure: boolean
}

/** Unless the receiver announces another time. Many servers close after five seconds. */
const IDLE_MS = 4_000
/** After this a connection is opened anew, so that a name's new addresses are taken up. */
const MAX_AGE_MS = 300_000
/** Of an answer's head */
const MAX_HEADER_BYTES = 32_768

export function openConnections(settings: ConnectSettings): Connections {
  const openSocket = createConnector(settings)
  const idle = new Map<string, Connection[]>()
  const all = new Set<Connection>()

  async function connect(
    connection: Connection,
    callback: (...result: [null, Socket] | [Error, null]) => void,
  ): Promise<void> {
    let opened: OpenedSocket
    try {
      opened = await openSocket(connection.origin, connection.timings)
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null)
      return
    }
    connection.remoteAddress = opened.remoteAddress
    callback(null, opened.socket)
  }

  function open(origin: Origin): Connection {
    const timings: ConnectTimings = {}
    const client = new Client(origin.text, {
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: MAX_AGE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The exchange keeps the time itself.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => void connect(connection, callback),
    })
    const connection: Connection = {
      origin,
      client,
      timings,
      remoteAddress: undefined,
      uses: 0,
      openedMs: performance.now(),
      gone: false,
    }
    // A request may wait for its turn on it. It must learn how the connection ended, as one that was
    // being sent does: that is what says whether it is made again.
    client.once('disconnect', (_origin, _targets, error) => drop(connection, error))
    all.add(connection)
    return connection
  }

  function drop(connection: Connection, error: Error | null = null): void {
    if (connection.gone) return
    connection.gone = true
    all.delete(connection)
    const kept = idle.get(connection.origin.text)
    const at = kept?.indexOf(connection) ?? -1
    if (kept !== undefined && at >= 0) {
      kept.splice(at, 1)
      if (kept.length === 0) idle.delete(connection.origin.text)
    }
    void connection.client.destroy(error)
  }

  return {
    take(origin, { fresh }) {
      const kept = fresh ? undefined : idle.get(origin.text)
      const connection = kept?.pop()
      if (kept?.length === 0) idle.delete(origin.text)
      return connection ?? open(origin)
    },
    put(connection) {
      if (connection.gone) return
      if (performance.now() - connection.openedMs > MAX_AGE_MS) {
        drop(connection)
        return
      }
      connection.uses++
      const kept = idle.get(connection.origin.text)
      if (kept === undefined) idle.set(connection.origin.text, [connection])
      else kept.push(connection)
    },
    drop: (connection) => drop(connection),
    async [Symbol.asyncDispose]() {
      idle.clear()
      await Promise.all([...all].map((connection) => connection.client.destroy()))
    },
  }
}
