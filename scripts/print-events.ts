import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { schema } from '../src/schema.ts'
// For the events that only the worker records.
import '../src/worker/worker.ts'
import { describeEvents } from '../src/event-log/describe-events.ts'

// Writes docs/events.md from the definitions in code; with --check, fails when the file is stale.
const file = path.resolve(import.meta.dirname, '../docs/events.md')
const printed = describeEvents(schema)

if (process.argv.includes('--check')) {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept !== printed) {
    console.error('docs/events.md is stale: run npm run events, look at the difference, commit it')
    process.exit(1)
  }
} else {
  await writeFile(file, printed)
}
