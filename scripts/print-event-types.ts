import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import { z } from 'zod'
import { type EventDefinition, listEvents } from '../src/events/define.ts'
import { toPascalCase } from '../src/events/envelope.ts'
// Defines the events of requests, and those that only the worker records.
import '../src/schema.ts'
import '../src/worker/worker.ts'

// Writes the types of all events for receivers from the definitions in code; with --check, fails when
// the file is stale.
const file = path.resolve(import.meta.dirname, '../src/sdk/receiver/event-objects.ts')

const OXFMT = path.resolve(import.meta.dirname, '../node_modules/.bin/oxfmt')

const HEAD = '// Printed from the definitions of the events by npm run event-types. Do not edit.\n'

const shapeOf = ({ payload }: EventDefinition) => z.toJSONSchema(payload, { io: 'output' })

/** Events that share one shape of their record. */
const groups = Map.groupBy(listEvents(), (event) => JSON.stringify(shapeOf(event)))

/** `AssetObject` for asset.created and asset.status.changed: what their names share, or else end with. */
function nameOf(group: readonly EventDefinition[]): string {
  const [first = [], ...others] = group.map(({ type }) => type.split('.'))
  const different = first.findIndex((part, at) => others.some((other) => other[at] !== part))
  const isWhole = others.length === 0 || different < 0
  const shared = isWhole ? first : first.slice(...(different > 0 ? [0, different] : [-1]))
  const words = shared.map((part) => toPascalCase(part.toUpperCase()))
  return `${words.join('')}Object`
}

async function print(): Promise<string> {
  const names = new Map<string, string>()
  const interfaces: string[] = []
  for (const [shape, group] of groups) {
    const name = nameOf(group)
    for (const { type } of group) names.set(type, name)
    const title: JSONSchema = { ...JSON.parse(shape), title: name }
    const options = { bannerComment: '', additionalProperties: false, format: false }
    interfaces.push(await compile(title, name, options))
  }
  if (interfaces.length !== new Set(names.values()).size) throw new Error('two shapes share a name')
  const lines = listEvents().map(
    ({ type, description }) => `/** ${description} */\n'${type}': ${names.get(type)}`,
  )
  const table = `/** The record in each type of event. */\nexport interface EventObjects {\n${lines.join('\n')}\n}\n`
  const input = [HEAD, table, ...interfaces].join('\n')
  return execFileSync(OXFMT, ['--stdin-filepath', file], { input, encoding: 'utf8' })
}

const printed = await print()
if (process.argv.includes('--check')) {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept !== printed) {
    console.error(`${file} is stale: run npm run event-types, look at the difference, commit it`)
    process.exit(1)
  }
} else {
  await writeFile(file, printed)
}
process.exit()
