import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { schema } from '../src/schema.ts'
import { printDocument } from '../src/server/rest/openapi/document.ts'
import { findBreaks } from './openapi-breaks.ts'

// Part of print-schema.ts. Writes openapi.json, the public contract of REST, unless that would break it
// for who uses it now (--breaking says that it shall); with --check, fails when the file is stale.
const file = path.resolve(import.meta.dirname, '../openapi.json')
const printed = printDocument(schema)
const kept = await readFile(file, 'utf8').catch(() => '')

if (process.argv.includes('--check')) {
  if (kept !== printed) {
    console.error('openapi.json is stale: run npm run schema, look at the difference, commit it')
    process.exit(1)
  }
} else {
  const breaks = kept === '' ? [] : findBreaks(JSON.parse(kept), JSON.parse(printed))
  if (breaks.length > 0 && !process.argv.includes('--breaking')) {
    console.error(
      [
        'This breaks what clients rely on (npm run schema -- --breaking writes it all the same):',
        ...breaks,
      ].join('\n'),
    )
    process.exit(1)
  }
  await writeFile(file, printed)
}
