import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from '../src/schema.ts'

// Writes schema.graphql, the public contract; with --check, fails when the file is stale.
const file = path.resolve(import.meta.dirname, '../schema.graphql')
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`

if (process.argv.includes('--check')) {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept !== printed) {
    console.error('schema.graphql is stale: run npm run schema, look at the difference, commit it')
    process.exit(1)
  }
} else {
  await writeFile(file, printed)
}
