import { startApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/log.ts'

/**
 * What the child says: where it serves; on request what it holds after collecting garbage, or for how
 * long its main thread has worked, which no other process of the machine can lengthen.
 */
export type Said = { url: string } | { liveMb: number; residentMb: number } | { cpuMs: number }

const config = loadConfig(process.env, () => {
  throw new Error('the fuzzer brings its own secrets')
})
const app = await startApp(config, createLogger('silent'))
process.on('message', (asked) => {
  if (asked === 'cpu') {
    const { user, system } = process.threadCpuUsage()
    return say({ cpuMs: (user + system) / 1_000 })
  }
  // Present with --expose-gc: memory that nobody holds any more is no growth.
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  say({ liveMb: inMb(heapUsed + external), residentMb: inMb(rss) })
})
say({ url: app.url ?? '' })

function say(said: Said): void {
  process.send?.(said)
}

function inMb(bytes: number): number {
  return Math.round(bytes / 1_048_576)
}
