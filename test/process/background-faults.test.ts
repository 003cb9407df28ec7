import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inBackground, logBackgroundFaults } from '../../src/process/background.ts'
import { createLogger } from '../../src/log.ts'
import {
  addOrganization,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { photograph } from '../harness/every-mutation.ts'

// What nobody waits for: a fault in it is logged with its request, and ends nothing.

interface Line {
  requestId?: string
  work: string
  err: { message: string }
}

let test: TestApp
let org: TestOrganization
let lines: Line[] = []
let logging: Disposable
beforeAll(async () => {
  test = await startTestApp({ LOG_LEVEL: 'silent' })
  org = await addOrganization(test)
  const write = (line: string) => void lines.push(JSON.parse(line))
  logging = logBackgroundFaults(createLogger('error', { write }))
})
afterAll(async () => {
  logging[Symbol.dispose]()
  await test[Symbol.asyncDispose]()
})

const broken = () => {
  throw new Error('out of order')
}

describe('work that nobody waits for', () => {
  it.each([
    ['throws', broken],
    ['rejects', async () => broken()],
    ['rejects later', () => new Promise((resolve) => setImmediate(resolve)).then(broken)],
  ])('is logged when it %s, and the process lives', async (_how, work) => {
    lines = []
    inBackground('a chore', work)
    await expect
      .poll(() => lines)
      .toMatchObject([{ work: 'a chore', err: { message: 'out of order' } }])
  })

  it('after a commit leaves the answer a success, and is logged with the id of the request', async () => {
    lines = []
    const { queue } = test.app
    const enqueueSoon: unknown = Reflect.get(queue, 'enqueueSoon')
    const before = await photograph(test)
    queue.enqueueSoon = broken
    const response = await fetch(`${test.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-request-id': 'committed-1',
        ...org.owner,
      },
      body: JSON.stringify({
        query: `mutation { locationCreate(input: { name: "Site", kind: LOCATION }) {
          location { name } userErrors { message } } }`,
      }),
    })
    Object.assign(queue, { enqueueSoon })
    expect(await response.json()).toMatchObject({
      data: { locationCreate: { location: { name: 'Site' }, userErrors: [] } },
    })
    expect(lines).toMatchObject([
      { requestId: 'committed-1', work: 'after a commit', err: { message: 'out of order' } },
    ])
    expect(await photograph(test)).not.toEqual(before)
  })
})

describe('the source', () => {
  const SRC = path.resolve(import.meta.dirname, '../../src')
  const texts = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    // What runs on others' machines opens nothing of the kind.
    .filter((file) => file.endsWith('.ts') && !/^(generated|cli|sdk|dashboard)/.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(SRC, file), 'utf8') }))

  /** What tells of its end by an event that, unheard, ends the process. */
  const EMITTERS = /new (Client|Pool|PgBoss|Socket)\(|[^.\w](createServer|spawn|createClient)\(/
  const emitting = texts.filter(({ text }) => EMITTERS.test(text) && !/class \w+ /.test(text))

  it.each(emitting)('$file hears the errors of what it opens', ({ file, text }) => {
    // The server is made in one file and listens in another.
    const heard = file === 'server/server.ts' ? /await listen\(/ : /\.(on|once)\('error'/
    expect(text).toMatch(heard)
    const pools = text.match(/new Pool\(/g)?.length ?? 0
    const clientsOfPools =
      text.match(/on\('connect', \(client\) => (?:\{[^}]*)?client\.on\('error'/g) ?? []
    expect(clientsOfPools.length).toBe(pools)
  })

  it('lets go of no promise without a handler: the linter refuses it, by `void` too', () => {
    const rules: unknown = JSON.parse(
      readFileSync(path.join(SRC, '../.oxlintrc.json'), 'utf8'),
    ).rules
    expect(rules).toMatchObject({
      'no-void': 'error',
      'typescript/no-floating-promises': ['error', { ignoreVoid: false }],
      'typescript/no-misused-promises': 'error',
    })
  })
})
