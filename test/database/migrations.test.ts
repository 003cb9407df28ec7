import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { migrate, MIGRATIONS_DIR } from '../../src/database/migrations/migrate.ts'
import { openSchemaEngine } from '../../src/database/migrations/schema-engine.ts'
import { emptyDatabase, withClient } from '../harness/database.ts'

const PRISMA_DIR = path.resolve(MIGRATIONS_DIR, '..')

async function readDatamodel(): Promise<{ path: string; content: string }[]> {
  const names = (await readdir(PRISMA_DIR)).filter((name) => name.endsWith('.prisma'))
  return Promise.all(
    names.map(async (name) => ({
      path: path.join(PRISMA_DIR, name),
      content: await readFile(path.join(PRISMA_DIR, name), 'utf8'),
    })),
  )
}

/** SQL that would turn the database into what the Prisma schema says. */
async function drift(url: string): Promise<string[]> {
  const files = await readDatamodel()
  await using opened = await openSchemaEngine(
    url,
    files.map((file): [string, string] => [file.path, file.content]),
  )
  const result = await opened.engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: path.resolve(PRISMA_DIR, '..') },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  })
  return (result.stdout ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--') && !line.includes('empty migration'))
}

describe('migrations', () => {
  it('a migrated database is what the Prisma schema says, but for what Prisma cannot express', async () => {
    await using database = await emptyDatabase()
    expect((await migrate(database.url)).length).toBeGreaterThan(1)
    const statements = await drift(database.url)
    // Partial indexes and partitions exist in the migrations only.
    const known = /^DROP INDEX "\w+_partial"|"(webhook_attempt|sensor_reading)_\w+"/
    expect(statements.filter((sql) => !known.test(sql))).toEqual([])
    await withClient(database.url, (client) =>
      client.query('ALTER TABLE location DROP COLUMN address'),
    )
    expect((await drift(database.url)).join('\n')).toContain('ADD COLUMN     "address"')
  })

  it('columns of rows inserted by hand are named after their fields', async () => {
    const files = await readDatamodel()
    const models = files.flatMap(({ content }) =>
      Array.from(content.matchAll(/^model (WorkOrder|Visitor|RateItem) \{$(.*?)^\}/gms), String),
    )
    expect(models).toHaveLength(3)
    const mapped = models.flatMap((content) =>
      Array.from(content.matchAll(/^ {2}(\w+) .*@map\("(\w+)"\)/gm), ([, field = '', column]) => ({
        field,
        column,
      })),
    )
    expect(mapped.length).toBeGreaterThan(50)
    for (const { field, column } of mapped) {
      const expected = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      expect(column, field).toBe(expected)
    }
  })

  it('a second run changes nothing', async () => {
    await using database = await emptyDatabase()
    await migrate(database.url)
    expect(await migrate(database.url)).toEqual([])
  })

  it('two processes that start at once migrate once', async () => {
    await using database = await emptyDatabase()
    const applied = await Promise.all([migrate(database.url), migrate(database.url)])
    expect(applied.map((names) => names.length > 0).toSorted()).toEqual([false, true])
  })

  it('an older database is upgraded with its data kept', async () => {
    await using database = await emptyDatabase()
    const older = await mkdtemp(path.join(tmpdir(), 'plantroom-older-'))
    const [first = ''] = (await readdir(MIGRATIONS_DIR)).toSorted()
    await cp(path.join(MIGRATIONS_DIR, first), path.join(older, first), { recursive: true })
    expect(await migrate(database.url, older)).toEqual([first])
    await withClient(database.url, (client) =>
      client.query(`INSERT INTO organization (id, name, plan) VALUES ('o-old', 'Kept', 'BASIC')`),
    )
    expect((await migrate(database.url)).length).toBeGreaterThan(0)
    const rows = await withClient(database.url, (client) =>
      client.query('SELECT id, name, plan FROM organization'),
    )
    expect(rows.rows).toEqual([{ id: 'o-old', name: 'Kept', plan: 'BASIC' }])
    await rm(older, { recursive: true })
  })

  it('a database of a newer version is refused in one sentence', async () => {
    await using database = await emptyDatabase()
    await migrate(database.url)
    await withClient(database.url, (client) =>
      client.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '20990101000000_future', now())`,
      ),
    )
    await expect(migrate(database.url)).rejects.toThrow(/newer Plantroom.*20990101000000_future/)
  })

  it('an unreachable database is refused in one sentence', async () => {
    await expect(migrate('postgres://nobody:secret@127.0.0.1:1/none')).rejects.toThrow(
      'The database at postgres://127.0.0.1:1/none cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    )
  })
})
