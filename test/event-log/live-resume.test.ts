import { describe, expect, it } from 'vitest'
import { openCluster, positionsTo, recordSteadily, settledHead } from '../harness/cluster.ts'
import { startCuttingProxy } from '../harness/cutting-proxy.ts'
import { cloneDatabase } from '../harness/database.ts'
import { followBySocket, followBySse } from '../harness/following.ts'
import { until } from '../harness/process.ts'

/** LIVE_CUTS=20000 npx vitest run test/event-log/live-resume.test.ts is the long form. */
const CUTS = Number(process.env['LIVE_CUTS'] ?? 1_000)
const CLIENTS = 10
const EVENTS_PER_SECOND = 200
/** Between two cuts of one client, at most. */
const LONGEST_PEACE_MS = 300

describe('clients that are cut at random moments while two servers record', () => {
  it.each([
    ['graphql-ws', followBySocket],
    ['graphql-sse', followBySse],
  ])(
    `${CUTS} times in all, end with exactly the log over %s`,
    { timeout: 120_000 + CUTS * 200 },
    async (_client, follow) => {
      await using database = await cloneDatabase()
      await using cluster = await openCluster(database.url)
      await cluster.start('worker')
      const servers = [await cluster.start('server'), await cluster.start('server')]
      const ports = servers.map((server) => server.port)
      const recording = await recordSteadily(() => ports, cluster.owner, EVENTS_PER_SECOND)
      // Fresh processes are slow at first: what is cut is a stream at its full rate.
      await until('a steady rate', () => recording.confirmed > 3 * EVENTS_PER_SECOND)
      const startedAt = performance.now()
      const already = recording.confirmed
      let cuts = 0
      const clients = await Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          const proxy = await startCuttingProxy(ports)
          const follower = follow(proxy.port, cluster.owner)
          const cutting = (async () => {
            while (cuts < CUTS) {
              const peaceMs = Math.random() * LONGEST_PEACE_MS
              await new Promise((resolve) => setTimeout(resolve, peaceMs))
              const before = proxy.cuts
              proxy.cut()
              cuts += proxy.cuts - before
            }
          })()
          return { proxy, follower, cutting }
        }),
      )
      await Promise.all(clients.map((client) => client.cutting))
      const rate = (recording.confirmed - already) / ((performance.now() - startedAt) / 1_000)
      const recorded = await recording.stop()
      const head = await settledHead(cluster)
      expect(head).toBeGreaterThanOrEqual(recorded)
      for (const { follower, proxy } of clients) {
        await follower.reach(head)
        expect(follower.faults).toEqual([])
        expect(follower.seen).toEqual(positionsTo(head))
        follower[Symbol.dispose]()
        await proxy[Symbol.asyncDispose]()
      }
      expect(cuts).toBeGreaterThanOrEqual(CUTS)
      console.log(`${cuts} cuts, ${head} events, ${rate.toFixed(0)} events/s`)
    },
  )
})
