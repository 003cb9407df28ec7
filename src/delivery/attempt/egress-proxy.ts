import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { EgressProxyConfig } from '../../config/config.ts'
import { AttemptError, type Failure } from './attempt-error.ts'
import type { VettedAddress } from './guard.ts'

/** What the proxy says of the target and not of itself: it could not be reached, or not in time. */
const OF_THE_TARGET: Readonly<Record<number, Failure>> = {
  502: 'connect.unreachable',
  504: 'connect.timeout',
}
const MAX_HEAD_BYTES = 16_384

/**
 * Opens a tunnel (CONNECT) to one of a target's vetted addresses: the proxy is told the address and
 * never the name, so that it cannot look up another one.
 * @throws AttemptError `proxy.*` for its own faults, `connect.*` for what it says of the target
 */
export async function openTunnel(
  proxy: EgressProxyConfig,
  addresses: readonly VettedAddress[],
  port: number,
  timeoutMs: number,
): Promise<{ socket: Socket; address: string }> {
  const untilMs = performance.now() + timeoutMs
  let refused = new AttemptError('connect.unreachable', 'There is no address to connect to')
  for (const { address } of addresses) {
    try {
      const leftMs = Math.max(1, untilMs - performance.now())
      return { socket: await tunnelTo(proxy, address, port, leftMs), address }
    } catch (error) {
      if (!(error instanceof AttemptError) || isFaultOfProxy(error.failure)) throw error
      refused = error
      if (performance.now() >= untilMs) break
    }
  }
  throw refused
}

/** Whether a failure says nothing of the endpoint: it is neither counted against it nor ends it. */
export function isFaultOfProxy(failure: string | undefined): boolean {
  return failure?.startsWith('proxy.') ?? false
}

function tunnelTo(
  proxy: EgressProxyConfig,
  address: string,
  port: number,
  timeoutMs: number,
): Promise<Socket> {
  const { host, secure } = proxy
  const target = `${isIPv6(address) ? `[${address}]` : address}:${port}`
  // Without it a proxy that stands behind one address with others would not know who is meant.
  const servername = isIP(host) === 0 ? host : ''
  const socket = secure
    ? connectTls({ host, port: proxy.port, servername, ALPNProtocols: ['http/1.1'] })
    : connectTcp({ host, port: proxy.port, noDelay: true, keepAlive: true })
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    let connected = false
    const timer = setTimeout(() => {
      fail('proxy.timeout', `The proxy opened no tunnel within ${Math.round(timeoutMs)} ms`)
    }, timeoutMs)

    function settle(): void {
      clearTimeout(timer)
      socket.off('error', onError)
      socket.off('close', onClose)
      socket.off('data', onData)
    }
    function fail(failure: Failure, message: string): void {
      settle()
      // What a socket says after it was given up concerns nobody.
      socket.on('error', () => undefined)
      socket.destroy()
      reject(new AttemptError(failure, message))
    }
    function onError(error: Error): void {
      const reason = 'code' in error ? String(error.code) : error.message
      if (connected) fail('proxy.closed', `The proxy broke off: ${reason}`)
      else fail('proxy.unreachable', `The proxy cannot be reached: ${reason}`)
    }
    function onClose(): void {
      fail('proxy.closed', 'The proxy closed the connection before there was a tunnel')
    }
    function onData(chunk: Buffer): void {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) {
        if (head.length > MAX_HEAD_BYTES)
          fail('proxy.refused', 'The answer of the proxy is too long')
        return
      }
      const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, end))?.[1])
      if (status >= 200 && status < 300) {
        settle()
        socket.pause()
        // A server that speaks first; HTTP and TLS do not, but nothing may be lost.
        const rest = head.subarray(end + 4)
        if (rest.length > 0) socket.unshift(rest)
        resolve(socket)
        return
      }
      fail(
        OF_THE_TARGET[status] ?? 'proxy.refused',
        Number.isNaN(status)
          ? 'The proxy does not answer in HTTP'
          : `The proxy answered ${status} to CONNECT`,
      )
    }

    socket.on('error', onError)
    socket.on('close', onClose)
    socket.on('data', onData)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      connected = true
      const authorization =
        proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`
      socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`)
    })
  })
}
