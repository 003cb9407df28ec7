import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { LRUCache } from 'lru-cache'
import type { EgressProxyConfig } from '../../config/config.ts'
import type { TargetPolicy } from '../../webhooks/endpoints/target-url.ts'
import { AttemptError } from './attempt-error.ts'
import { openTunnel } from './egress-proxy.ts'
import { type Resolve, type VettedAddress, vetHost } from './guard.ts'

export interface ConnectSettings {
  policy: TargetPolicy
  /** For look-up, TCP and TLS together. */
  connectTimeoutMs: number
  resolve?: Resolve | undefined
  /** What all connections go through; the guard vets their targets all the same. */
  proxy?: EgressProxyConfig | undefined
}

export interface ConnectTarget {
  /** Name or address, without the brackets of IPv6 */
  host: string
  port: number
  secure: boolean
}

/** A connection and the address at its other end, also where a proxy stands between. */
export interface OpenedSocket {
  socket: Socket
  remoteAddress: string | undefined
}

/** How a connection came to be. */
export interface ConnectTimings {
  dnsMs?: number
  connectMs?: number
  tlsMs?: number
}

/** TLS sessions kept for resumption, one per host and port; spares a round trip and a signature. */
const MAX_SESSIONS = 1_000

/** Opens connections to vetted addresses only. */
export function createConnector(settings: ConnectSettings) {
  const sessions = new LRUCache<string, Buffer>({ max: MAX_SESSIONS })

  /**
   * @param timings filled in as far as it comes, also when it fails
   * @throws AttemptError of the stage guard, dns, proxy, connect or tls
   */
  return async function openSocket(
    target: ConnectTarget,
    timings: ConnectTimings,
  ): Promise<OpenedSocket> {
    const startedMs = performance.now()
    const addresses = await within(
      settings.connectTimeoutMs,
      vetHost(target.host, settings.policy, settings.resolve),
    )
    const resolvedMs = performance.now()
    if (isIP(target.host) === 0) timings.dnsMs = resolvedMs - startedMs
    const leftMs = Math.max(1, settings.connectTimeoutMs - (resolvedMs - startedMs))
    const tunnel =
      settings.proxy === undefined
        ? undefined
        : await openTunnel(settings.proxy, addresses, target.port, leftMs)
    const address = {
      host: target.host,
      port: target.port,
      lookup: answerWith(addresses),
      autoSelectFamily: true,
      noDelay: true,
      keepAlive: true,
      ...(tunnel === undefined ? {} : { socket: tunnel.socket }),
    }
    const sessionKey = `${target.host}:${target.port}`
    const session = sessions.get(sessionKey)
    const socket = target.secure
      ? connectTls({
          ...address,
          servername: isIP(target.host) === 0 ? target.host : '',
          ALPNProtocols: ['http/1.1'],
          ...(session === undefined ? {} : { session }),
        })
      : (tunnel?.socket ?? connectTcp(address))
    if (target.secure) {
      socket.on('session', (fresh: Buffer) => {
        sessions.set(sessionKey, fresh)
      })
    }
    if (tunnel === undefined) {
      await established(socket, target.secure, leftMs, timings)
      return { socket, remoteAddress: socket.remoteAddress }
    }
    const tunnelledMs = performance.now()
    timings.connectMs = tunnelledMs - resolvedMs
    if (target.secure) {
      const stillMs = Math.max(1, leftMs - timings.connectMs)
      await established(socket, target.secure, stillMs, timings, tunnelledMs)
    }
    return { socket, remoteAddress: tunnel.address }
  }
}

/** getaddrinfo cannot be called off: what it answers too late is left lying. */
async function within<T>(timeoutMs: number, lookUp: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new AttemptError('dns.timeout', `No address within ${timeoutMs} ms`))
    }, timeoutMs)
  })
  try {
    return await Promise.race([lookUp, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A look-up that knows the answer already. */
function answerWith(addresses: readonly VettedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [...addresses])
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4)
  }
}

function established(
  socket: Socket | TLSSocket,
  secure: boolean,
  timeoutMs: number,
  timings: ConnectTimings,
  /** When TCP was connected already, as in a tunnel (performance.now) */
  tunnelledMs?: number,
): Promise<void> {
  const startedMs = performance.now()
  let connectedMs = tunnelledMs
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      fail(
        connectedMs === undefined
          ? new AttemptError('connect.timeout', `No connection within ${Math.round(timeoutMs)} ms`)
          : new AttemptError('tls.failed', `No TLS handshake within ${Math.round(timeoutMs)} ms`),
      )
    }, timeoutMs)
    const onError = (error: Error) => fail(toAttemptError(error, connectedMs !== undefined))
    const onClose = () => fail(toAttemptError(new Error('closed'), connectedMs !== undefined))
    function settle() {
      clearTimeout(timer)
      socket.off('error', onError)
      socket.off('close', onClose)
    }
    function fail(error: AttemptError) {
      settle()
      // What a socket says after it was given up concerns nobody.
      socket.on('error', () => undefined)
      socket.destroy()
      reject(error)
    }
    function done() {
      settle()
      resolve()
    }
    socket.on('error', onError)
    socket.on('close', onClose)
    socket.once('connect', () => {
      connectedMs = performance.now()
      timings.connectMs = connectedMs - startedMs
      if (!secure) done()
    })
    if (secure) {
      socket.once('secureConnect', () => {
        timings.tlsMs = performance.now() - (connectedMs ?? startedMs)
        done()
      })
    }
  })
}

const CONNECT_FAILURES: Readonly<Record<string, 'connect.refused' | 'connect.unreachable'>> = {
  ECONNREFUSED: 'connect.refused',
  EHOSTUNREACH: 'connect.unreachable',
  ENETUNREACH: 'connect.unreachable',
  EADDRNOTAVAIL: 'connect.unreachable',
}

/** OpenSSL's reasons for not believing a certificate, and Node's own (ERR_TLS_CERT_ALTNAME_INVALID). */
const CERTIFICATE_FAULT =
  /CERT|ALTNAME|SELF_SIGNED|ISSUER|HOSTNAME|VERIFY|SIGNATURE|CRL|CHAIN|PURPOSE|PATH_LENGTH|INVALID_CA/

function toAttemptError(error: Error, connected: boolean): AttemptError {
  const cause = error instanceof AggregateError ? error.errors[0] : error
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const name = typeof code === 'string' ? code : error.message
  if (connected) {
    const isCertificate = CERTIFICATE_FAULT.test(name)
    return new AttemptError(isCertificate ? 'tls.certificate' : 'tls.failed', `TLS failed: ${name}`)
  }
  if (name === 'ETIMEDOUT') return new AttemptError('connect.timeout', 'No connection: ETIMEDOUT')
  return new AttemptError(CONNECT_FAILURES[name] ?? 'connect.failed', `No connection: ${name}`)
}
