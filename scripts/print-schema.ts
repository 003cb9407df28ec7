import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { printSdl } from '../src/graphql/print-sdl.ts'
import { schema } from '../src/schema.ts'

// Writes schema.graphql, the public contract, and openapi.json, which is made of it too; with --check,
// fails when a file is stale.
const file = path.resolve(import.meta.dirname, '../schema.graphql')
const printed = printSdl(schema)

if (process.argv.includes('--check')) {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept !== printed) {
    console.error('schema.graphql is stale: run npm run schema, look at the difference, commit it')
    process.exit(1)
  }
} else {
  await writeFile(file, printed)
}

await import('./print-openapi.ts')
