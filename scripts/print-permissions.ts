import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describePermissions } from '../src/identity/organization/describe-permissions.ts'

// Writes docs/permissions.md from the tables in code; with --check, fails when the file is stale.
const file = path.resolve(import.meta.dirname, '../docs/permissions.md')
const printed = describePermissions()

if (process.argv.includes('--check')) {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept !== printed) {
    console.error('docs/permissions.md is stale: run node scripts/print-permissions.ts')
    process.exit(1)
  }
} else {
  await writeFile(file, printed)
}
