import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { TEST_ENVIRONMENT } from '../harness/app.ts'
import { cloneDatabase } from '../harness/database.ts'
import { freePort, isReady, until } from '../harness/process.ts'

let database: Awaited<ReturnType<typeof cloneDatabase>>
beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

interface Product {
  child: ChildProcess
  url: string
  exited: Promise<number | null>
}

const ROOT = path.resolve(import.meta.dirname, '../..')

/** The server role in a process of its own, with faults on signals, ready. */
async function start(stdio: StdioOptions, env: Record<string, string> = {}): Promise<Product> {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    ['--import', `${ROOT}/test/fixtures/faults-on-signal.mjs`, `${ROOT}/src/main.ts`],
    {
      env: {
        PATH: process.env['PATH'],
        ...TEST_ENVIRONMENT,
        DATABASE_URL: database.url,
        PORT: String(port),
        ROLES: 'server',
        ...env,
      },
      stdio,
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  await until('readiness', () => isReady(url))
  return { child, url, exited }
}

function collect(child: ChildProcess): () => Record<string, unknown>[] {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
  return () =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Record<string, unknown> => JSON.parse(line))
}

const FATAL = 60

describe('a fault that nobody caught', () => {
  it.each(['SIGUSR2', 'SIGHUP'] as const)(
    'is logged, lets what is in flight end, and ends the process with 70 (%s)',
    async (signal) => {
      const { child, url, exited } = await start(['ignore', 'ignore', 'pipe'])
      const lines = collect(child)
      const body = JSON.stringify({
        query: 'mutation { signIn(input: { email: "a@example.com", password: "x" }) { userId } }',
      })
      const running = request(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': body.length,
          Expect: '100-continue',
        },
      })
      running.flushHeaders()
      await once(running, 'continue')
      child.kill(signal)
      await until('the fault', () => lines().some((line) => line['level'] === FATAL))
      running.end(body)
      const [response] = await once(running, 'response')
      expect(response.statusCode).toBe(401)
      response.resume()
      expect(await exited).toBe(70)
      expect(lines().filter((line) => line['level'] === FATAL)).toMatchObject([
        { err: { message: expect.stringContaining('nobody') }, msg: 'fault: ending' },
      ])
    },
  )

  it('ends the process within its time when something does not end, and another fault changes nothing', async () => {
    const { child, url, exited } = await start(['ignore', 'ignore', 'pipe'], {
      SHUTDOWN_TIMEOUT: '2s',
    })
    const lines = collect(child)
    const hanging = request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': 9, Expect: '100-continue' },
    })
    hanging.on('error', () => undefined)
    hanging.flushHeaders()
    await once(hanging, 'continue')
    const startedAt = performance.now()
    child.kill('SIGUSR2')
    await until('the fault', () => lines().some((line) => line['level'] === FATAL))
    child.kill('SIGUSR2')
    child.kill('SIGHUP')
    expect(await exited).toBe(70)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    const messages = lines().flatMap((line) => (line['level'] === FATAL ? [line['msg']] : []))
    expect(messages.filter((each) => each === 'fault: ending')).toHaveLength(1)
    expect(messages.filter((each) => each === 'another fault while ending')).toHaveLength(2)
  })
})

/** Every request is a line at this level. */
const TALKATIVE = { LOG_LEVEL: 'debug' }

async function askOften(url: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        fetch(`${url}/health/live`, { signal: AbortSignal.timeout(20_000) }),
      ),
    )
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      await answer.text()
    }
  }
}

async function expectToStop({ child, exited }: Product): Promise<void> {
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
}

describe('a log line that cannot be written', () => {
  it('ends nothing when the disk is full', async () => {
    const full = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(full))
    const product = await start(['ignore', full, full], TALKATIVE)
    await askOften(product.url, 100)
    await expectToStop(product)
  })

  it('ends nothing when the reader of both streams is gone', async () => {
    const product = await start(['ignore', 'pipe', 'pipe'], TALKATIVE)
    product.child.stdout?.destroy()
    product.child.stderr?.destroy()
    await askOften(product.url, 100)
    await expectToStop(product)
  })

  it('ends nothing when both streams are closed from the start', async () => {
    const port = openSync('/dev/null', 'r')
    onTestFinished(() => closeSync(port))
    // Open for reading only: every write fails with EBADF.
    const product = await start(['ignore', port, port], TALKATIVE)
    await askOften(product.url, 100)
    await expectToStop(product)
  })

  it('holds nothing up when the reader has stopped, and what was dropped is counted', async () => {
    const product = await start(['ignore', 'ignore', 'pipe'], TALKATIVE)
    const { stderr } = product.child
    stderr?.pause()
    await askOften(product.url, 12_000)
    const lines = collect(product.child)
    stderr?.resume()
    await expect
      .poll(async () => {
        await askOften(product.url, 50)
        return lines().some((line) => Number(line['dropped']) > 0)
      })
      .toBe(true)
    await expectToStop(product)
  })
})
