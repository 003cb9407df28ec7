import type { Socket } from 'node:net'
import { LRUCache } from 'lru-cache'
import { type ConnectSettings, type ConnectTimings, createConnector } from './connect.ts'
import { AttemptError } from './attempt-error.ts'

/** Where the requests of one endpoint go. */
export interface Target {
  /**
   * Endpoint and version: only equals share connections. What a receiver says behind an answer can
   * then reach no other endpoint, nor what this one is after a change.
   */
  key: string
  /** "example.com:8443", as in the Host header */
  authority: string
  /** Name or address, without the brackets of IPv6 */
  host: string
  port: number
  secure: boolean
}

/** Who is told what happens on a connection. */
interface Listener {
  bytes(chunk: Buffer): void
  /** No more will come. @param clean ended by the receiver, not broken off */
  ended(clean: boolean): void
}

/** One connection and what is known of it; one exchange at a time on it. */
export interface Connection {
  readonly target: Target
  readonly socket: Socket
  /** Address that it is connected to, also behind a proxy */
  readonly remoteAddress: string | undefined
  readonly timings: ConnectTimings
  /** Exchanges before the present one */
  uses: number
  readonly openedMs: number
  /** Undefined while it is kept for later: whatever comes then ends it. */
  listener: Listener | undefined
  gone: boolean
  idleSinceMs: number
  idleTimer: NodeJS.Timeout | undefined
}

/** Kept connections, each to one version of one endpoint. */
export interface Connections extends AsyncDisposable {
  /**
   * One that is kept and, as far as this process can know, still open and silent. A receiver that
   * answers twice may do so a little later, when its second answer would be taken for that to the
   * next request: the first connections to an endpoint are used again only after a silence.
   */
  takeKept(target: Target): Promise<Connection | undefined>
  /**
   * @param timings filled in as far as it comes, also when it fails
   * @throws AttemptError
   */
  open(target: Target, timings: ConnectTimings): Promise<Connection>
  /**
   * Back after a whole exchange, of which nothing is left to read or to write.
   * @param keepMs for how long the receiver says that it keeps it
   */
  put(connection: Connection, keepMs: number | undefined): void
  drop(connection: Connection): void
  /** This receiver says more than its answers: its connections are not kept for some time. */
  distrust(target: Target): void
}

/** Unless the receiver announces another time. Many servers close after five seconds. */
const IDLE_MS = 4_000
/** After this a connection is opened anew, so that a name's new addresses are taken up. */
const MAX_AGE_MS = 300_000
/** Kept in all; the one unused for longest makes room. */
const MAX_IDLE = 2_000
/** Without kept connections, after something came that nobody had asked for. */
const DISTRUST_MS = 60_000
/** A silence this long behind one answer: this receiver says nothing behind its answers. */
const SILENCE_MS = 25
/** Endpoints of which either is remembered */
const MAX_REMEMBERED = 10_000

export function openConnections(settings: ConnectSettings): Connections {
  const openSocket = createConnector(settings)
  const all = new Set<Connection>()
  /** The one unused for longest first */
  const idle = new Set<Connection>()
  const idleByKey = new Map<string, Connection[]>()
  /** Until their time is over */
  const distrusted = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: DISTRUST_MS })
  /** Silent behind an answer of theirs */
  const trusted = new LRUCache<string, true>({ max: MAX_REMEMBERED })
  let closed = false

  function follow(connection: Connection): void {
    const { socket } = connection
    socket.on('data', (chunk: Buffer) => {
      if (connection.listener !== undefined) {
        connection.listener.bytes(chunk)
        return
      }
      if (connection.gone) return
      distrust(connection.target)
      drop(connection)
    })
    let ended = false
    const end = (clean: boolean) => {
      if (ended) return
      ended = true
      connection.listener?.ended(clean)
      drop(connection)
    }
    socket.on('end', () => end(true))
    socket.on('close', () => end(false))
    // A close follows, which says as much as anybody needs to know.
    socket.on('error', () => undefined)
  }

  function drop(connection: Connection): void {
    if (connection.gone) return
    connection.gone = true
    all.delete(connection)
    if (idle.has(connection)) leaveIdle(connection)
    connection.socket.destroy()
  }

  function leaveIdle(connection: Connection): void {
    clearTimeout(connection.idleTimer)
    idle.delete(connection)
    const { key } = connection.target
    const kept = idleByKey.get(key) ?? []
    const at = kept.lastIndexOf(connection)
    if (at >= 0) kept.splice(at, 1)
    if (kept.length === 0) idleByKey.delete(key)
  }

  function distrust({ key }: Target): void {
    trusted.delete(key)
    distrusted.set(key, true)
    for (const connection of idleByKey.get(key)?.slice() ?? []) drop(connection)
  }

  /** Kept ones are used in turns while a silence is waited for, and the last one first after it. */
  function nextKept(key: string): Connection | undefined {
    const kept = idleByKey.get(key)
    if (kept === undefined || trusted.has(key)) return kept?.at(-1)
    const [longest] = kept
    if (longest === undefined || performance.now() - longest.idleSinceMs < SILENCE_MS) {
      return undefined
    }
    trusted.set(key, true)
    return longest
  }

  return {
    async takeKept({ key }) {
      if (!idleByKey.has(key)) return undefined
      // The loop reads first what has come in while this process was busy: the end of a connection,
      // or an answer to nothing.
      await new Promise((resolve) => setImmediate(resolve))
      const connection = nextKept(key)
      if (connection !== undefined) leaveIdle(connection)
      return connection
    },
    async open(target, timings) {
      const { socket, remoteAddress } = await openSocket(target, timings)
      if (closed) {
        socket.destroy()
        throw new AttemptError('internal', 'The sender is being stopped')
      }
      const connection: Connection = {
        target,
        socket,
        remoteAddress,
        timings,
        uses: 0,
        openedMs: performance.now(),
        listener: undefined,
        gone: false,
        idleSinceMs: 0,
        idleTimer: undefined,
      }
      all.add(connection)
      follow(connection)
      return connection
    },
    put(connection, keepMs) {
      const idleMs = Math.min(keepMs ?? IDLE_MS, MAX_AGE_MS)
      const isOld = performance.now() - connection.openedMs > MAX_AGE_MS
      const { key } = connection.target
      if (closed || connection.gone || isOld || idleMs <= 0 || distrusted.has(key)) {
        drop(connection)
        return
      }
      connection.uses++
      connection.listener = undefined
      connection.idleSinceMs = performance.now()
      connection.idleTimer = setTimeout(drop, idleMs, connection)
      idle.add(connection)
      const kept = idleByKey.get(key)
      if (kept === undefined) idleByKey.set(key, [connection])
      else kept.push(connection)
      const [oldest] = idle
      if (idle.size > MAX_IDLE && oldest !== undefined) drop(oldest)
    },
    drop,
    distrust,
    async [Symbol.asyncDispose]() {
      closed = true
      const closing = [...all].map(
        ({ socket }) =>
          new Promise<void>((resolve) => {
            socket.once('close', () => resolve())
            socket.destroy()
          }),
      )
      await Promise.all(closing)
    },
  }
}
