import path from 'node:path'
import { loadConfig, makeOwnSecrets } from '../src/config/config.ts'
import { claimDataFolder } from '../src/database/postgres/data-folder.ts'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../src/database/postgres/embedded.ts'

/**
 * Connection string of the database that Plantroom uses with these settings: that of DATABASE_URL, or
 * the one in its data folder, which is started when no Plantroom is running there.
 */
export async function openOwnDatabase(opened: AsyncDisposableStack): Promise<string> {
  const config = loadConfig(
    { ...process.env, ENCRYPTION_KEY: '', AUTH_JWT_SECRET: '', DATABASE_URL: '' },
    makeOwnSecrets,
  )
  const given = process.env['DATABASE_URL'] ?? ''
  if (given !== '') return given
  const dataDir = path.resolve(config.dataDir)
  const running = await findEmbeddedPostgres(dataDir)
  if (running !== undefined) return running
  opened.use(claimDataFolder(dataDir))
  return opened.use(await startEmbeddedPostgres(dataDir)).url
}
