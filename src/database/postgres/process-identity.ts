import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * When a process started, in whatever unit the system has; empty when there is no such process.
 * Told apart by it: a process id that was given to somebody else after a crash or a reboot.
 */
export function startOf(pid: number): string {
  if (!isAlive(pid)) return ''
  try {
    // Field 22 of stat; the name in field 2 may hold spaces, so count from its closing bracket.
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

/** Name of a process's program; undefined when the system does not tell. */
export async function programOf(pid: number): Promise<string | undefined> {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    // Falls through: no /proc here (macOS), or the process has just ended.
  }
  return run('ps', ['-o', 'comm=', '-p', String(pid)]).then(
    ({ stdout }) => path.basename(stdout.trim()),
    () => undefined,
  )
}

/** The folder that a process works in, as device and inode; undefined when the system does not tell. */
export function folderOf(pid: number): string | undefined {
  return identityOf(`/proc/${pid}/cwd`)
}

/** What a folder is whatever it is called: the same for a moved one, another for a copy. */
export function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino } = fs.statSync(folder, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}
