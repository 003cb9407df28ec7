import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { TEST_ENVIRONMENT } from './app.ts'

export interface ProductProcess {
  pid: number
  /** What it has printed so far. */
  output(): string
  /** Resolves with the exit code; null after a signal. */
  exited: Promise<number | null>
  signal(name: NodeJS.Signals): void
}

/** Has something done at the end, whatever happens until then. */
export type AtTheEnd = (step: () => void) => void

/**
 * `node src/main.ts` in a process of its own, as in production.
 * @param atTheEnd of the test, unless the process serves several
 */
export function spawnProduct(
  env: Record<string, string>,
  args: string[] = [],
  atTheEnd: AtTheEnd = onTestFinished,
): ProductProcess {
  const child = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, '../../src/main.ts'), ...args],
    {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...TEST_ENVIRONMENT, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  // A test that fails half-way must not leave a server behind.
  atTheEnd(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exited: new Promise((resolve) => child.once('close', (code) => resolve(code))),
    signal: (name) => child.kill(name),
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Polls until the condition holds; for what only another process knows. */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  )
}
