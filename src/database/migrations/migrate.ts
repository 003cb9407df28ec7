import * as fs from 'node:fs/promises'
import path from 'node:path'
import type { MigrationList } from '@prisma/schema-engine-wasm'
import { Client } from 'pg'
import { StartupError } from '../../errors.ts'
import { openSchemaEngine } from './schema-engine.ts'

export const MIGRATIONS_DIR = path.resolve(import.meta.dirname, '../../../prisma/migrations')

const MINIMUM_SERVER_VERSION = 170_000
/** Any constant will do, as long as nothing else in the database locks it. */
const MIGRATION_LOCK = 7_416_001

/**
 * Brings the database to the newest migration, one process at a time (advisory lock).
 * @returns names of the migrations applied now; empty when there was nothing to do.
 */
export async function migrate(url: string, migrationsDir = MIGRATIONS_DIR): Promise<string[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  // A connection that breaks between two statements fails the next one; unheard it would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw new StartupError(
      `The database at ${withoutPassword(url)} cannot be reached: ${reasonOf(error)}`,
    )
  }
  try {
    await refuseOldServer(client)
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    const known = await listMigrations(migrationsDir)
    const applied = await readApplied(client)
    const unknown = applied.filter((name) => !known.includes(name))
    if (unknown.length > 0) {
      throw new StartupError(
        `The database was migrated by a newer Plantroom (it has ${unknown.join(', ')}): start that version. Nothing was changed.`,
      )
    }
    if (known.every((name) => applied.includes(name))) return []
    return await applyAll(url, migrationsDir)
  } finally {
    await client.end()
  }
}

async function applyAll(url: string, migrationsDir: string): Promise<string[]> {
  await using opened = await openSchemaEngine(url)
  try {
    const { appliedMigrationNames } = await opened.engine.applyMigrations({
      migrationsList: await loadMigrations(migrationsDir),
      filters: { externalTables: [], externalEnums: [] },
    })
    return appliedMigrationNames
  } catch (error) {
    throw new StartupError(`A migration failed and was rolled back: ${reasonOf(error)}`)
  }
}

async function refuseOldServer(client: Client): Promise<void> {
  const result = await client.query<{ number: string; text: string }>(
    "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text",
  )
  const row = result.rows[0]
  if (row !== undefined && Number(row.number) < MINIMUM_SERVER_VERSION) {
    throw new StartupError(
      `The database is PostgreSQL ${row.text}; Plantroom needs 17 or newer (18 is what it is tested with).`,
    )
  }
}

async function readApplied(client: Client): Promise<string[]> {
  const table = await client.query<{ found: string | null }>(
    "SELECT to_regclass('_prisma_migrations')::text AS found",
  )
  if (table.rows[0]?.found == null) return []
  const rows = await client.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  )
  return rows.rows.map((row) => row.migration_name)
}

async function listMigrations(migrationsDir: string): Promise<string[]> {
  const entries = await fs.readdir(migrationsDir, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
}

/** The migrations folder in the shape that the schema engine takes. */
async function loadMigrations(migrationsDir = MIGRATIONS_DIR): Promise<MigrationList> {
  const names = await listMigrations(migrationsDir)
  return {
    baseDir: migrationsDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await fs.readFile(path.join(migrationsDir, name, 'migration.sql'), 'utf8'),
          },
        },
      })),
    ),
  }
}

function withoutPassword(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null) return 'DATABASE_URL'
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
