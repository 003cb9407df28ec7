import { Pool } from 'undici'
import { makeKey } from './make-key.ts'
import { BENCH_SECRETS, progress, round, startProduct, throwAwayDatabase } from './stage.ts'

const LIMIT = 1_000
const WINDOW_MS = 60_000
const CLIENTS = 16
/** A minute to fill the window, and another to see that it is kept. */
const MINUTES = 2
/** A client that is refused asks again after this long, whatever it is told. */
const REFUSED_PAUSE_MS = 100

/**
 * How well the limit of 1,000 requests a minute of one key is kept by two server processes on one
 * database, with sixteen clients that send as fast as they are answered, over HTTP. Nothing about the
 * limit is set: it is the product's own.
 */
export async function run(): Promise<object[]> {
  await using server = await throwAwayDatabase()
  const apiKey = await makeKey(server.url, ['work-orders:read'])
  const env = { DATABASE_URL: server.url, ROLES: 'server', ...BENCH_SECRETS }
  await using one = await startProduct(env)
  await using two = await startProduct(env)
  const clients = Array.from({ length: CLIENTS }, (_, n) => new Pool(n % 2 ? one.url : two.url))
  const grantedAt: number[] = []
  let refused = 0
  const startedAt = performance.now()
  const until = startedAt + MINUTES * WINDOW_MS + WINDOW_MS / 60
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < until) {
        // Between sending and answering it was counted; the answer is the later end.
        const answer = await client.request({
          path: '/graphql',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
          body: '{"query":"{ __typename }"}',
        })
        await answer.body.dump()
        if (answer.statusCode === 200) grantedAt.push(performance.now())
        else if (answer.statusCode === 429) {
          refused++
          await new Promise((resolve) => setTimeout(resolve, REFUSED_PAUSE_MS))
        } else throw new Error(`answered ${answer.statusCode}`)
      }
      await client.close()
    }),
  )
  grantedAt.sort((a, b) => a - b)
  const perMinute = Array.from({ length: MINUTES }, (_, minute) => {
    const from = startedAt + minute * WINDOW_MS
    return grantedAt.filter((at) => at >= from && at < from + WINDOW_MS).length
  })
  const line = {
    bench: 'limiter',
    limit: LIMIT,
    processes: 2,
    clients: CLIENTS,
    grantedPerMinute: perMinute,
    mostInAnyMinute: mostWithin(grantedAt, WINDOW_MS),
    refused,
    deviation: round(Math.max(...perMinute.map((count) => Math.abs(count / LIMIT - 1))), 4),
  }
  progress(`limiter: ${JSON.stringify(line)}`)
  return [line]
}

/** The most of these sorted moments in any span of time. */
function mostWithin(sorted: readonly number[], spanMs: number): number {
  let [first, most] = [0, 0]
  for (const [last, at] of sorted.entries()) {
    while (at - (sorted[first] ?? at) >= spanMs) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}
