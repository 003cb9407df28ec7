import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import { openCluster, recordSteadily, settledHead, positionsTo } from '../harness/cluster.ts'
import { plantroom } from '../harness/command-line.ts'
import { startCuttingProxy } from '../harness/cutting-proxy.ts'
import { cloneDatabase } from '../harness/database.ts'
import { until } from '../harness/process.ts'
import { startReceiver } from '../harness/receiver.ts'

/** LISTEN_CUTS=5000 npx vitest run test/cli/listen.test.ts is the long form. */
const CUTS = Number(process.env['LISTEN_CUTS'] ?? 200)
const SLEEPS = 3
const SECRET = `whsec_${Buffer.from('the secret of listen').toString('base64')}`

it(
  `plantroom listen, cut ${CUTS} times and frozen ${SLEEPS} times, forwards every event once, in order, to the byte`,
  { timeout: 180_000 },
  async () => {
    await using database = await cloneDatabase()
    await using cluster = await openCluster(database.url)
    await using receiver = await startReceiver()
    await using home = await temporaryFolder('listen')
    await cluster.start('worker')
    const server = await cluster.start('server')
    await using proxy = await startCuttingProxy([server.port])
    const recording = await recordSteadily(() => [server.port], cluster.owner, 50)
    const [, token = ''] = Object.values(cluster.owner).join('').split(' ')
    const env = {
      PLANTROOM_URL: `http://127.0.0.1:${proxy.port}`,
      PLANTROOM_TOKEN: token,
      XDG_STATE_HOME: home.path,
    }
    const args = [
      'listen',
      '--since',
      '1h',
      '--resume',
      '--secret',
      SECRET,
      '--forward-to',
      receiver.url,
    ]
    let listening = plantroom(args, env)
    await until('the first event', () => receiver.received.length > 0)

    for (let sleeps = 0, before = 0; proxy.cuts < CUTS;) {
      // Cut as soon as it is there again: each cut hits a stream, not a pause.
      const seen = receiver.received.length
      await until('another event', () => receiver.received.length > seen)
      before = proxy.cuts
      proxy.cut()
      expect(proxy.cuts).toBeGreaterThanOrEqual(before)
      if (proxy.cuts > ((sleeps + 1) * CUTS) / (SLEEPS + 1) && sleeps < SLEEPS) {
        listening.signal('SIGSTOP')
        const behind = recording.confirmed
        await until('what it sleeps through', () => recording.confirmed > behind + 100)
        proxy.cut()
        listening.signal('SIGCONT')
        sleeps++
      }
    }
    // Ended by Ctrl-C and started again: it goes on where it was.
    listening.signal('SIGINT')
    expect(await listening.ended, listening.err()).toBe(0)
    listening = plantroom(args, env)

    await recording.stop()
    const head = await settledHead(cluster)
    await until('the end of the log', () => receiver.received.length >= head, 60_000)
    const sequences = receiver.received.map(({ headers }) => Number(headers['webhook-sequence']))
    expect(sequences).toEqual(positionsTo(head))

    const { rows } = await cluster.database.pool.query(
      'SELECT id, body FROM event WHERE organization_id = $1 ORDER BY position',
      [cluster.organizationId],
    )
    expect(receiver.received.map(({ body }) => body)).toEqual(rows.map(({ body }) => body))
    for (const { headers, body } of receiver.received) {
      const [, time, hex] = /^t=(\d+),v1=(.*)$/.exec(String(headers['x-infodeck-signature'])) ?? []
      expect(createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex')).toBe(hex)
    }
    listening.signal('SIGTERM')
    expect(await listening.ended).toBe(0)
  },
)
