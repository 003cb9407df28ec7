import { parseArgs } from 'node:util'
import { openSoak } from './soak/stage.ts'
import { faults } from './soak/faults.ts'
import { takeStock } from './soak/tally.ts'

// npm run soak -- <minutes>: one server and three workers under a steady load, with faults of every
// kind at random moments. The last line is the tally as JSON; the exit code is 0 only when it is clean.
const { positionals } = parseArgs({ allowPositionals: true })
const minutes = Number(positionals[0] ?? 5)
if (!(minutes > 0)) {
  console.error('npm run soak -- <minutes>')
  process.exit(2)
}

const EVENTS_PER_SECOND = 20
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
  await using soak = await openSoak(EVENTS_PER_SECOND)
  say('one server and three workers are at work')
  const counts = new Map<string, number>()
  const endsAt = performance.now() + minutes * 60_000
  while (performance.now() < endsAt) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * PAUSE_MS))
    const fault = faults[Math.floor(Math.random() * faults.length)]
    if (fault === undefined) continue
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1)
    const what = await fault.cause(soak)
    say(`${fault.name}${what === '' ? '' : ` (${what})`}; ${soak.confirmed} events so far`)
  }
  say('no more faults; waiting for what is on its way')
  await soak.heal()
  await soak.stopLoad()
  const tally = await takeStock(soak, SETTLE_MS, say)
  isClean = Object.values(tally.faults).every((count) => count === 0)
  console.log(
    JSON.stringify({
      minutes,
      caused: Object.fromEntries(counts),
      events: tally.events,
      deliveries: tally.deliveries,
      repeats: tally.repeats,
      repeatsAfterSuccess: tally.repeatsAfterSuccess,
      ...tally.faults,
    }),
  )
}
process.exit(isClean ? 0 : 1)
