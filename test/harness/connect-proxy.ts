import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Certificate } from './certificate.ts'

type Behaviour = 'tunnel' | 'hang' | 'close' | 'nonsense' | number

export interface Proxy extends AsyncDisposable {
  port: number
  /** Heads of the requests it got */
  heads: string[]
  /** Names it was called by (SNI) */
  names: string[]
  behaviour: Behaviour
}

/** A CONNECT proxy on loopback that tunnels, or fails in a way of one's choice. */
export async function startProxy(
  port = 0,
  behaviour: Behaviour = 'tunnel',
  certificate?: Certificate,
): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const serve = (client: Socket) => {
    sockets.add(client)
    client.on('error', () => undefined)
    client.once('data', (chunk) => {
      const head = chunk.toString('latin1')
      proxy.heads.push(head)
      if (proxy.behaviour === 'tunnel') tunnel(client, head)
      else if (proxy.behaviour === 'close') client.destroy()
      else if (proxy.behaviour === 'nonsense') client.end('220 mail.example.com\r\n\r\n')
      else if (proxy.behaviour !== 'hang') client.end(`HTTP/1.1 ${proxy.behaviour} No\r\n\r\n`)
    })
  }
  const server: Server =
    certificate === undefined
      ? createServer(serve)
      : createTlsServer(certificate, (client) => {
          if (client.servername) proxy.names.push(client.servername)
          serve(client)
        }).on('tlsClientError', () => undefined)
  function tunnel(client: Socket, head: string): void {
    const [, host = '', to = '0'] = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n/.exec(head) ?? []
    const target = connect(Number(to), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(target).pipe(client)
    })
    sockets.add(target)
    target.on('error', () => client.destroy())
  }
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  const proxy: Proxy = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heads: [],
    names: [],
    behaviour,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return proxy
}
