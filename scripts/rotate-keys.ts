import path from 'node:path'
import { parseArgs } from 'node:util'
import { Pool } from 'pg'
import { type Config, ConfigError, loadConfig, makeOwnSecrets } from '../src/config/config.ts'
import {
  claimDataFolder,
  readOrMakeSecrets,
  writeSecrets,
} from '../src/database/postgres/data-folder.ts'
import { startEmbeddedPostgres } from '../src/database/postgres/embedded.ts'
import { migrate } from '../src/database/migrations/migrate.ts'
import { countKeys, reseal } from '../src/database/sealing/resealing.ts'
import { StartupError } from '../src/errors.ts'
import { type KeyRing, keyIdOf, makeKeyRing } from '../src/config/key-ring.ts'
import { SEALED_COLUMNS } from '../src/worker/sealed-columns.ts'

// npm run rotate-keys: seals everything in the database anew with the current ENCRYPTION_KEY, while
// the product runs; see docs/operations.md. Without DATABASE_URL it makes a new key for the embedded
// installation first, which must be stopped. With --dry-run it only counts.
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })
const dryRun = values['dry-run']

try {
  const config = loadConfig(process.env, readOrMakeSecrets)
  if (config.database.kind === 'external') {
    await rotate(config.database.url, config.encryptionKeys)
  } else {
    await rotateEmbedded(config)
  }
} catch (error) {
  if (!(error instanceof StartupError || error instanceof ConfigError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/**
 * The new key is in the file before anything is sealed with it, and the old one stays there until
 * nothing is sealed with it any more: killed at any point, the product starts and this goes on.
 */
async function rotateEmbedded(config: Config): Promise<void> {
  if ((process.env['ENCRYPTION_KEY'] ?? '') !== '') {
    throw new StartupError(
      'The embedded installation is given its key by ENCRYPTION_KEY: unset it, so that the key can be kept with the data.',
    )
  }
  const dataDir = path.resolve(config.dataDir)
  using _folder = claimDataFolder(dataDir)
  const before = readOrMakeSecrets(dataDir)
  const unfinished = before.oldEncryptionKeys ?? []
  const during =
    dryRun || unfinished.length > 0
      ? before
      : {
          ...before,
          encryptionKey: makeOwnSecrets().encryptionKey,
          oldEncryptionKeys: [before.encryptionKey],
        }
  if (during !== before) writeSecrets(dataDir, during)
  const bytes = (text: string) => Buffer.from(text, 'base64')
  const keys = makeKeyRing(bytes(during.encryptionKey), (during.oldEncryptionKeys ?? []).map(bytes))
  await using postgres = await startEmbeddedPostgres(dataDir)
  await migrate(postgres.url)
  const isDone = await rotate(postgres.url, keys)
  if (isDone && !dryRun) {
    const { encryptionKey, jwtSecret } = during
    writeSecrets(dataDir, { encryptionKey, jwtSecret })
  }
}

/** @returns whether nothing is left that another key than the current one sealed. */
async function rotate(databaseUrl: string, keys: KeyRing): Promise<boolean> {
  const pool = new Pool({ connectionString: databaseUrl, max: 1, application_name: 'rotate-keys' })
  try {
    const current = keyIdOf(keys.current)
    console.log(`current key ${current}; ${keys.byId.size - 1} more can be read`)
    const found = await countKeys(pool, SEALED_COLUMNS)
    for (const { table, keyId, count } of found) {
      const state =
        keyId === current ? 'current' : keys.byId.has(keyId) ? 'to be sealed anew' : 'UNKNOWN KEY'
      console.log(`${table}: ${count} with key ${keyId} (${state})`)
    }
    if (found.every((each) => each.keyId === current)) {
      console.log('nothing to do')
      return true
    }
    if (dryRun) return false
    return await resealAll(pool, keys)
  } finally {
    await pool.end()
  }
}

async function resealAll(pool: Pool, keys: KeyRing): Promise<boolean> {
  for (const column of SEALED_COLUMNS) {
    // Again as long as it helps: rows that were in use are left out by one pass.
    for (let done = 1; done > 0;) {
      const pass = await reseal(pool, keys, column, (count) => {
        console.log(`${column.table}: ${count} sealed anew`)
      })
      done = pass.done
    }
  }
  const current = keyIdOf(keys.current)
  const left = (await countKeys(pool, SEALED_COLUMNS)).filter((each) => each.keyId !== current)
  for (const { table, keyId, count } of left) {
    console.error(
      keys.byId.has(keyId)
        ? `${table}: ${count} with key ${keyId} are left: a process still seals with it, or they were in use. Run this again.`
        : `${table}: ${count} with key ${keyId} cannot be opened: that key is not configured (ENCRYPTION_OLD_KEYS).`,
    )
  }
  if (left.length > 0) process.exitCode = 1
  else console.log('done: the current key alone is enough')
  return left.length === 0
}
