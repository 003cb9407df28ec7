import { fork } from 'node:child_process'
import path from 'node:path'
import { Pool } from 'undici'
import { SCOPES } from '../src/access/caller.ts'
import { openDatabase } from '../src/database/database.ts'
import { openQueue } from '../src/database/queue.ts'
import { transaction } from '../src/database/unit-of-work.ts'
import { dispatchJob } from '../src/events/dispatch.ts'
import { createApiKey } from '../src/identity/keys/service.ts'
import { issueAccessToken } from '../src/identity/sessions/tokens.ts'
import { createLogger } from '../src/log.ts'
import { schema } from '../src/schema.ts'
import { createOrganization } from '../src/demo/seed-demo.ts'
import { BENCH_SECRETS, throwAwayDatabase } from './bench/stage.ts'
import { attack, isTooDear, startAttacked } from './fuzz/attack.ts'
import { createHostile } from './fuzz/hostile.ts'
import { createFuzzer, faultOf } from './fuzz/requests.ts'
import type { Said } from './fuzz/server.ts'

// node scripts/fuzz.ts [requests] [seed]: sends generated requests to a server of its own, prints one
// JSON object, and fails on a 5xx, a stack trace, an internal error, or memory that grows by over 50 MB
// from the 2,000th request to the last, counted live and as resident set, garbage collected before each.
const total = Number(process.argv[2] ?? 20_000)
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000)
const CONNECTIONS = 8
const MAX_GROWTH_MB = 50
/** Requests after which memory should have settled: caches are full, code is compiled. */
const WARM_UP = 2_000

await using server = await throwAwayDatabase({ fsync: 'off' })
const child = fork(path.join(import.meta.dirname, 'fuzz/server.ts'), {
  // As in the start script of package.json, and able to collect garbage when asked.
  execArgv: [
    '--expose-gc',
    '--import',
    './src/process/compile-cache.mjs',
    '--max-semi-space-size=16',
    '--heap-growing-percent=50',
  ],
  env: {
    PATH: process.env['PATH'],
    PORT: '0',
    DATABASE_URL: server.url,
    REQUESTS_PER_MINUTE: '30000',
    ...BENCH_SECRETS,
  },
})
const started = await hear()
const url = 'url' in started ? started.url : ''
const callers = await makeCallers(server.url)
const next = createFuzzer(schema, seed)
const faults: string[] = []
const statuses: Record<number, number> = {}
let sent = 0
let settled = { liveMb: 0, residentMb: 0 }

const client = new Pool(url, { connections: CONNECTIONS })
await Promise.all(Array.from({ length: CONNECTIONS }, () => sendAll()))
await client.close()
const end = await measureMemory()
// What is held, and what the operating system has given: the second is what an operator sees.
const growthMb = {
  live: end.liveMb - settled.liveMb,
  resident: end.residentMb - settled.residentMb,
}
const isBounded = growthMb.live <= MAX_GROWTH_MB && growthMb.resident <= MAX_GROWTH_MB
const ready = await fetch(`${url}/health/ready`).then((answer) => answer.ok)
child.kill('SIGKILL')

// The same number of requests that are made to cost much, half of them with a key.
await using attacked = await startAttacked({ DATABASE_URL: server.url, ...BENCH_SECRETS })
const dear: unknown[] = []
for (const isKnown of [false, true]) {
  const hostile = createHostile(schema, seed)
  const result = await attack(attacked, hostile, total / 2, isKnown ? (callers[1] ?? {}) : {})
  faults.push(...result.faults)
  dear.push(...result.worst.filter((hit) => isTooDear(hit, isKnown)))
}
for (const hit of dear.slice(0, 20)) console.error(JSON.stringify(hit))

console.log(
  JSON.stringify({
    fuzz: {
      requests: total,
      seed,
      statuses,
      faults: faults.length,
      tooDear: dear.length,
      settled,
      end,
      growthMb,
      ready,
    },
  }),
)
for (const fault of faults.slice(0, 20)) console.error(fault)
if (faults.length > 0 || dear.length > 0 || !isBounded || !ready) process.exitCode = 1

async function sendAll(): Promise<void> {
  while (sent < total) {
    const number = sent++
    if (number === Math.min(WARM_UP, Math.floor(total / 2))) settled = await measureMemory()
    const { body, headers } = next()
    const answer = await client.request({
      path: '/graphql',
      method: 'POST',
      headers: { ...headers, ...callers[number % callers.length] },
      body,
    })
    const text = await answer.body.text()
    statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1
    const fault = faultOf(answer.statusCode, text)
    if (fault !== undefined) faults.push(`${fault}: ${body.slice(0, 500)} → ${text.slice(0, 300)}`)
  }
}

function hear(): Promise<Said> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
}

async function measureMemory(): Promise<{ liveMb: number; residentMb: number }> {
  const heard = hear()
  child.send('memory')
  const said = await heard
  return 'liveMb' in said ? said : { liveMb: Number.NaN, residentMb: Number.NaN }
}

async function makeCallers(url: string): Promise<Record<string, string>[]> {
  await using database = openDatabase(url, 2)
  await using queue = await openQueue(url, [dispatchJob], false, createLogger('silent'))
  const owner = await createOrganization(database, {
    name: 'Fuzz',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const { key } = await transaction({ database, queue }, owner, (unit) =>
    createApiKey(unit, { name: 'Fuzz', scopes: [...SCOPES] }),
  )
  const auth = { jwtSecret: BENCH_SECRETS.AUTH_JWT_SECRET, accessTokenTtlMs: 3_600_000 }
  const { token } = await issueAccessToken(auth, owner.userId)
  const [person, machine] = [{ authorization: `Bearer ${token}` }, { 'x-api-key': key }]
  return [person, machine, person, machine, person, machine, person, machine, person, {}]
}
