import { graphql } from '../../src/generated/client/index.ts'
import { offer, openLoad, untilArrived } from './load.ts'
import { percentiles, progress } from './stage.ts'

const RATE_PER_SECOND = 200
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 30)
const WARM_UP_SECONDS = 3
/** The first of them answers only after 5 s. */
const ENDPOINTS = 100
const SLOW_MS = 5_000
/** Besides, endpoints that answer 500 to everything. */
const FAILING = 20
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)

const AddWorkOrder = graphql(`
  mutation BenchAddWorkOrder($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      workOrder {
        id
      }
    }
  }
`)

/**
 * 200 work orders a second through GraphQL over HTTP, each wanted by one of 120 endpoints: 99 healthy
 * ones, one that answers only after 5 s, and 20 that always fail. Figures are of the healthy ones.
 */
export async function run(): Promise<object[]> {
  const commits: number[] = []
  const requests: number[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    const measured = await measure()
    commits.push(...measured.commitToReceivedMs)
    requests.push(...measured.requestToReceivedMs)
    const { p50, p95, p99 } = percentiles(measured.commitToReceivedMs)
    progress(`latency: round ${n}: commit to received p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`)
  }
  return [
    {
      bench: 'latency',
      ratePerSecond: RATE_PER_SECOND,
      failingEndpoints: FAILING,
      commitToReceivedMs: percentiles(commits),
      requestToReceivedMs: percentiles(requests),
    },
  ]
}

async function measure() {
  await using load = await openLoad(SLOW_MS)
  const places: string[] = []
  for (let n = 0; n < ENDPOINTS; n++) places.push(await load.addTarget(n === 0 ? 'slow' : `${n}`))
  for (let n = 0; n < FAILING; n++) places.push(await load.addTarget(`fail/${n}`))
  const isHealthy = (nth: number) => nth % places.length > 0 && nth % places.length < ENDPOINTS

  /** Healthy ones after the warm-up: work order → when it was asked for. */
  const askedAt = new Map<string, number>()
  await offer(RATE_PER_SECOND, RATE_PER_SECOND * (SECONDS + WARM_UP_SECONDS), async (nth) => {
    const at = performance.timeOrigin + performance.now()
    const input = { title: `Work ${nth}`, locationId: places[nth % places.length] }
    const said = await load.ask(AddWorkOrder, input)
    const id = /"id":"(wo-[^"]+)"/.exec(said)?.[1]
    if (id === undefined) throw new Error(said)
    const isWarm = nth >= RATE_PER_SECOND * WARM_UP_SECONDS
    if (isWarm && isHealthy(nth)) askedAt.set(id, at)
  })
  const arrivals = await untilArrived(load.receiver, [...askedAt.keys()], 30_000)
  const commits = await load.commits()
  const since = (start: ReadonlyMap<string, number>) =>
    Array.from(askedAt.keys(), (id) => (arrivals.get(id) ?? NaN) - (start.get(id) ?? NaN))
  return { commitToReceivedMs: since(commits), requestToReceivedMs: since(askedAt) }
}
