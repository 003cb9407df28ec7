import { graphql } from '../../src/generated/client/index.ts'
import { type Load, offer, openLoad, type Tenant, untilArrived } from './load.ts'
import { GREEDY_WAYS, type Greedy } from './greedy.ts'
import { percentiles, progress, round } from './stage.ts'

const RATE_PER_SECOND = 20
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 6)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 2)
/** The first of a stretch come while the other organization's load is still building up. */
const WARM_UP_SECONDS = 1
const ENDPOINTS = 5
const SETTINGS = {
  WEBHOOK_RETRY_DELAYS: '5s',
  WEBHOOK_TIMEOUT: '10s',
}

const AddWorkOrder = graphql(`
  mutation NeighbourAddWorkOrder($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      workOrder {
        id
      }
    }
  }
`)

/**
 * How long another organization's events take from commit to receiver, alone and beside one that does
 * its worst, in turns. One line for each way of doing it, and one for all of them at once.
 */
export async function run(): Promise<object[]> {
  const only = process.env['BENCH_WAYS']?.split(',')
  const ways = Object.entries(GREEDY_WAYS).filter(([way]) => only?.includes(way) ?? true)
  const lines: object[] = []
  for (const [way, begin] of ways) lines.push(await measureWay(way, [begin]))
  if (ways.length > 1) {
    lines.push(
      await measureWay(
        'all at once',
        ways.map(([, begin]) => begin),
      ),
    )
  }
  return lines
}

async function measureWay(way: string, begins: readonly Greedy[]): Promise<object> {
  await using load = await openLoad(0, SETTINGS)
  const places: string[] = []
  for (let n = 0; n < ENDPOINTS; n++) places.push(await load.addTarget(`${n}`))
  const alone: number[] = []
  const beside: number[] = []
  await measure(load, places, WARM_UP_SECONDS)
  for (let n = 1; n <= ROUNDS; n++) {
    alone.push(...(await measure(load, places, SECONDS)))
    await using greedy = new AsyncDisposableStack()
    await Promise.all(
      begins.map(async (begin, index) => {
        const tenant: Tenant = await load.addTenant(`greedy ${n} ${index}`)
        await begin({ tenant, load, stack: greedy })
      }),
    )
    beside.push(...(await measure(load, places, SECONDS)))
    await greedy.disposeAsync()
    await load.database.pool.query(`
      UPDATE webhook_endpoint SET status = 'PAUSED'
       WHERE organization_id <> (SELECT organization_id FROM location WHERE id = '${places[0]}')`)
  }
  const [a, b] = [percentiles(alone), percentiles(beside)]
  const ratio = round(b.p95 / a.p95, 2)
  progress(
    `neighbours: ${way}: alone p50 ${a.p50}, p95 ${a.p95}; beside p50 ${b.p50}, p95 ${b.p95}`,
  )
  return {
    bench: 'neighbours',
    way,
    aloneMs: { p50: a.p50, p95: a.p95 },
    besideMs: { p50: b.p50, p95: b.p95 },
    ratio,
  }
}

async function measure(load: Load, places: string[], seconds: number): Promise<number[]> {
  const made: string[] = []
  const warmUp = RATE_PER_SECOND * WARM_UP_SECONDS
  await offer(RATE_PER_SECOND, RATE_PER_SECOND * seconds + warmUp, async (nth) => {
    const input = { title: `Work ${nth}`, locationId: places[nth % places.length] }
    const said = await load.ask(AddWorkOrder, input)
    const id = /"id":"(wo-[^"]+)"/.exec(said)?.[1]
    // What is refused under this load is told of, and has no time.
    if (id === undefined) progress(`neighbours: refused: ${said.slice(0, 200)}`)
    else if (nth >= warmUp) made.push(id)
  })
  const arrivals = await untilArrived(load.receiver, made, 60_000)
  const commits = await load.commits()
  return made.map((id) => (arrivals.get(id) ?? NaN) - (commits.get(id) ?? NaN))
}
