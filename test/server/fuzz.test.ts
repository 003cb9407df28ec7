import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFuzzer, faultOf } from '../../scripts/fuzz/requests.ts'
import { SCOPES } from '../../src/access/caller.ts'
import { schema } from '../../src/schema.ts'
import { addOrganization, type Credentials, startTestApp, type TestApp } from '../harness/app.ts'

// A sample of what `node scripts/fuzz.ts` sends by the ten thousands.
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 1_500)
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)

let test: TestApp
let callers: Credentials[]
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent' })
  const org = await addOrganization(test)
  const key = await org.addApiKey([...SCOPES])
  callers = [org.owner, key, org.owner, key, org.owner, key, org.owner, {}]
})
afterAll(() => test[Symbol.asyncDispose]())

it(`${REQUESTS} generated requests get no 5xx, no stack trace and no internal error`, async () => {
  const next = createFuzzer(schema, SEED)
  const faults: string[] = []
  let sent = 0
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (sent < REQUESTS) {
        const number = sent++
        const { body, headers } = next()
        const response = await fetch(`${test.url}/graphql`, {
          method: 'POST',
          headers: { ...headers, ...callers[number % callers.length] },
          body,
          signal: AbortSignal.timeout(15_000),
        })
        const text = await response.text()
        const fault = faultOf(response.status, text)
        if (fault !== undefined)
          faults.push(`${fault}: ${body.slice(0, 600)} → ${text.slice(0, 300)}`)
      }
    }),
  )
  expect(faults).toEqual([])
  expect((await fetch(`${test.url}/health/ready`)).status).toBe(200)
}, 120_000)
