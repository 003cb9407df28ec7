import { SCOPES } from '../../src/access/caller.ts'
import { schema } from '../../src/schema.ts'
import { attack, type Attacked, startAttacked } from '../fuzz/attack.ts'
import { createHostile } from '../fuzz/hostile.ts'
import { makeKey } from './make-key.ts'
import { BENCH_SECRETS, progress, round, throwAwayDatabase } from './stage.ts'

const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 5_000)
const SEED = Number(process.env['BENCH_SEED'] ?? 1)
const WARM_UP = 500

/**
 * What hostile requests cost the main thread of a server, one after another: the worst of all, and the
 * worst for its length, without credentials and with a key that may do everything.
 */
export async function run(): Promise<object[]> {
  await using database = await throwAwayDatabase({ fsync: 'off' })
  const key = { 'x-api-key': await makeKey(database.url, [...SCOPES]) }
  await using server = await startAttacked({
    ROLES: 'server',
    DATABASE_URL: database.url,
    LOG_LEVEL: 'silent',
    ...BENCH_SECRETS,
  })
  await attack(server, createHostile(schema, SEED + 1), WARM_UP, key)
  return [
    {
      bench: 'admission',
      requests: REQUESTS,
      anonymous: await measure(server, {}),
      withKey: await measure(server, key),
    },
  ]
}

async function measure(server: Attacked, credentials: Record<string, string>) {
  const hostile = createHostile(schema, SEED)
  const { worst, worstMsPerKb, faults } = await attack(server, hostile, REQUESTS, credentials)
  const [dearest] = worst
  progress(`admission: ${JSON.stringify(worst.slice(0, 5))}`)
  return {
    worstMs: round(dearest?.cpuMs ?? Number.NaN),
    worstKind: dearest?.name,
    worstPoints: dearest?.points,
    worstMsPerKb: round(worstMsPerKb),
    faults: faults.length,
  }
}
