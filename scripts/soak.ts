import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { faults } from './soak/faults.ts'
import { openSoak, type Soak } from './soak/stage.ts'
import { takeStock } from './soak/tally.ts'

// npm run soak -- <minutes>: one server and three workers under a steady load of one organization; then
// beside greedy neighbours and storms of cheap requests; then with faults of every kind besides, at
// random moments. The last line is the tally as JSON; the exit code is 0 only when it is clean. Times
// are told, not judged: they are those of the machine as well.
const { positionals } = parseArgs({ allowPositionals: true })
const minutes = Number(positionals[0] ?? 5)
if (!(minutes > 0)) {
  console.error('npm run soak -- <minutes>')
  process.exit(2)
}

const EVENTS_PER_SECOND = 20
/** Shares of the time without anything else, and with neighbours and storms alone. */
const ALONE = 0.05
const BESIDE = 0.2
/** Between one fault and the next, on average. */
const PAUSE_MS = 2_000
/** For what is still on its way when the faults have ended. */
const SETTLE_MS = 180_000

const startedAt = performance.now()
const say = (text: string) => {
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  process.stderr.write(`${String(seconds).padStart(5)} s  ${text}\n`)
}

let isClean = false
{
  await using soak = await openSoak(EVENTS_PER_SECOND, say)
  const wholeMs = minutes * 60_000
  const endsAt = performance.now() + wholeMs
  say('one server and three workers are at work')
  soak.probe.begin('alone')
  await sleep(wholeMs * ALONE)
  say('neighbours and storms begin')
  const neighbours = soak.startNeighbours()
  const storms = soak.startStorms()
  soak.probe.begin('beside')
  await sleep(wholeMs * BESIDE)
  say('faults begin')
  soak.probe.begin('amid faults')
  const caused = await causeFaults(soak, endsAt)
  say('no more faults; waiting for what is on its way')
  await soak.heal()
  await Promise.all([neighbours.stop(), storms.stop(), soak.load.stop()])
  const probe = await soak.probe.stop()
  const tally = await takeStock(soak, SETTLE_MS, say)
  const { silent, ...health } = await soak.health.stop()
  const ended = soak.machine.endedByThemselves
  for (const how of ended) say(`ended by itself: ${how}`)
  for (const what of storms.indiscreet.slice(0, 5)) say(`shows its insides: ${what}`)
  const found = {
    ...tally.faults,
    lost: tally.faults.lost + probe.lost,
    endedByThemselves: ended.length,
    silent,
    showsInsides: storms.indiscreet.length,
  }
  isClean = Object.values(found).every((count) => count === 0)
  console.log(
    JSON.stringify({
      minutes,
      caused,
      neighbours: Object.fromEntries(neighbours.counts),
      storms: Object.fromEntries(storms.counts),
      stormAnswers: Object.fromEntries(storms.answers),
      events: tally.events,
      deliveries: tally.deliveries,
      repeats: tally.repeats,
      repeatsAfterSuccess: tally.repeatsAfterSuccess,
      commitToReceivedMs: probe.times,
      ...health,
      ...found,
    }),
  )
}
process.exit(isClean ? 0 : 1)

async function causeFaults(soak: Soak, endsAt: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  while (performance.now() < endsAt) {
    await sleep(Math.random() * 2 * PAUSE_MS)
    const fault = faults[Math.floor(Math.random() * faults.length)]
    if (fault === undefined) continue
    counts[fault.name] = (counts[fault.name] ?? 0) + 1
    const what = await fault.cause(soak)
    say(`${fault.name}${what === '' ? '' : ` (${what})`}; ${soak.load.confirmed} events so far`)
  }
  return counts
}
