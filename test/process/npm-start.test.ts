import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TEST_ENVIRONMENT } from '../harness/app.ts'
import { cloneDatabase } from '../harness/database.ts'
import { freePort, isReady, until } from '../harness/process.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'that ends by %s ends the server',
    { timeout: 60_000 },
    async (signal) => {
      await using database = await cloneDatabase()
      const port = await freePort()
      const npm = spawn('npm', ['start'], {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          ...TEST_ENVIRONMENT,
          DATABASE_URL: database.url,
          PORT: String(port),
        },
        stdio: 'ignore',
      })
      const url = `http://127.0.0.1:${port}`
      await until('readiness', () => isReady(url))
      const server = childOf(npm.pid ?? 0)
      onTestFinished(() => endIfAlive(server))
      npm.kill(signal)
      await until('the end of the server', () => !isAlive(server))
      expect(await isReady(url)).toBe(false)
    },
  )
})

/** The process that npm has started, through as many shells as there may be. */
function childOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? pid : childOf(Number(children.split(' ')[0]))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function endIfAlive(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}
