import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import path from 'node:path'

/**
 * Files of the data folder are written whole or not at all: a power cut at any moment leaves the old
 * content or the new one, never an empty file that no later start gets past.
 */
export function writeWhole(file: string, text: string): void {
  const next = writeBeside(file, text)
  fs.renameSync(next, file)
  syncFolder(path.dirname(file))
}

/**
 * Makes a file that does not exist yet, whole. Of several processes that try at once one succeeds.
 * @returns false when the file was there already; it is left as it is.
 */
export function makeWhole(file: string, text: string): boolean {
  const next = writeBeside(file, text)
  try {
    // Unlike a rename, a link never replaces what is there.
    fs.linkSync(next, file)
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    // File systems without hard links: the second best, which replaces.
    if (!isCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error
    if (fs.existsSync(file)) return false
    fs.renameSync(next, file)
  } finally {
    fs.rmSync(next, { force: true })
  }
  syncFolder(path.dirname(file))
  return true
}

function writeBeside(file: string, text: string): string {
  const next = `${file}.${process.pid}-${randomBytes(3).toString('hex')}.next`
  const descriptor = fs.openSync(next, 'wx', 0o600)
  try {
    fs.writeFileSync(descriptor, text)
    // The name must not be on the disk before what it names.
    fs.fsyncSync(descriptor)
  } catch (error) {
    fs.rmSync(next, { force: true })
    throw error
  } finally {
    fs.closeSync(descriptor)
  }
  return next
}

/**
 * The text of a file; undefined when there is none.
 * @throws Error of the system, naming the file also where Node does not (a folder in its place)
 */
export function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error instanceof Error ? Object.assign(error, { path: file }) : error
  }
}

/** Makes renames and new names in a folder last; systems that cannot do it for folders go without. */
export function syncFolder(folder: string): void {
  try {
    const descriptor = fs.openSync(folder, 'r')
    try {
      fs.fsyncSync(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
  } catch (error) {
    if (!isCode(error, 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EACCES')) throw error
  }
}

/** Whether an error of the system has one of these codes. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
