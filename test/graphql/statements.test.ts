import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/schema.ts'
import {
  addOrganization,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { fabricate } from '../harness/fabricate.ts'
import { noteStatements } from '../harness/statements.ts'

// Every connection of the schema, wherever it stands: as many SQL statements for a page of 50 as for
// a page of one. Nobody has to name a new one here; it needs rows, which the datamodel gives.

const ROWS = 50
/** Rows of a connection below each of 50 parents. */
const BELOW = 2

const READS = /^\s*(SELECT|WITH)\b/i
/** What goes on around requests, now and then: their count against the limit, who is asking. */
const AROUND = /claim_requests|organization\.plan|pgboss|^SELECT 1$/

interface Case {
  name: string
  /** Fields from the query down to the connection; a connection on the way is a page of parents. */
  path: Field[]
}
type Field = GraphQLField<unknown, unknown>

const cases = findCases()
/** What a connection asks for besides a page. */
const required = new Map<string, string>()
let test: TestApp
let org: TestOrganization

beforeAll(async () => {
  test = await startTestApp({ ROLES: 'server' })
  org = await addOrganization(test)
  for (let from = 0; from < ROWS; from += 10) {
    const made = await Promise.all(
      Array.from({ length: 10 }, () => fabricate(test, org.organizationId, 'row')),
    )
    // Readings of one series at one moment are one reading, and no connection shows them.
    const faults = made
      .flatMap((each) => each.faults)
      .filter((fault) => !fault.startsWith('SensorReading'))
    if (faults.length > 0) throw new Error(faults.join('\n'))
  }
  const fill = (text: string) => test.app.database.pool.query(text, [org.organizationId])
  // Everything is a part of something: each row of the one before it, the first of the last.
  for (const table of ['asset', 'location']) {
    await fill(`UPDATE ${table} SET parent_id = other.parent FROM (
        SELECT id, coalesce(lag(id) OVER (ORDER BY id), max(id) OVER ()) AS parent
          FROM ${table} WHERE organization_id = $1) AS other WHERE other.id = ${table}.id`)
  }
  await fill(`UPDATE event SET position = placed.place, actor = '{"type": "SYSTEM"}' FROM (
      SELECT id, row_number() OVER (ORDER BY id) AS place FROM event WHERE organization_id = $1)
      AS placed WHERE placed.id = event.id`)
  await fill(
    'UPDATE event_stream_head SET last_position = (SELECT count(*) FROM event WHERE organization_id = $1) WHERE organization_id = $1',
  )
  await test.app.database.pool.query(
    'UPDATE notification SET user_id = $2 WHERE organization_id = $1',
    [org.organizationId, org.ownerId],
  )
  const { rows } = await fill(
    'SELECT min(id) AS id FROM webhook_endpoint WHERE organization_id = $1',
  )
  const endpointId = String(rows[0].id)
  await test.app.database.pool.query(
    "UPDATE webhook_replay SET endpoint_id = $2, status = 'COMPLETED' WHERE organization_id = $1",
    [org.organizationId, endpointId],
  )
  required.set('webhookReplays', `endpointId: "${endpointId}"`)
}, 120_000)
afterAll(() => test[Symbol.asyncDispose]())

describe('the statements of a page do not grow with its rows', () => {
  it('for every connection of the schema', () => {
    expect(cases.length).toBeGreaterThan(50)
    expect(new Set(cases.map(({ name }) => name))).toEqual(new Set(allConnections()))
  })

  it.each(cases)('$name', async ({ path }) => {
    const count = async (first: number) => {
      const document = `{ ${write(path, first)} }`
      await run(document)
      using statements = noteStatements()
      const data = await run(document)
      expect(countNodes(data, path), document).toBeGreaterThanOrEqual(first)
      return statements.texts.filter((text) => READS.test(text) && !AROUND.test(text))
    }
    const [one, many] = [await count(1), await count(ROWS)]
    expect(one.length).toBeGreaterThan(0)
    expect(many.length, many.join('\n')).toBe(one.length)
  })
})

describe('a page shows the same whatever is asked for beside it', () => {
  const pages = cases.filter(({ path }) => path.length === 1)

  it.each(pages)('$name', async ({ path: [page] }) => {
    if (page === undefined) throw new Error('a path has a field')
    const fields = Object.values(nodeType(page).getFields()).filter(
      (field) =>
        !isConnection(field) &&
        !field.args.some(isRequiredArgument) &&
        isShown(getNamedType(field.type)),
    )
    const whole = nodesOf(await run(`{ ${write([page], 3)} }`), page.name)
    expect(whole.length).toBe(3)
    // Each field alone, a few in one request: a column that it needs and does not name is missing.
    for (let from = 0; from < fields.length; from += 20) {
      const some = fields.slice(from, from + 20)
      const parts = some.map((field) => {
        const type = getNamedType(field.type)
        const below = isObjectType(type) ? `{ ${someLeaves(type)} }` : ''
        return `${field.name}: ${page.name}(first: 3 ${required.get(page.name) ?? ''}) { edges { node { ${field.name} ${below} } } }`
      })
      const answer = Object(await run(`{ ${parts.join(' ')} }`))
      for (const { name } of some) {
        const alone = answer[name].edges.map((edge: { node: object }) =>
          Reflect.get(edge.node, name),
        )
        expect(alone, name).toEqual(whole.map((node) => Reflect.get(Object(node), name)))
      }
    }
  })
})

/** What `selectRecord` asks for. */
function isShown(type: GraphQLNamedType): boolean {
  return isLeafType(type) || isObjectType(type)
}

describe('a record shows the same in a page and by itself', () => {
  // By itself it is read in another way: all its columns, and a statement for each relation. Not every
  // model's rows are fabricated with an id that tells its kind.
  const records = cases.filter(
    ({ path: [page], path }) =>
      path.length === 1 &&
      page !== undefined &&
      nodeType(page)
        .getInterfaces()
        .some(({ name }) => name === 'Node') &&
      page.name !== 'visitorInvitations',
  )

  it.each(records)('$name', async ({ path: [page] }) => {
    if (page === undefined) throw new Error('a path has a field')
    const type = nodeType(page)
    const inPage = nodesOf(await run(`{ ${write([page], 3)} }`), page.name)
    const parts = inPage.map((node, index) => {
      const id = JSON.stringify(Reflect.get(Object(node), 'id'))
      return `n${index}: node(id: ${id}) { ... on ${type.name} { ${selectRecord(type)} } }`
    })
    expect(Object.values(Object(await run(`{ ${parts.join(' ')} }`)))).toEqual(inPage)
  })
})

function nodesOf(data: unknown, field: string): unknown[] {
  return Reflect.get(Object(Reflect.get(Object(data), field)), 'nodes')
}

async function run(document: string): Promise<unknown> {
  const answer = await send(test.url, org.owner, document)
  expect(answer.errors, document).toEqual([])
  return answer.data
}

function isConnection(field: Field): boolean {
  return getNamedType(field.type).name.endsWith('Connection')
}

function connectionFields(field: Field) {
  const connection = getNamedType(field.type)
  return isObjectType(connection) ? connection.getFields() : {}
}

function nodeType(field: Field): GraphQLObjectType {
  const { nodes } = connectionFields(field)
  const node = nodes === undefined ? undefined : getNamedType(nodes.type)
  if (!isObjectType(node)) throw new Error(`${field.name} has no nodes`)
  return node
}

function allConnections(): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields())
          .filter(isConnection)
          .map((field) => `${type.name}.${field.name}`)
      : [],
  )
}

