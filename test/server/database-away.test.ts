import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger, type Logger } from '../../src/log.ts'
import {
  addOrganization,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { type LiveServer, startLiveServer } from '../harness/live.ts'

// A database that is away is answered 503 with Retry-After, and logged once.

let test: TestApp
let org: TestOrganization
let server: LiveServer
const errors: string[] = []
const told: string[] = []
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent' })
  org = await addOrganization(test)
  const log: Logger = createLogger('silent')
  Object.assign(log, {
    error: (_fields: object, message: string) => errors.push(message),
    info: (message: string) => told.push(message),
  })
  server = await startLiveServer(test, {}, { log })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

/** As if nothing listened any more where the database was: the pool's way of opening a connection fails. */
async function away<T>(code: string, act: () => Promise<T>): Promise<T> {
  const { pool } = test.app.database
  const connect: unknown = Reflect.get(pool, 'connect')
  const refuse = (callback?: (error: Error) => void) => {
    const fault = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code })
    if (callback === undefined) return Promise.reject(fault)
    callback(fault)
    return undefined
  }
  Reflect.set(pool, 'connect', refuse)
  try {
    return await act()
  } finally {
    Reflect.set(pool, 'connect', connect)
  }
}

const post = (query: string, who: object) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...who },
    body: JSON.stringify({ query }),
  })

const LIST = '{ workOrders(first: 1) { nodes { id } } }'

describe('while the database is away', () => {
  it.each(['ECONNREFUSED', '57P03'])(
    'requests are answered 503 with Retry-After, and the log says it once (%s)',
    async (code) => {
      errors.length = 0
      told.length = 0
      const stranger = { 'X-Api-Key': `idt_live_${'a'.repeat(32)}` }
      const signIn =
        'mutation { signIn(input: { email: "a@example.com", password: "x" }) { userId } }'
      await away(code, async () => {
        for (const [query, who] of [
          [LIST, org.owner],
          [LIST, stranger],
          [signIn, {}],
          [LIST, org.owner],
        ] as const) {
          const answer = await post(query, who)
          const text = await answer.text()
          expect(answer.status, text).toBe(503)
          expect(answer.headers.get('retry-after')).toBe('2')
          expect(text).toContain('"code":"UNAVAILABLE"')
          expect(text).toContain('Temporarily unavailable: try again in 2 s')
          expect(text).not.toMatch(/ECONN|10\.1\.2\.3|5432|57P03|atabase/)
        }
      })
      expect(errors).toEqual([
        'the database cannot be reached: requests are answered 503 meanwhile',
      ])
      // The next connection that is opened ends it.
      const { pool } = test.app.database
      pool.emit('connect', { on: () => undefined })
      expect(told).toEqual(['the database can be reached again'])
      expect((await post(LIST, org.owner)).status).toBe(200)
    },
  )
})
