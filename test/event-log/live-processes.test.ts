import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import { startEmbeddedPostgres } from '../../src/database/postgres/embedded.ts'
import {
  type Node,
  openCluster,
  positionsTo,
  recordSteadily,
  settledHead,
} from '../harness/cluster.ts'
import { startCuttingProxy } from '../harness/cutting-proxy.ts'
import { followBySocket, followBySse } from '../harness/following.ts'
import { isReady, until } from '../harness/process.ts'

/** Clear of the trouble before, so that each is met by processes at work. */
const EVENTS_BETWEEN = 60

describe('two servers and two workers on one database', () => {
  it(
    'lose any of them, their notifications and PostgreSQL itself, and every stream has all in the end',
    { timeout: 180_000 },
    async () => {
      await using folder = await temporaryFolder('live')
      await using postgres = await startEmbeddedPostgres(folder.path, {
        settings: { fsync: 'off' },
      })
      await using cluster = await openCluster(postgres.url)
      const { pool } = cluster.database
      const workers = [await cluster.start('worker'), await cluster.start('worker')]
      const servers = [await cluster.start('server'), await cluster.start('server')]
      const ports = servers.map((server) => server.port)
      await using proxy = await startCuttingProxy(ports)
      const followers = [
        followBySocket(proxy.port, cluster.owner),
        followBySocket(proxy.port, cluster.owner),
        followBySse(proxy.port, cluster.owner),
        followBySse(proxy.port, cluster.owner),
      ]
      const recording = await recordSteadily(() => ports, cluster.owner, 100)

      const replace = async (nodes: Node[], index: number) => {
        const node = nodes[index]
        if (node === undefined) throw new Error('no such process')
        node.process.signal('SIGKILL')
        await node.process.exited
        nodes[index] = await cluster.start(node.role, node.port)
      }
      const loseNotifications = () =>
        pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plantroom live'`,
        )
      /** PostgreSQL restarts all of itself when one of its processes dies. */
      const crashPostgres = async () => {
        const found = await pool.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`,
        )
        process.kill(found.rows[0]?.pid ?? 0, 'SIGKILL')
        for (const port of ports) {
          await until('readiness', () => isReady(`http://127.0.0.1:${port}`))
        }
      }
      const troubles: (() => Promise<unknown>)[] = [
        () => replace(servers, 0),
        () => replace(workers, 0),
        loseNotifications,
        crashPostgres,
        () => replace(servers, 1),
        () => replace(workers, 1),
        crashPostgres,
        loseNotifications,
      ]
      for (const trouble of troubles) {
        const before = recording.confirmed
        await until('events', () => recording.confirmed >= before + EVENTS_BETWEEN)
        await trouble()
      }
      const recorded = await recording.stop()
      const head = await settledHead(cluster)
      expect(head).toBeGreaterThanOrEqual(recorded)
      for (const follower of followers) {
        await follower.reach(head)
        expect(follower.faults).toEqual([])
        expect(follower.seen).toEqual(positionsTo(head))
        follower[Symbol.dispose]()
      }
    },
  )
})
