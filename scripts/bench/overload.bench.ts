import { graphql } from '../../src/generated/client/index.ts'
import { offer, openLoad, untilArrived } from './load.ts'
import { median, percentiles, progress, round } from './stage.ts'

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 30)
const PER_MUTATION = 100
const MUTATIONS_PER_SECOND = 10
const ENDPOINTS = 50
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
/** Longer than anything that is worth a figure. */
const TIMEOUT_MS = 120_000

const AddWorkOrders = graphql(`
  mutation BenchAddWorkOrders($input: WorkOrderBulkCreateInput!) {
    workOrderBulkCreate(input: $input) {
      results {
        workOrder {
          id
        }
      }
    }
  }
`)

/**
 * 1,000 events a second for 30 s, as ten bulk mutations of 100 work orders each, each wanted by one
 * of 50 endpoints. How late they are at worst, and how long after the last answered mutation the
 * last of them arrived.
 */
export async function run(): Promise<object[]> {
  const p95Ms: number[] = []
  const drainedAfterMs: number[] = []
  const offeredPerSecond: number[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    const measured = await measure()
    p95Ms.push(measured.p95Ms)
    drainedAfterMs.push(measured.drainedAfterMs)
    offeredPerSecond.push(measured.offeredPerSecond)
    progress(
      `overload: round ${n}: ${round(measured.offeredPerSecond, 0)}/s, p95 ${measured.p95Ms} ms, drained after ${round(measured.drainedAfterMs, 0)} ms`,
    )
  }
  return [
    {
      bench: 'overload',
      p95Ms: median(p95Ms),
      drainedAfterMs: round(median(drainedAfterMs), 0),
      offeredPerSecond: round(median(offeredPerSecond), 0),
    },
  ]
}

async function measure() {
  await using load = await openLoad()
  const places: string[] = []
  for (let n = 0; n < ENDPOINTS; n++) places.push(await load.addTarget(`${n}`))
  const items = Array.from({ length: PER_MUTATION }, (_, n) => ({
    title: `Work ${n}`,
    locationId: places[n % ENDPOINTS],
  }))
  const ids: string[] = []
  const startedAt = performance.timeOrigin + performance.now()
  const endedAt = await offer(MUTATIONS_PER_SECOND, MUTATIONS_PER_SECOND * SECONDS, async () => {
    const said = await load.ask(AddWorkOrders, { items })
    const made = [...said.matchAll(/"id":"(wo-[^"]+)"/g)].map((match) => match[1] ?? '')
    if (made.length !== PER_MUTATION) throw new Error(said)
    ids.push(...made)
  })
  const arrivals = await untilArrived(load.receiver, ids, TIMEOUT_MS)
  const commits = await load.commits()
  const latencies = ids.map((id) => (arrivals.get(id) ?? NaN) - (commits.get(id) ?? NaN))
  const last = Math.max(...arrivals.values())
  return {
    p95Ms: percentiles(latencies).p95,
    drainedAfterMs: Math.max(0, last - endedAt),
    offeredPerSecond: ids.length / ((endedAt - startedAt) / 1_000),
  }
}