/** The connections of the query type, and those of every record that one of them leads to. */
function findCases(): Case[] {
  const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(isConnection)
  const found = new Map<string, Case>()
  const add = (owner: string, path: Field[]) => {
    const name = `${owner}.${path.at(-1)?.name}`
    if (!found.has(name)) found.set(name, { name, path })
  }
  for (const root of roots) add('Query', [root])
  // Directly below a page of records first, then one record further on.
  for (const root of roots) addBelow(nodeType(root), [root])
  for (const root of roots) {
    for (const field of Object.values(nodeType(root).getFields())) {
      const type = getNullableType(field.type)
      const leads =
        isObjectType(type) && !isConnection(field) && !field.args.some(isRequiredArgument)
      if (leads) addBelow(type, [root, field])
    }
  }
  return [...found.values()]

  function addBelow(type: GraphQLObjectType, above: Field[]) {
    for (const field of Object.values(type.getFields())) {
      if (isConnection(field)) add(type.name, [...above, field])
    }
  }
}

function write([field, ...rest]: Field[], first: number): string {
  if (field === undefined) return ''
  if (!isConnection(field)) return `${field.name} { ${write(rest, first)} }`
  const isLast = rest.length === 0
  const inner = isLast ? selectRecord(nodeType(field)) : write(rest, BELOW)
  return `${field.name}(first: ${first} ${required.get(field.name) ?? ''}) { nodes { ${inner} } ${isLast && 'totalCount' in connectionFields(field) ? 'totalCount' : ''} }`
}

/** Everything that a record has of its own, and of each record that it leads to something. */
function selectRecord(type: GraphQLObjectType): string {
  const parts = ['__typename']
  for (const field of Object.values(type.getFields())) {
    if (field.args.some(isRequiredArgument) || isConnection(field)) continue
    const named = getNamedType(field.type)
    if (isLeafType(named)) parts.push(field.name)
    if (isObjectType(named)) parts.push(`${field.name} { ${someLeaves(named)} }`)
  }
  return parts.join(' ')
}

function someLeaves(type: GraphQLObjectType): string {
  const leaves = Object.values(type.getFields()).filter(
    (field) => isLeafType(getNamedType(field.type)) && !isListType(getNullableType(field.type)),
  )
  return ['__typename', ...leaves.slice(0, 3).map((field) => field.name)].join(' ')
}

/** Records at the end of the path, over all parents. */
function countNodes(data: unknown, [field, ...rest]: Field[]): number {
  if (field === undefined) return 1
  const value: unknown = Reflect.get(Object(data), field.name)
  if (value == null) return 0
  if (!isConnection(field)) return countNodes(value, rest)
  const nodes: unknown = Reflect.get(Object(value), 'nodes')
  return Array.isArray(nodes)
    ? nodes.reduce<number>((sum, node) => sum + countNodes(node, rest), 0)
    : 0
}
