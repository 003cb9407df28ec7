import { cpus } from 'node:os'
import { graphql } from '../../src/generated/client/index.ts'
import { type Load, lookForArrivals, offer, openLoad, type Tenant } from './load.ts'
import { GREEDY_WAYS, type Greedy } from './greedy.ts'
import { watchProcess } from './process-time.ts'
import { median, percentiles, progress, round, watchCores } from './stage.ts'

const RATE_PER_SECOND = 20
/** Of one stretch, alone or beside. */
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 4)
/** A stretch alone and one beside each. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5)
/** The first of a stretch come while the other organization's load is still building up. */
const WARM_UP_SECONDS = 1
const ENDPOINTS = 5
const SETTINGS = {
  WEBHOOK_RETRY_DELAYS: '5s',
  WEBHOOK_TIMEOUT: '10s',
}
/** Of each way's endpoints: so all ways together are within what one organization may have. */
const SHARE_AT_ONCE = 0.25
/** What has not arrived by then counts as if it had arrived then. */
const PATIENCE_MS = 20_000
/** A way that is not done with a round by then says so and is over. */
const ROUND_MS = 120_000

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
 * its worst, in short turns, so that what else the machine does meanwhile falls on both alike. The figure
 * is the median of the turns' p95. One line for each way of doing it, and one for all of them at once.
 *
 * BENCH_WAYS names some of them, separated by commas; `all at once` is one of the names.
 */
export async function run(): Promise<object[]> {
  const only = process.env['BENCH_WAYS']?.split(',')
  const ways: [string, readonly Greedy[]][] = [
    ...Object.entries(GREEDY_WAYS).map(([way, begin]): [string, Greedy[]] => [way, [begin]]),
    ['all at once', Object.values(GREEDY_WAYS)],
  ]
  const lines: object[] = []
  for (const [way, begins] of ways) {
    if (only?.includes(way) ?? true) lines.push(await measureWay(way, begins))
  }
  return lines
}

interface Stretch {
  p50: number
  p95: number
  /** Cores that the product kept busy. */
  cores: number
  /** Cores of the machine that were busy. */
  machine: number
  missing: number
}

async function measureWay(way: string, begins: readonly Greedy[]): Promise<object> {
  const alone: Stretch[] = []
  const beside: Stretch[] = []
  let fault: string | undefined
  try {
    await measureRounds(begins, alone, beside)
  } catch (error) {
    fault = String(error)
  }
  const [a, b] = [summarize(alone), summarize(beside)]
  const ratio = round(b.p95 / a.p95, 2)
  const ratios = beside.map((each, n) => round(each.p95 / (alone[n]?.p95 ?? Number.NaN), 2))
  progress(
    `neighbours: ${way}: alone p95 ${a.p95}, beside ${b.p95}, ratio ${ratio} (${ratios.join(' ')})${fault === undefined ? '' : `; ${fault}`}`,
  )
  return { bench: 'neighbours', way, alone: a, beside: b, ratio, ratios, fault }
}

/** Medians over the stretches. */
function summarize(stretches: readonly Stretch[]): Stretch {
  const of = (key: keyof Stretch) => round(median(stretches.map((each) => each[key])), 2)
  return {
    p50: of('p50'),
    p95: of('p95'),
    cores: of('cores'),
    machine: of('machine'),
    missing: stretches.reduce((sum, { missing }) => sum + missing, 0),
  }
}

async function measureRounds(
  begins: readonly Greedy[],
  alone: Stretch[],
  beside: Stretch[],
): Promise<void> {
  await using load = await openLoad(0, SETTINGS)
  const places: string[] = []
  for (let n = 0; n < ENDPOINTS; n++) places.push(await load.addTarget(`${n}`))
  await measure(load, places, WARM_UP_SECONDS)
  for (let n = 1; n <= ROUNDS; n++) {
    // What still runs then ends with the product.
    const limit = setTimeout(() => void load.kill(), ROUND_MS)
    try {
      alone.push(await measure(load, places, SECONDS))
      beside.push(await measureBeside(load, places, begins, n))
    } finally {
      clearTimeout(limit)
    }
  }
}

async function measureBeside(
  load: Load,
  places: string[],
  begins: readonly Greedy[],
  nth: number,
): Promise<Stretch> {
  await using greedy = new AsyncDisposableStack()
  const tenant: Tenant = await load.addTenant(`greedy ${nth}`)
  const starts: (() => Promise<unknown>)[] = []
  const share = begins.length > 1 ? SHARE_AT_ONCE : 1
  for (const begin of begins) starts.push(await begin({ tenant, load, stack: greedy, share }))
  await Promise.all(starts.map((start) => start()))
  const measured = await measure(load, places, SECONDS)
  await greedy.disposeAsync()
  await load.database.pool.query(
    `UPDATE webhook_endpoint SET status = 'PAUSED' WHERE organization_id <> $1`,
    [load.organizationId],
  )
  await load.untilCalm()
  return measured
}

async function measure(load: Load, places: string[], seconds: number): Promise<Stretch> {
  const made: string[] = []
  const warmUp = RATE_PER_SECOND * WARM_UP_SECONDS
  const cores = watchProcess(load.pid)
  const machine = watchCores()
  await offer(RATE_PER_SECOND, RATE_PER_SECOND * seconds + warmUp, async (nth) => {
    const input = { title: `Work ${nth}`, locationId: places[nth % places.length] }
    const said = await load.ask(AddWorkOrder, input)
    const id = /"id":"(wo-[^"]+)"/.exec(said)?.[1]
    // What is refused under this load is told of, and has no time.
    if (id === undefined) progress(`neighbours: refused: ${said.slice(0, 200)}`)
    else if (nth >= warmUp) made.push(id)
  })
  const used = { cores: cores(), machine: machine() * cpus().length }
  const arrivals = await lookForArrivals(load.receiver, made, PATIENCE_MS)
  const commits = await load.commits()
  const times = made.map((id) => {
    const committed = commits.get(id) ?? Number.NaN
    return (arrivals.get(id) ?? committed + PATIENCE_MS) - committed
  })
  const missing = made.filter((id) => !arrivals.has(id)).length
  const { p50, p95 } = percentiles(times)
  return { p50, p95, missing, ...used }
}
