import type { Server } from 'node:http'
import type { Config } from '../config/config.ts'
import { StartupError } from '../errors.ts'
import type { Logger } from '../log.ts'

/**
 * What cannot be accepted later on, as when the process has no file descriptor left, is logged.
 * @throws StartupError naming the reason and the remedy.
 */
export async function listen(server: Server, { host, port }: Config, log: Logger): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (server.listening) log.warn({ error: error.message }, 'a connection was not accepted')
      reject(new StartupError(describeListenError(error, host, port)))
    })
    server.listen(port, host, resolve)
  })
}

function describeListenError(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken: stop what uses it or set PORT to another one.`
    case 'EACCES':
      return `Port ${port} needs rights that this process does not have: set PORT to 1024 or above.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}: set HOST to one that it has.`
    default:
      return `The server cannot listen on ${host}:${port}: ${error.message}`
  }
}

/** Where clients on this machine reach the server. */
export function urlOf(server: Server, config: Config): { url: string; port: number } {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  return { port, url: config.publicUrl ?? `http://${hostInUrl(config.host)}:${port}` }
}

/** An address of every interface is no place to send a client. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
