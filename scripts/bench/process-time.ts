import { readFileSync } from 'node:fs'

/** Of Linux, as its kernel is built everywhere. */
const TICKS_PER_SECOND = 100
const QUIET_CORES = 0.1
const LOOK_MS = 300

/** @returns how many cores a process has kept busy since; NaN where the operating system does not tell */
export function watchProcess(pid: number): () => number {
  const before = { ticks: ticksOf(pid), ms: performance.now() }
  return () => {
    const seconds = (performance.now() - before.ms) / 1_000
    return (ticksOf(pid) - before.ticks) / TICKS_PER_SECOND / seconds
  }
}

/** Waits until a process has next to nothing to do, or for so long. */
export async function untilQuiet(pid: number, timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs
  for (let cores = 1; cores > QUIET_CORES && performance.now() < endMs;) {
    const used = watchProcess(pid)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    cores = used()
  }
}

function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may have anything in it; user and system time are the 12th and 13th behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return Number.NaN
  }
}
