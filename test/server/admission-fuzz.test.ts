import { afterAll, beforeAll, expect, it } from 'vitest'
import { attack, type Attacked, isTooDear, startAttacked } from '../../scripts/fuzz/attack.ts'
import { createHostile } from '../../scripts/fuzz/hostile.ts'
import { SCOPES } from '../../src/access/caller.ts'
import { schema } from '../../src/schema.ts'
import { addOrganization, startTestApp, type TestApp, TEST_ENVIRONMENT } from '../harness/app.ts'

// `node scripts/fuzz.ts` sends more of them; `npm run bench -- admission` shows the figures.
/** Of both kinds; with a key much is answered in full, and so there are fewer. */
const REQUESTS = Number(process.env['FUZZ_HOSTILE'] ?? 20_000)
const WITH_KEY = REQUESTS / 10
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)

let test: TestApp
let server: Attacked
let key: Record<string, string>
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent', ROLES: 'worker' })
  const org = await addOrganization(test)
  key = await org.addApiKey([...SCOPES])
  server = await startAttacked({
    ...TEST_ENVIRONMENT,
    ROLES: 'server',
    DATABASE_URL: test.databaseUrl,
  })
  // What is compiled only once is nobody's cost.
  await attack(server, createHostile(schema, SEED + 1), 300, key)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

it.each([
  [REQUESTS - WITH_KEY, 'without credentials: each takes at most 100 ms of CPU', false],
  [WITH_KEY, 'with a key: each takes at most 200 ms of CPU beside its points', true],
])(
  '%i hostile requests %s',
  async (count, _name, isKnown) => {
    const next = createHostile(schema, SEED)
    const { faults, worst } = await attack(server, next, count, isKnown ? key : {})
    expect(faults).toEqual([])
    expect(worst.filter((hit) => isTooDear(hit, isKnown))).toEqual([])
  },
  300_000,
)
