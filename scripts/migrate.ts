import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { migrate, MIGRATIONS_DIR } from '../src/database/migrations/migrate.ts'
import { openSchemaEngine } from '../src/database/migrations/schema-engine.ts'
import { throwAwayDatabase } from './bench/stage.ts'

// npm run migrate -- <name>: writes a new migration holding what the Prisma schema has and the
// migrations do not. Read it, add what Prisma cannot express (partitions, partial indexes,
// constraints), commit it. npm run migrate alone brings DATABASE_URL up to date, as a start does.
const name = process.argv[2]

if (name === undefined) {
  const url = process.env['DATABASE_URL']
  if (url === undefined) {
    console.error('usage: npm run migrate -- <name>, or DATABASE_URL=… npm run migrate')
    process.exit(1)
  }
  const applied = await migrate(url)
  console.log(applied.length === 0 ? 'nothing to do' : `applied ${applied.join(', ')}`)
} else if (/^[a-z][a-z0-9_]*$/.test(name)) {
  await write(name)
} else {
  console.error('a migration is named in lower case with underscores: add_asset_tags')
  process.exit(1)
}

async function write(suffix: string): Promise<void> {
  await using database = await throwAwayDatabase()
  const folder = path.resolve(MIGRATIONS_DIR, '..')
  const names = (await readdir(folder)).filter((file) => file.endsWith('.prisma'))
  const files = await Promise.all(
    names.map(async (file) => ({
      path: path.join(folder, file),
      content: await readFile(path.join(folder, file), 'utf8'),
    })),
  )
  await using opened = await openSchemaEngine(
    database.url,
    files.map((file): [string, string] => [file.path, file.content]),
  )
  const { stdout } = await opened.engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: path.resolve(folder, '..') },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  })
  const sql = stdout ?? ''
  if (sql.includes('empty migration')) {
    console.log('the Prisma schema and the migrations agree: nothing to write')
    return
  }
  const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const target = path.join(MIGRATIONS_DIR, `${stamp}_${suffix}`)
  await mkdir(target)
  await writeFile(path.join(target, 'migration.sql'), sql)
  console.log(`wrote ${path.relative(process.cwd(), target)}/migration.sql`)
}
