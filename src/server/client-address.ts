import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv4 } from 'node:net'

/** Tells from which address a request comes, as far as it can be believed. */
export type ClientAddress = (request: IncomingMessage) => string

/** Tells whether an address is that of a proxy whose word is taken. */
export function createProxyTrust(trustedProxies: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList()
  for (const cidr of trustedProxies) {
    const [network = '', prefix] = cidr.split('/')
    trusted.addSubnet(network, Number(prefix), isIPv4(network) ? 'ipv4' : 'ipv6')
  }
  return (address) => {
    const plain = plainAddress(address)
    return trusted.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
  }
}

/**
 * Behind proxies, each of which adds to `X-Forwarded-For` whom it has heard: the nearest address that
 * is not one of theirs. What stands before that may be anything that the client has made up.
 * @param trustedProxies networks whose word is taken, in CIDR notation; none = the header is ignored
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = createProxyTrust(trustedProxies)
  return (request) => {
    let nearest = plainAddress(request.socket.remoteAddress ?? '')
    if (trustedProxies.length === 0) return nearest
    const hops = [request.headers['x-forwarded-for'] ?? []].flat().join().split(',')
    for (const hop of hops.toReversed()) {
      const next = plainAddress(withoutPort(hop.trim()))
      if (!isTrusted(nearest) || isIP(next) === 0) break
      nearest = next
    }
    return nearest
  }
}

/** Some proxies write the port as well: `192.0.2.7:4711`, `[2001:db8::7]:4711`. */
function withoutPort(hop: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(hop)?.[1] ?? hop.replace(/^([\d.]+):\d+$/, '$1')
}

/** IPv4 in its own notation also where it came over a socket that speaks both. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}
