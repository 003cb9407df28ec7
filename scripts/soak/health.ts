import { readFile } from 'node:fs/promises'
import { percentiles, round } from '../bench/stage.ts'
import type { Machine } from './machine.ts'

const EVERY_MS = 250
const TIMEOUT_MS = 60_000
const MEMORY_EVERY = 20

export interface Health {
  /**
   * How long /health/live took while the server ran, how often it ran and said nothing for a minute,
   * and the most memory that one process ever had.
   */
  stop(): Promise<{ liveMs: object; silent: number; mostMemoryMb: number }>
}

/** Asks the server whether it lives, again and again. */
export function watchHealth(machine: Machine): Health {
  const times: number[] = []
  let mostMemoryMb = 0
  let silent = 0
  let isOver = false

  async function run(): Promise<void> {
    for (let n = 0; !isOver; n++) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
      const server = machine.server.current
      const startMs = performance.now()
      const isAlive = await fetch(`${server.url}/health/live`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).then(
        async (answer) => (await answer.text(), answer.ok),
        () => false,
      )
      // One that was killed meanwhile has nothing to say.
      const tookMs = performance.now() - startMs
      if (isAlive) times.push(tookMs)
      else if (tookMs >= TIMEOUT_MS && server === machine.server.current) silent++
      if (n % MEMORY_EVERY !== 0) continue
      for (const { current } of [machine.server, ...machine.workers]) {
        mostMemoryMb = Math.max(mostMemoryMb, await residentMb(current.pid))
      }
    }
  }
  const running = run()
  return {
    async stop() {
      isOver = true
      await running
      const liveMs = { ...percentiles(times), max: round(Math.max(0, ...times)) }
      return { liveMs, silent, mostMemoryMb }
    },
  }
}

/** The most it ever had; 0 where the operating system does not tell. */
async function residentMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1_024)
}
