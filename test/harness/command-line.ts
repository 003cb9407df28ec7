import { spawn } from 'node:child_process'
import path from 'node:path'
import { onTestFinished } from 'vitest'

export interface CommandRun {
  pid: number
  out(): string
  err(): string
  signal(name: NodeJS.Signals): void
  /** Its exit code; null after a signal that it did not handle. */
  ended: Promise<number | null>
}

/** `plantroom …` in a process of its own, without a terminal. */
export function plantroom(
  args: readonly string[],
  env: Record<string, string> = {},
  input?: string | Buffer,
): CommandRun {
  const file = path.resolve(import.meta.dirname, '../../src/cli/main.ts')
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [out, err]: [string[], string[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return {
    pid: child.pid ?? 0,
    out: () => out.join(''),
    err: () => err.join(''),
    signal: (name) => child.kill(name),
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
  }
}

/** The same, to its end. */
export async function runPlantroom(...run: Parameters<typeof plantroom>) {
  const command = plantroom(...run)
  const code = await command.ended
  return { code, out: command.out(), err: command.err() }
}
