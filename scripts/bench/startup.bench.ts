import { readFile } from 'node:fs/promises'
import { temporaryFolder } from '../temporary-folder.ts'
import { median, progress, round, startProduct } from './stage.ts'

const ROUNDS = 3
const IDLE_MS = 5_000

/** Cold start on an initialized database, embedded PostgreSQL included, and memory at rest. */
export async function run(): Promise<object[]> {
  await using folder = await temporaryFolder('bench')
  const env = { DATA_DIR: folder.path }
  progress('startup: first start (initdb, migrations, demo data)')
  {
    await using first = await startProduct(env)
    progress(`  ${round(first.startMs, 0)} ms`)
  }
  const startsMs: number[] = []
  const rssMb: number[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    await using product = await startProduct(env)
    startsMs.push(product.startMs)
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
    const status = await readFile(`/proc/${product.pid}/status`, 'utf8')
    rssMb.push(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024)
    progress(`startup: round ${n}: ${round(product.startMs, 0)} ms, ${round(rssMb.at(-1) ?? 0)} MB`)
  }
  return [
    { bench: 'startup', coldStartMs: round(median(startsMs), 0), idleRssMb: round(median(rssMb)) },
  ]
}
