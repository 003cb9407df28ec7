import type { GraphQLSchema } from 'graphql'
import { z } from 'zod'
import { carriesPrevious, type EventDefinition, listEvents } from '../events/define.ts'
import { exampleOf } from './event-examples.ts'
import { filterFieldsOf } from './filter.ts'

const INTRODUCTION = `# Events

Printed from the definitions in \`src/*/events.ts\` by \`npm run events\`; \`npm run check\` fails when this page is stale.

Every event has the same envelope, in webhooks, in \`Query.events\` and in \`Subscription.events\`. Times are Unix
seconds, amounts are cents, statuses are in PascalCase, empty fields are left out. \`data.object\` is the whole
record after the change. \`data.previousAttributes\` holds the changed fields alone, with their old values, null
where there was none; what changes nothing emits nothing.

The machine-readable form of all this is \`Query.eventTypes\`: JSON Schema (draft 2020-12) and example of each.

- **Scopes**: a key needs all of them to see the event, live or by webhook; it is checked when the event goes out.
- **Subject**: the record in \`subjectIds\` of a filter.
- **Filters**: the fields of a filter that can match. One that the event has no record for does not match.
- **Emitted by**: the mutations that cause it. Beside or instead of them the worker does, as time passes and
  readings come in: the description says when.
`

/** The catalogue of events as Markdown: docs/events.md. */
export function describeEvents(schema: GraphQLSchema): string {
  const events = listEvents()
  const groups = Map.groupBy(events, ({ type }) => type.split('.')[0] ?? '')
  const contents = [...groups].map(
    ([name, types]) => `- [${name}](#${name}): ${types.map(linkTo).join(' ')}`,
  )
  const firstWith = new Map<unknown, string>()
  const parts = [...groups].map(([name, types]) => {
    const described = types.map((definition) => describeEvent(definition, schema, firstWith))
    return `## ${name}\n\n${described.join('\n')}`
  })
  return [INTRODUCTION, `${events.length} types:\n`, ...contents, '', ...parts].join('\n')
}

const anchorOf = (type: string) => `#${type.replaceAll('.', '')}`
const linkTo = ({ type }: EventDefinition) => `[${type}](${anchorOf(type)})`

function describeEvent(
  definition: EventDefinition,
  schema: GraphQLSchema,
  firstWith: Map<unknown, string>,
): string {
  const { type, description, scopes, payload } = definition
  const mutations = mutationsOf(type, schema)
  const known = firstWith.get(payload)
  firstWith.set(payload, known ?? type)
  return [
    `### ${type}\n`,
    `${description}\n`,
    `- Scopes: ${scopes.length === 0 ? 'none' : codes(scopes)}`,
    `- Subject: ${subjectOf(definition)}`,
    `- Filters: ${codes(filterFieldsOf(definition))}`,
    `- Emitted by: ${mutations.length === 0 ? 'the worker' : codes(mutations)}`,
    `- \`previousAttributes\`: ${carriesPrevious(definition) ? 'yes' : 'no'}\n`,
    known === undefined
      ? describeFields(payload)
      : `\`data.object\` has the fields of [${known}](${anchorOf(known)}).\n`,
    '```json',
    JSON.stringify(exampleOf(definition), null, 2),
    '```\n',
  ].join('\n')
}

const codes = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

/** Mutations whose description says that they record this type. */
export function mutationsOf(type: string, schema: GraphQLSchema): string[] {
  const mention = new RegExp(`(?<![\\w.])${type.replaceAll('.', '\\.')}(?!\\w|\\.\\w)`)
  return Object.values(schema.getMutationType()?.getFields() ?? {})
    .filter((field) => mention.test(field.description ?? ''))
    .map((field) => field.name)
    .toSorted()
}

function subjectOf({ example }: EventDefinition): string {
  const id: unknown = Reflect.get(Object(example), 'id')
  if (typeof id === 'string') return `\`data.object.id\`, \`${id.replace(/[^-]*$/, '')}…\``
  return 'ids' in Object(example) ? 'the first of `data.object.ids`' : 'the endpoint'
}

/** What is used here of a JSON Schema. */
const node = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  get anyOf() {
    return z.array(node).optional()
  },
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  get items() {
    return node.optional()
  },
  get properties() {
    return z.record(z.string(), node).optional()
  },
  get additionalProperties() {
    return z.union([z.boolean(), node]).optional()
  },
  required: z.array(z.string()).optional(),
})
type Node = z.infer<typeof node>

function describeFields(payload: z.ZodType): string {
  const { properties = {}, required = [] } = node.parse(z.toJSONSchema(payload, { io: 'input' }))
  const rows = Object.entries(properties).map(
    ([name, field]) =>
      `| \`${name}\` | ${describeType(field)} | ${required.includes(name) ? 'always' : ''} | ${field.description ?? ''} |`,
  )
  return ['| field | type | | |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}

function describeType(field: Node): string {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``
  if (field.enum !== undefined) return field.enum.map(String).join(', ')
  if (field.items !== undefined) return `array of ${describeType(field.items)}`
  if (field.properties !== undefined) {
    return `object: ${Object.entries(field.properties)
      .map(([name, inner]) => `${name} (${describeType(inner)})`)
      .join(', ')}`
  }
  if (typeof field.additionalProperties === 'object') {
    return `object of ${describeType(field.additionalProperties)} by name`
  }
  if (field.anyOf !== undefined) return field.anyOf.map(describeType).join(' or ')
  return [field.type ?? 'any'].flat().join(' or ')
}
