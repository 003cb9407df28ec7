import { Pool } from 'undici'

/** One run of the client process: the same body again and again over a few connections. */
export interface ClientRun {
  origin: string
  /** One after another, each with the next of these. */
  headers: Record<string, string>[]
  body: string
  requests: number
  connections: number
}

export interface ClientResult {
  /** From the first request to the last answer. */
  totalMs: number
  latenciesMs: number[]
}

process.on('message', (run: ClientRun) => {
  void load(run).then((result) => process.send?.(result))
})
process.send?.('ready')

async function load(run: ClientRun): Promise<ClientResult> {
  await using pool = disposable(new Pool(run.origin, { connections: run.connections }))
  const latenciesMs: number[] = []
  let next = 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: run.connections }, async () => {
      while (next < run.requests) {
        const headers = run.headers[next++ % run.headers.length] ?? {}
        const sentAt = performance.now()
        const answer = await pool.client.request({
          path: '/graphql',
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: run.body,
        })
        const text = await answer.body.text()
        if (answer.statusCode !== 200 || text.includes('"errors"')) throw new Error(text)
        latenciesMs.push(performance.now() - sentAt)
      }
    }),
  )
  return { totalMs: performance.now() - startedAt, latenciesMs }
}

function disposable(client: Pool): { client: Pool } & AsyncDisposable {
  return { client, [Symbol.asyncDispose]: () => client.close() }
}
