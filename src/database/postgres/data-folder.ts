import * as fs from 'node:fs'
import path from 'node:path'
import type { OwnSecrets } from '../../config/config.ts'
import { makeOwnSecrets } from '../../config/config.ts'
import { StartupError } from '../../errors.ts'

/** Opens the data folder (made when missing) for this process alone. */
export function claimDataFolder(dataDir: string): Disposable {
  fs.mkdirSync(dataDir, { recursive: true })
  const file = path.join(dataDir, 'plantroom.pid')
  const mine = `${process.pid} ${startOf(process.pid)}`
  // Two tries: the second one after removing what a dead process left.
  for (let tries = 0; tries < 2; tries++) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx' })
      return { [Symbol.dispose]: () => fs.rmSync(file, { force: true }) }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = fs.readFileSync(file, 'utf8')
    const [pid = '', start = ''] = holder.split(' ')
    if (startOf(Number(pid)) === start && start !== '') {
      throw new StartupError(
        `Another Plantroom (process ${pid}) already uses ${path.resolve(dataDir)}: stop it, or set DATA_DIR to another folder.`,
      )
    }
    fs.rmSync(file, { force: true })
  }
  throw new StartupError(`${file} cannot be claimed: another Plantroom is starting.`)
}

/**
 * When a process started, in whatever unit the system has; empty when there is no such process.
 * Told apart by it: a process id that was given to somebody else after a crash or a reboot.
 */
function startOf(pid: number): string {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return ''
  }
  try {
    // Field 22 of stat; the name in field 2 may hold spaces, so count from its closing bracket.
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

/** Secrets of an embedded installation, made once and kept with its data (mode 0600). */
export function readOrMakeSecrets(dataDir: string): OwnSecrets {
  const file = path.join(dataDir, 'secrets.json')
  if (fs.existsSync(file)) {
    const kept: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    if (isOwnSecrets(kept)) return kept
    throw new StartupError(`${file} is damaged: restore it, or endpoints' secrets cannot be read.`)
  }
  const made = makeOwnSecrets()
  fs.mkdirSync(dataDir, { recursive: true })
  writeSecrets(dataDir, made)
  return made
}

/** Replaces the secrets of an embedded installation: whole, or not at all. */
export function writeSecrets(dataDir: string, secrets: OwnSecrets): void {
  const file = path.join(dataDir, 'secrets.json')
  const next = `${file}.${process.pid}.next`
  const descriptor = fs.openSync(next, 'w', 0o600)
  fs.writeSync(descriptor, `${JSON.stringify(secrets)}\n`)
  // What they open must not be on the disk before they are.
  fs.fsyncSync(descriptor)
  fs.closeSync(descriptor)
  fs.renameSync(next, file)
}

function isOwnSecrets(value: unknown): value is OwnSecrets {
  return (
    typeof value === 'object' &&
    value !== null &&
    'encryptionKey' in value &&
    typeof value.encryptionKey === 'string' &&
    'jwtSecret' in value &&
    typeof value.jwtSecret === 'string' &&
    (!('oldEncryptionKeys' in value) ||
      (Array.isArray(value.oldEncryptionKeys) &&
        value.oldEncryptionKeys.every((key) => typeof key === 'string')))
  )
}
