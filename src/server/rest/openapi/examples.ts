import { ID_PREFIX } from '../../../database/ids.ts'
import type { JsonSchema } from '../record-shape.ts'
import type { Row } from '../table/rows.ts'

/**
 * The ids that stand in all examples, by what they begin with: one record of each kind. Whoever tries
 * an example puts the ids of records of their own there.
 */
const SHOWN: Readonly<Record<string, string>> = {
  asset: 'ast-5c8n2v7',
  assetType: 'at-3k9p1x6',
  booking: 'bk-8v4m2c6',
  location: 'loc-2f7k1m9',
  part: 'prt-4d1f8k2',
  quotation: 'sor-qt-5w1c9r4',
  rateItem: 'sor-it-1b6g4t9',
  rateSchedule: 'sor-sch-3k8v2n6',
  resource: 'res-3b8n5q1',
  sensor: 'sns-8r2w5k1',
  user: 'usr-9d3x5z7',
  webhookDelivery: 'dlv-2m8c4x7',
  workOrder: 'wo-7h2p9q4',
}

export const EXAMPLE_ORGANIZATION = 'o-4z8h2n6'

/** The id of a kind of record in examples. */
export function exampleId(kind: string): string {
  const prefix: unknown = Reflect.get(ID_PREFIX, kind)
  return SHOWN[kind] ?? `${typeof prefix === 'string' ? prefix : 'id-'}6q3w9t1`
}

/** What kind of record a name in braces means: by its own name, or by that of the operation. */
export function kindInPath(name: string, { field, type }: Row): string {
  const own = KINDS[name] ?? name.replace(/Id$/, '')
  if (own !== 'id') return own
  const [root = ''] = (type ?? field).split('.')
  const words = root.charAt(0).toLowerCase() + root.slice(1)
  const kinds = Object.keys(ID_PREFIX).filter((kind) => words.startsWith(kind))
  const longest = kinds.toSorted((a, b) => b.length - a.length)[0]
  return words.startsWith('visitorInvitation') ? 'invitation' : (longest ?? words)
}

const KINDS: Readonly<Record<string, string>> = {
  endpointId: 'webhookEndpoint',
  itemId: 'checklistItem',
  scheduleId: 'rateSchedule',
  seriesId: 'bookingSeries',
  siteId: 'location',
}

/** The moment at which examples were made. */
const EXAMPLE_SECOND = 1_780_000_000

/** A value that a schema allows, for what nobody wrote an example of. */
export function sampleOf(
  schema: JsonSchema,
  resolve: (reference: string) => JsonSchema,
  name = '',
): unknown {
  const reference = schema['$ref']
  if (typeof reference === 'string') return sampleOf(resolve(reference), resolve, name)
  const parts = schema['allOf']
  if (Array.isArray(parts)) {
    return Object.assign({}, ...parts.map((part) => sampleOf(Object(part), resolve, name)))
  }
  const options = schema['enum']
  if (Array.isArray(options)) return options[0]
  const [type] = [schema['type']].flat()
  switch (type) {
    case 'object':
      return sampleObject(schema, resolve)
    case 'array':
      return [sampleOf(Object(schema['items']), resolve, name)]
    case 'integer':
      return /second/i.test(String(schema['description'])) ? EXAMPLE_SECOND : 1
    case 'number':
      return 1.5
    case 'boolean':
      return false
    default:
      return sampleText(name)
  }
}

function sampleObject(
  schema: JsonSchema,
  resolve: (reference: string) => JsonSchema,
): Record<string, unknown> {
  const required = new Set([schema['required']].flat())
  const properties = Object.entries(Object(schema['properties']))
  return Object.fromEntries(
    properties
      .filter(([key]) => required.has(key))
      .map(([key, value]) => [key, sampleOf(Object(value), resolve, key)]),
  )
}

function sampleText(name: string): string {
  if (name === 'id') return 'id-6q3w9t1'
  const kind = KINDS[name] ?? name.replace(/(Id|By|ById)s?$/, '')
  if (/(Id|Ids)$/.test(name))
    return exampleId(kind === 'host' || kind.endsWith('By') ? 'user' : kind)
  if (/url/i.test(name)) return 'https://your-server.com/webhooks/plantroom'
  if (/email/i.test(name)) return 'nora@tenant.example'
  if (/cursor/i.test(name)) return 'MTA'
  return 'text'
}
