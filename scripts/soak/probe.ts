import type { Database } from '../../src/database/database.ts'
import type { Tenant } from '../bench/load.ts'
import { type BenchReceiver, percentiles } from '../bench/stage.ts'
import type { Ask } from './stage.ts'
import { AddWorkOrder } from './steady-load.ts'

const PER_SECOND = 4
/** For what is still on its way when the last one was made. */
const ARRIVAL_MS = 60_000

/** What goes on meanwhile: nothing else, greedy neighbours and storms, or all faults besides. */
type Stretch = 'alone' | 'beside' | 'amid faults'

export interface Probe {
  begin(stretch: Stretch): void
  /** @returns how long they took from commit to receiver in each stretch, ms, and how many never came */
  stop(): Promise<{ times: Record<string, object>; lost: number }>
}

/** One event after another to an endpoint that nothing is done to. */
export async function startProbe(
  database: Database,
  tenant: Tenant,
  receiver: BenchReceiver,
  ask: Ask,
): Promise<Probe> {
  const locationId = await tenant.addTarget('probe')
  const made = new Map<string, Stretch>()
  let current: Stretch | undefined
  let isOver = false

  async function run(): Promise<void> {
    while (!isOver) {
      const stretch = current
      await new Promise((resolve) => setTimeout(resolve, 1_000 / PER_SECOND))
      if (stretch === undefined) continue
      const variables = { input: { title: 'Probe', locationId } }
      const { id } = await ask(AddWorkOrder, variables, (data) => data.workOrderCreate.workOrder)
      made.set(id, stretch)
    }
  }
  const running = run()

  return {
    begin(stretch) {
      current = stretch
    },
    async stop() {
      isOver = true
      await running
      const deadline = performance.now() + ARRIVAL_MS
      let arrivals = await receiver.arrivals()
      while (![...made.keys()].every((id) => arrivals.has(id)) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 500))
        arrivals = await receiver.arrivals()
      }
      const commits = await commitTimes(database, [...made.keys()])
      const times: Record<string, number[]> = {}
      let lost = 0
      for (const [id, stretch] of made) {
        const [arrival, commit] = [arrivals.get(id), commits.get(id)]
        if (arrival === undefined || commit === undefined) lost++
        else (times[stretch] ??= []).push(arrival - commit)
      }
      const summary = Object.entries(times).map(([stretch, all]) => [
        stretch,
        { count: all.length, ...percentiles(all) },
      ])
      return { times: Object.fromEntries(summary), lost }
    },
  }
}

/** Of rows that were never changed. */
async function commitTimes(database: Database, ids: string[]): Promise<Map<string, number>> {
  const { rows } = await database.pool.query<{ id: string; at: number }>(
    `SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at
       FROM work_order WHERE id = ANY ($1)`,
    [ids],
  )
  return new Map(rows.map(({ id, at }) => [id, at]))
}
