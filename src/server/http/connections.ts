import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf } from '../../access/network-of.ts'
import type { Logger } from '../../log.ts'
import { chooseRequestId } from '../../process/request-id.ts'
import { HttpRefusal, refuseSocket } from './answers.ts'

/**
 * Refuses connections of a network that has `most` open already, so that nobody can have all of what
 * the process can hold open. Proxies speak for many, and are not limited.
 */
export function limitConnections(
  server: Server,
  most: number,
  isProxy: (address: string) => boolean,
  log: Logger,
): void {
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    if (isProxy(address)) return
    const network = networkOf(address)
    const count = (counts.get(network) ?? 0) + 1
    counts.set(network, count)
    socket.once('close', () => {
      const left = (counts.get(network) ?? 1) - 1
      if (left === 0) counts.delete(network)
      else counts.set(network, left)
    })
    if (count <= most) return
    log.debug({ network, count }, 'too many connections')
    const message = `At most ${most} connections may be open at once`
    refuseSocket(socket, new HttpRefusal(429, message, { 'retry-after': '1' }), chooseRequestId())
    socket.resume()
  })
}
