import { connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy extends AsyncDisposable {
  port: number
  /** Connections that were cut, both ways and without a word. */
  readonly cuts: number
  /** Cuts what is open; does nothing when nothing is. */
  cut(): void
}

/** Passes connections on to one of several ports, by turns, until it cuts them. */
export async function startCuttingProxy(targets: readonly number[]): Promise<CuttingProxy> {
  const open = new Set<{ client: Socket; server: Socket }>()
  let cuts = 0
  let turn = Math.floor(Math.random() * targets.length)
  const listener = createServer((client) => {
    const server = connect(targets[turn++ % targets.length] ?? 0, '127.0.0.1')
    const pair = { client, server }
    open.add(pair)
    const end = () => {
      open.delete(pair)
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', end)
    }
    client.pipe(server)
    server.pipe(client)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    get cuts() {
      return cuts
    },
    cut() {
      for (const { client, server } of open) {
        client.resetAndDestroy()
        server.resetAndDestroy()
        cuts++
      }
      open.clear()
    },
    async [Symbol.asyncDispose]() {
      for (const { client, server } of open) {
        client.destroy()
        server.destroy()
      }
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
