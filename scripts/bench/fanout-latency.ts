import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { settle, type Stage, stopChild } from './fanout-stage.ts'
import { percentiles, round } from './stage.ts'

const LATENCY = { subscribers: 200, perSecond: 200, seconds: 10, warmUpSeconds: 2 }

/** One event and a row beside it, by which PostgreSQL tells when they were committed. */
const RECORD_ONE = `
  WITH recorded AS (
    INSERT INTO event (id, organization_id, type, body, subject_id, changed_fields, facets, actor)
    VALUES ($1, $2, 'location.created', $3, 'loc-bench', '{}', '{}', '{"type":"SYSTEM"}'))
  INSERT INTO bench_commit (id) VALUES ($1)`

/** Events one by one at a steady rate; the moment of each commit is PostgreSQL's own. */
export async function measureLatency(stage: Stage): Promise<object> {
  const { subscribers, perSecond, seconds, warmUpSeconds } = LATENCY
  const { pool } = stage.database
  await pool.query('CREATE TABLE bench_commit (id text PRIMARY KEY)')
  const child = fork(path.join(import.meta.dirname, 'fanout-client.ts'))
  try {
    const credentials = Array.from({ length: subscribers }, (_, n) => stage.credentialsOf(n))
    child.send({ url: stage.url, subscribers, credentials })
    await once(child, 'message')
    const body = JSON.stringify({ data: { object: { name: 'x'.repeat(400) } }, livemode: true })
    const total = perSecond * (seconds + warmUpSeconds)
    const startedAt = performance.now()
    const running: Promise<void>[] = []
    for (let n = 0; n < total; n++) {
      const waitMs = startedAt + (n * 1_000) / perSecond - performance.now()
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
      const values = [`evt_${n}`, stage.organizationId, body]
      running.push(
        pool.query({ name: 'record-one', text: RECORD_ONE, values }).then(() => stage.wake()),
      )
    }
    await Promise.all(running)
    const tookSeconds = (performance.now() - startedAt) / 1_000
    const arrivals = await collectArrivals(child, total * subscribers)
    const commits = await pool.query<{ id: string; at: number }>(
      'SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM bench_commit',
    )
    const delays = commits.rows
      .filter(({ id }) => Number(id.slice(4)) >= perSecond * warmUpSeconds)
      .flatMap(({ id, at }) => (arrivals.get(id) ?? []).map((arrived) => arrived - at))
    return {
      bench: 'fanout-latency',
      subscribers,
      eventsPerSecond: round(total / tookSeconds, 0),
      commitToReceiptMs: percentiles(delays),
    }
  } finally {
    await stopChild(child)
  }
}

async function collectArrivals(child: ChildProcess, wanted: number) {
  for (const until = Date.now() + 30_000; Date.now() < until;) {
    child.send('report')
    const [list] = (await once(child, 'message')) as [[string, number[]][]]
    if (list.reduce((sum, [, times]) => sum + times.length, 0) >= wanted) return new Map(list)
    await settle()
  }
  throw new Error('not every event arrived')
}
