import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { openDatabase } from '../src/database/database.ts'
import { migrate } from '../src/database/migrations/migrate.ts'
import { createOrganization } from '../src/demo/seed-demo.ts'
import { CAMPUS_CURRENCY, seedCampus } from '../src/demo/seed-campus.ts'
import { openOwnDatabase } from './own-database.ts'

// npm run seed [-- --scale 100] [--name NAME]: a new organization with a year of made-up history, in
// the database of DATABASE_URL or else in the one of the data folder, running or not.
const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    name: { type: 'string', default: 'Demo Campus' },
  },
})
const scale = Number(values.scale)
if (!Number.isInteger(scale) || scale < 1 || scale > 1_000) {
  console.error('usage: npm run seed -- [--scale 1…1000] [--name NAME]')
  process.exit(1)
}

const BAR_WIDTH = 40
/** Without a terminal, a line for every tenth. */
const LINES = 10

try {
  await using opened = new AsyncDisposableStack()
  const url = await openOwnDatabase(opened)
  await migrate(url)
  const database = opened.use(openDatabase(url, 2))
  const password = randomBytes(18).toString('base64url')
  const email = `owner-${randomBytes(4).toString('hex')}@demo.plantroom.example`
  const { organizationId, userId } = await createOrganization(database, {
    name: values.name,
    plan: 'ENTERPRISE',
    currency: CAMPUS_CURRENCY,
    owner: { name: 'Olivia Owner', email, password },
  })
  const began = performance.now()
  const show = createProgress(began)
  const { events } = await seedCampus(database.pool, {
    organizationId,
    ownerId: userId,
    scale,
    onProgress: show,
  })
  show(1)
  // So that the planner knows at once how many rows there are, and searches find their index in order.
  await database.pool.query('VACUUM ANALYZE')
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  console.log(
    `\n${events.toLocaleString('en')} events in ${seconds} s. Organization ${organizationId}:`,
  )
  console.log(`${email} signs in with the password ${password}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function createProgress(began: number): (share: number) => void {
  let shown = -1
  return (share) => {
    const steps = process.stdout.isTTY ? 100 : LINES
    const step = Math.floor(share * steps)
    if (step === shown) return
    shown = step
    const filled = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.')
    const seconds = Math.round((performance.now() - began) / 1_000)
    const text = `[${filled}] ${Math.floor(share * 100)} %  ${seconds} s`
    if (process.stdout.isTTY) process.stdout.write(`\r${text}`)
    else console.log(text)
  }
}
