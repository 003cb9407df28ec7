import * as fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { OwnSecrets } from '../../config/config.ts'
import { makeOwnSecrets } from '../../config/config.ts'
import { StartupError } from '../../errors.ts'
import { identityOf, startOf } from './process-identity.ts'
import { isCode, makeWhole, readIfThere, writeWhole } from './whole-file.ts'

/** Opens the data folder (made when missing) for this process alone. */
export function claimDataFolder(dataDir: string): Disposable {
  fs.mkdirSync(dataDir, { recursive: true })
  const file = path.join(dataDir, 'plantroom.pid')
  const mine = `${process.pid} ${startOf(process.pid)} ${identityOf(dataDir) ?? ''}`
  // Two tries: the second one after removing what a dead process left.
  for (let tries = 0; tries < 2; tries++) {
    if (makeWhole(file, mine)) {
      return { [Symbol.dispose]: () => fs.rmSync(file, { force: true }) }
    }
    const holder = readIfThere(file) ?? ''
    if (isHeld(holder, dataDir)) {
      throw new StartupError(
        `Another Plantroom (process ${holder.split(' ')[0]}) already uses ${path.resolve(dataDir)}: stop it, or set DATA_DIR to another folder.`,
      )
    }
    removeClaim(file, holder)
  }
  throw new StartupError(`${file} cannot be claimed: another Plantroom is starting.`)
}

/** Whether the process that a claim names still runs, and claimed this folder, not one copied here. */
function isHeld(claim: string, dataDir: string): boolean {
  const [pid = '', start = '', folder] = claim.split(' ')
  if (folder !== undefined && folder !== identityOf(dataDir)) return false
  return Number(pid) !== process.pid && start !== '' && startOf(Number(pid)) === start
}

/** Takes a dead claim away, and only that: another starter may have replaced it just now. */
function removeClaim(file: string, dead: string): void {
  const aside = `${file}.${process.pid}.dead`
  try {
    fs.renameSync(file, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  if (fs.readFileSync(aside, 'utf8') !== dead) makeWhole(file, fs.readFileSync(aside, 'utf8'))
  fs.rmSync(aside, { force: true })
}

const key = z
  .base64()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
/** Unknown fields stay: a newer version may have written them. */
const ownSecrets = z.looseObject({
  encryptionKey: key,
  oldEncryptionKeys: z.array(key).optional(),
  jwtSecret: z.string().min(32, 'must have at least 32 characters'),
})

/**
 * Secrets of an embedded installation, made once and kept with its data (mode 0600).
 * @throws StartupError when they are damaged or lost: new ones could read nothing of what there is.
 */
export function readOrMakeSecrets(dataDir: string): OwnSecrets {
  const file = path.join(dataDir, 'secrets.json')
  let text = readIfThere(file)
  if (text === undefined) {
    // They are made before the database.
    if (fs.existsSync(path.join(dataDir, 'postgres', 'PG_VERSION'))) {
      throw new StartupError(
        `${file} is missing beside its database: restore it from a backup, or set ENCRYPTION_KEY and AUTH_JWT_SECRET to what it held.`,
      )
    }
    fs.mkdirSync(dataDir, { recursive: true })
    makeWhole(file, toText(makeOwnSecrets()))
    text = fs.readFileSync(file, 'utf8')
  }
  let kept: unknown
  try {
    kept = JSON.parse(text)
  } catch {
    throw damagedSecrets(file, 'it is not JSON')
  }
  const parsed = ownSecrets.safeParse(kept)
  if (parsed.success) return parsed.data
  const { path: where = [], message = '' } = parsed.error.issues[0] ?? {}
  throw damagedSecrets(file, [where.join('.'), message].filter((part) => part !== '').join(': '))
}

function damagedSecrets(file: string, why: string): StartupError {
  return new StartupError(
    `${file} is damaged (${why}): restore it from a backup, because without it no sealed secret can be read.`,
  )
}

/** Replaces the secrets of an embedded installation: whole, or not at all. */
export function writeSecrets(dataDir: string, secrets: OwnSecrets): void {
  writeWhole(path.join(dataDir, 'secrets.json'), toText(secrets))
}

const toText = (secrets: OwnSecrets) => `${JSON.stringify(secrets)}\n`
