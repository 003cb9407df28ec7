import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLInputField,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeTable } from '../../src/database/reading/columns.ts'
import { getDatamodel } from '../../src/generated/pothos.ts'
import { schema } from '../../src/schema.ts'
import {
  addOrganization,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { fabricate } from '../harness/fabricate.ts'
import { noteStatements } from '../harness/statements.ts'

// Every list of the schema, wherever it stands, does what the best of them do. Nobody has to name a new
// one here: lists are found in the schema, and their rows are made from the datamodel.

const ROWS = 7
const MARKER = 'Overflow AHU-3 B2/014'

interface List {
  name: string
  /** Type that the field stands on. */
  owner: string
  field: GraphQLField<unknown, unknown>
  model: string
}

/** The log is read in the order of its positions, which are its cursors: see catalogue-schema.ts. */
const OTHER = new Set(['Query.events'])
const lists = findLists().filter(({ name }) => !OTHER.has(name))

let test: TestApp
let org: TestOrganization
let stranger: TestOrganization
/** Of each organization: id of the record that has the lists of a type. */
const parents = new Map<string, Map<string, string>>()

beforeAll(async () => {
  test = await startTestApp({ ROLES: 'server' })
  org = await addOrganization(test)
  stranger = await addOrganization(test)
  for (const each of [org, stranger]) {
    for (let n = 0; n < ROWS; n++) await fabricate(test, each.organizationId, MARKER)
    await gather(each)
    await tie(each)
  }
}, 120_000)
afterAll(() => test[Symbol.asyncDispose]())

const { models } = getDatamodel().datamodel

/** Rows of a list below a record belong to one record, notifications to who asks for them. */
async function gather({ organizationId, ownerId }: TestOrganization): Promise<void> {
  const { pool } = test.app.database
  await pool.query('UPDATE notification SET user_id = $2 WHERE organization_id = $1', [
    organizationId,
    ownerId,
  ])
  await pool.query(
    `UPDATE quotation_line SET position = n FROM (
       SELECT id AS line, row_number() OVER () AS n FROM quotation_line WHERE organization_id = $1)
       AS numbered WHERE line = quotation_line.id`,
    [organizationId],
  )
  await pool.query('UPDATE app_user SET name = $2 WHERE id = $1', [ownerId, MARKER])
  await pool.query("UPDATE webhook_replay SET status = 'COMPLETED' WHERE organization_id = $1", [
    organizationId,
  ])
  const own = new Map<string, string>()
  parents.set(organizationId, own)
  const fill = [...lists, { owner: 'WebhookEndpoint', model: 'WebhookReplay' }]
  for (const { owner, model } of fill) {
    if (owner === 'Query') continue
    const { table, references } = describeTable(model)
    const first = await pool.query<{ id: string }>(
      `SELECT min(id) AS id FROM ${describeTable(owner).table} WHERE organization_id = $1`,
      [organizationId],
    )
    const id = first.rows[0]?.id ?? ''
    own.set(owner, id)
    const key =
      [...references.values()].find((one) => one.model === owner)?.keys[1]?.here ?? 'endpoint_id'
    // No row stands below itself.
    await pool.query(`UPDATE ${table} SET ${key} = $2 WHERE organization_id = $1 AND id <> $2`, [
      organizationId,
      id,
    ])
  }
}

/** Many rows are the same in what they are sorted by, and some have nothing there. */
async function tie({ organizationId }: TestOrganization): Promise<void> {
  const { pool } = test.app.database
  for (const model of new Set(lists.map((list) => list.model))) {
    const { table, columns } = describeTable(model)
    for (const column of columns.values()) {
      if (column.name === 'id' || column.type !== 'DateTime' || /version/.test(column.name))
        continue
      const pick = `id IN (SELECT id FROM ${table} WHERE organization_id = $1 ORDER BY id LIMIT`
      const set = (value: string, rows: number) =>
        pool
          .query(`UPDATE ${table} SET ${column.column} = ${value} WHERE ${pick} ${rows})`, [
            organizationId,
          ])
          // What the rules of a table forbid stays as it was made.
          .catch(() => undefined)
      await set(`(SELECT max(${column.column}) FROM ${table} WHERE organization_id = $1)`, 5)
      if (!column.isRequired) await set('NULL', 2)
    }
  }
}

function findLists(): List[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__')) return []
    return Object.values(type.getFields()).flatMap((field): List[] => {
      const connection = getNamedType(field.type)
      if (!isObjectType(connection) || !connection.name.endsWith('Connection')) return []
      const node = getNamedType(connection.getFields()['nodes']?.type ?? field.type)
      return [
        { name: `${type.name}.${field.name}`, owner: type.name, field, model: node.name },
      ].map((list) => Object.assign(list, { model: modelOf(list.model) }))
    })
  })
}

/** The type of a list is called after its model. */
function modelOf(type: string): string {
  return type === 'Event' ? 'Event' : type
}

function argument({ field }: List, name: string) {
  return field.args.find((arg) => arg.name === name)
}

/** Everything that a list can be ordered by, each both ways, as it is written; `''`: as it is. */
function ordersOf(list: List): string[] {
  const type = argument(list, 'orderBy')?.type
  const named = type === undefined ? undefined : getNamedType(type)
  // The list of parts has taken one name since before it could take more.
  if (isEnumType(named)) return ['', ...named.getValues().map(({ name }) => `orderBy: ${name}`)]
  const by = isInputObjectType(named) ? named.getFields()['field']?.type : undefined
  const names = by === undefined ? undefined : getNamedType(by)
  return [
    '',
    ...(isEnumType(names) ? names.getValues() : []).flatMap(({ name }) =>
      ['ASC', 'DESC'].map((way) => `orderBy: [{ field: ${name}, direction: ${way} }]`),
    ),
  ]
}

interface Page {
  edges: { cursor: string }[]
  totalCount: number
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean }
}

interface Asked {
  pages: Page[]
  errors: { code: unknown; message: string }[]
}

const PAGE =
  '{ edges { cursor node { __typename } } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }'

/** A list asked for in several ways at once. */
async function read(
  list: List,
  ways: readonly string[],
  fields = PAGE,
  who: TestOrganization = org,
): Promise<Asked> {
  const asked: Asked = { pages: [], errors: [] }
  for (let from = 0; from < ways.length; from += 25) {
    const some = ways.slice(from, from + 25)
    const required = list.name === 'Query.webhookReplays'
    const fixed = required ? `endpointId: "${parentOf('WebhookEndpoint', who)}"` : ''
    const parts = some.map((way, index) => {
      const args = `${fixed} ${way}`.trim()
      return `a${index}: ${list.field.name}${args === '' ? '' : `(${args})`} ${fields}`
    })
    const document =
      list.owner === 'Query'
        ? `{ ${parts.join(' ')} }`
        : `{ node(id: "${parentOf(list.owner, who)}") { ... on ${list.owner} { ${parts.join(' ')} } } }`
    const answer = await ask(who.owner, document)
    asked.errors.push(...answer.errors)
    const data = list.owner === 'Query' ? answer.data : answer.data?.['node']
    asked.pages.push(...some.map((_way, index): Page => Reflect.get(Object(data), `a${index}`)))
  }
  return asked
}

async function ask(who: Credentials, document: string) {
  const { data, errors } = await send<Record<string, object>, undefined>(test.url, who, document)
  return {
    data,
    errors: errors.map(({ message, extensions }) => ({ message, code: extensions.code })),
  }
}

function parentOf(type: string, { organizationId }: TestOrganization): string {
  const id = parents.get(organizationId)?.get(type)
  if (id === undefined) throw new Error(`no ${type} has lists`)
  return id
}

async function pagesOf(list: List, ways: readonly string[], who = org): Promise<Page[]> {
  const { pages, errors } = await read(list, ways, PAGE, who)
  expect(errors, list.name).toEqual([])
  return pages
}

async function codesOf(list: List, way: string): Promise<unknown[]> {
  return (await read(list, [way])).errors.map(({ code }) => code)
}

/** Not every record shows its id; a cursor ends with it. */
function idsOf(page: Page | undefined): string[] {
  return (page?.edges ?? []).map(({ cursor }) => {
    const values: unknown = JSON.parse(
      Buffer.from(cursor, 'base64').toString().slice('GPC:S:'.length),
    )
    return String(Array.isArray(values) ? values.at(-1) : values)
  })
}

describe('every list of the schema', () => {
  it('is found', () => {
    expect(lists.length).toBeGreaterThan(50)
    expect(lists.filter(({ model }) => models[model] === undefined)).toEqual([])
  })

  it.each(lists)('$name has filters that combine, an order and a count', (list) => {
    const where = getNamedType(argument(list, 'where')?.type ?? list.field.type)
    expect(isInputObjectType(where) ? Object.keys(where.getFields()) : []).toEqual(
      expect.arrayContaining(['and', 'or', 'not', 'created'].slice(0, 3)),
    )
    expect(ordersOf(list).length).toBeGreaterThan(1)
    const connection = getNamedType(list.field.type)
    expect(isObjectType(connection) ? Object.keys(connection.getFields()) : []).toContain(
      'totalCount',
    )
  })

  it.each(lists)(
    '$name: its pages put together are the whole, both ways, in every order',
    async (list) => {
      const orders = ordersOf(list)
      const wholes = await pagesOf(
        list,
        orders.map((order) => `first: 100 ${order}`),
      )
      const size = 3
      const forwards = wholes.map((): string[] => [])
      const backwards = wholes.map((): string[] => [])
      let next = orders.map((order) => `first: ${size} ${order}`)
      let previous = orders.map((order) => `last: ${size} ${order}`)
      for (let page = 0; page * size < ROWS; page++) {
        const [ahead, back] = await Promise.all([pagesOf(list, next), pagesOf(list, previous)])
        ahead.forEach((one, at) => forwards[at]?.push(...idsOf(one)))
        back.forEach((one, at) => backwards[at]?.unshift(...idsOf(one)))
        next = orders.map((order, at) => `first: ${size} after: "${endOf(ahead[at])}" ${order}`)
        previous = orders.map(
          (order, at) => `last: ${size} before: "${startOf(back[at])}" ${order}`,
        )
      }
      const expected = wholes.map(idsOf)
      const rows = expected[0]?.length ?? 0
      expect(rows).toBeGreaterThanOrEqual(ROWS - 1)
      expect(expected.map((ids) => new Set(ids).size)).toEqual(orders.map(() => rows))
      expect(Object.fromEntries(orders.map((order, at) => [order, forwards[at]]))).toEqual(
        Object.fromEntries(orders.map((order, at) => [order, expected[at]])),
      )
      expect(backwards).toEqual(expected)
      expect(wholes.map(({ totalCount }) => totalCount)).toEqual(orders.map(() => rows))
    },
  )

  it.each(lists)('$name: more than a page holds is an error, a whole page is not', async (list) => {
    for (const way of ['first: 101', 'last: 101', 'first: 2147483647', 'first: -1']) {
      expect(await codesOf(list, way), way).toEqual(['BAD_USER_INPUT'])
    }
    expect(await codesOf(list, 'last: 100')).toEqual([])
  })

  it.each(lists)(
    '$name: a cursor means nothing in another order, list or organization',
    async (list) => {
      const [mine, ...others] = await pagesOf(
        list,
        ordersOf(list).map((order) => `first: 2 ${order}`),
      )
      const [theirs] = await pagesOf(list, ['first: 2'], stranger)
      const cursor = endOf(mine)
      const other = others.map(endOf).find((one) => one !== cursor)
      expect(other).toBeDefined()
      const damaged = Buffer.from(cursor, 'base64').toString()
      const wrong = [
        other ?? '',
        endOf(theirs),
        Buffer.from(
          damaged.replace(/"(\w)/, (_all, one) => `"${one === 'a' ? 'b' : 'a'}`),
        ).toString('base64'),
        Buffer.from(damaged.replace(/,[^,]*\]$/, ']')).toString('base64'),
        Buffer.from(damaged.slice(0, -1)).toString('base64'),
        Buffer.from('GPC:S:[]').toString('base64'),
        'nonsense',
        '',
      ]
      for (const text of wrong) {
        for (const way of [`first: 2 after: "${text}"`, `last: 2 before: "${text}"`]) {
          const { errors, pages } = await read(list, [way])
          expect(
            errors.map(({ code }) => code),
            `${way} ${JSON.stringify(pages)}`,
          ).toEqual(['BAD_USER_INPUT'])
        }
      }
      const neighbour = lists[(lists.indexOf(list) + 1) % lists.length] ?? list
      const [elsewhere] = await pagesOf(neighbour, ['first: 1'])
      expect(await codesOf(list, `after: "${endOf(elsewhere)}"`)).toEqual(['BAD_USER_INPUT'])
    },
  )

  it.each(lists)(
    '$name: the page after a row that is gone goes on from its place',
    async (list) => {
      const orders = ordersOf(list)
      const wholes = await pagesOf(
        list,
        orders.map((order) => `first: 100 ${order}`),
      )
      // In each order another row: the one in the middle.
      for (const id of new Set(wholes.map((whole) => idsOf(whole)[3]))) {
        const at = wholes.flatMap((whole, index) => (idsOf(whole)[3] === id ? [index] : []))
        const cursors = at.map((index) => wholes[index]?.edges[3]?.cursor)
        const [ahead, back] = await withoutRow(list.model, id ?? '', () =>
          Promise.all([
            pagesOf(
              list,
              at.map((index, n) => `first: 100 after: "${cursors[n]}" ${orders[index]}`),
            ),
            pagesOf(
              list,
              at.map((index, n) => `last: 100 before: "${cursors[n]}" ${orders[index]}`),
            ),
          ]),
        )
        expect(ahead.map(idsOf)).toEqual(at.map((index) => idsOf(wholes[index]).slice(4)))
        expect(back.map(idsOf)).toEqual(at.map((index) => idsOf(wholes[index]).slice(0, 3)))
      }
    },
  )

  it.each(lists)(
    '$name: cursors of before they held a place still lead to their row',
    async (list) => {
      const [whole] = await pagesOf(list, ['first: 100'])
      const old = Buffer.from(`GPC:S:${idsOf(whole)[2]}`).toString('base64')
      const [ahead, back] = await pagesOf(list, [`after: "${old}"`, `last: 9 before: "${old}"`])
      expect(idsOf(ahead)).toEqual(idsOf(whole).slice(3))
      expect(idsOf(back)).toEqual(idsOf(whole).slice(0, 2))
    },
  )

  it.each(lists)('$name: shows nothing of another organization', async (list) => {
    const [mine] = await pagesOf(list, ['first: 100'])
    const [theirs] = await pagesOf(list, ['first: 100'], stranger)
    expect(idsOf(theirs).length).toBeGreaterThan(0)
    expect(idsOf(mine).filter((id) => idsOf(theirs).includes(id))).toEqual([])
  })

  it.each(lists)('$name: what a filter leaves out, its opposite finds', async (list) => {
    const filters = filtersOf(list)
    const { pages, errors } = await read(
      list,
      [
        '',
        ...filters.flatMap((filter) => [`where: { ${filter} }`, `where: { not: { ${filter} } }`]),
      ],
      '{ totalCount }',
    )
    expect(errors).toEqual([])
    const [all, ...counts] = pages.map(({ totalCount }) => totalCount)
    const sums = filters.map((filter, n) => [
      filter,
      (counts[2 * n] ?? 0) + (counts[2 * n + 1] ?? 0),
    ])
    expect(Object.fromEntries(sums)).toEqual(
      Object.fromEntries(filters.map((filter) => [filter, all])),
    )
  })

  const searched = lists.filter((list) => whereOf(list)['search'] !== undefined)

  it.each(searched)('$name: a search is words that all occur, and nothing else', async (list) => {
    const search = (text: string) => `where: { search: ${JSON.stringify(text)} }`
    const { pages, errors } = await read(
      list,
      [
        '',
        '',
        '   ',
        'overFLOW',
        'ahu-3',
        'b2/014 AHU',
        '"AHU-3"',
        '%',
        '_',
        'AHU_3',
        'ahu-3 nowhere',
      ].map((text, n) => (n === 0 ? '' : search(text))),
      '{ totalCount }',
    )
    expect(errors).toEqual([])
    const [all, ...found] = pages.map(({ totalCount }) => totalCount)
    expect(found).toEqual([all, all, all, all, all, all, 0, 0, 0, 0])
  })
})

it('the 101st id of a filter is an error', async () => {
  const ids = Array.from({ length: 101 }, (_, n) => `"loc-${n}"`)
  for (const list of lists) {
    const filter = Object.values(whereOf(list)).find(
      ({ type }) => getNamedType(type).name === 'IdFilter',
    )
    if (filter === undefined) continue
    const way = (some: readonly string[]) => `where: { ${filter.name}: { in: [${some.join()}] } }`
    expect(await codesOf(list, way(ids)), list.name).toEqual(['BAD_USER_INPUT'])
    expect(await codesOf(list, way(ids.slice(1))), list.name).toEqual([])
  }
})

it('a filter of a list below a page is worked out once, however many records the page has', async () => {
  const count = async (first: number) => {
    const document = `{ locations(first: ${first}) { nodes { assets(where: { search: "ahu-3", not: { siteId: "loc-1" } }) {
      totalCount nodes { id } } } } }`
    await ask(org.owner, document)
    using statements = noteStatements()
    const { errors } = await ask(org.owner, document)
    expect(errors).toEqual([])
    return statements.texts.filter((text) => /"asset"|FROM asset|"location"/.test(text)).length
  }
  const one = await count(1)
  expect(one).toBeGreaterThan(1)
  expect(await count(ROWS)).toBe(one)
})

it('one malformed id in `nodes` gives null for it, alone it is refused', async () => {
  const [places] = await pagesOf(named('Query.locations'), ['first: 2'])
  const ids = idsOf(places)
  const asked = [ids[0], 'nonsense', '', 'loc-nobody', ids[1]]
  const { data, errors } = await ask(org.owner, `{ nodes(ids: ${JSON.stringify(asked)}) { id } }`)
  expect(errors).toEqual([])
  expect(data?.['nodes']).toEqual([{ id: ids[0] }, null, null, null, { id: ids[1] }])
  expect((await ask(org.owner, '{ node(id: "nonsense") { id } }')).errors).toMatchObject([
    { code: 'BAD_USER_INPUT' },
  ])
})

function named(name: string): List {
  const list = lists.find((one) => one.name === name)
  if (list === undefined) throw new Error(`there is no list ${name}`)
  return list
}

const endOf = (page: Page | undefined) => page?.edges.at(-1)?.cursor ?? ''
const startOf = (page: Page | undefined) => page?.edges[0]?.cursor ?? ''

/** While something is done, a row is another organization's, whatever refers to it. */
async function withoutRow<T>(model: string, id: string, work: () => Promise<T>): Promise<T> {
  const { table } = describeTable(model)
  const move = async (to: string) => {
    const client = await test.app.database.pool.connect()
    try {
      await client.query("BEGIN; SET LOCAL session_replication_role = 'replica'")
      await client.query(`UPDATE ${table} SET organization_id = $2 WHERE id = $1`, [id, to])
      await client.query('COMMIT')
    } finally {
      client.release()
    }
  }
  await move('org-nobody')
  try {
    return await work()
  } finally {
    await move(org.organizationId)
  }
}

function whereOf(list: List): Record<string, GraphQLInputField> {
  const where = getNamedType(argument(list, 'where')?.type ?? list.field.type)
  return isInputObjectType(where) ? where.getFields() : {}
}

const NOW = new Date().toISOString()

/** One question for each filter, of which some rows hold and some do not, where that can be. */
function filtersOf(list: List): string[] {
  return Object.values(whereOf(list)).flatMap(({ name, type }) => {
    // What is archived is counted in or out at the top, where it cannot be negated.
    if (['and', 'or', 'not', 'includeArchived'].includes(name)) return []
    // Of an unticked box nothing is asked.
    if (name === 'belowMinimum') return ['belowMinimum: true']
    return valuesOf(type).map((value) => `${name}: ${value}`)
  })
}

function valuesOf(type: GraphQLInputField['type']): string[] {
  const named = getNamedType(type)
  const isList = isListType(getNullableType(type))
  const one = (value: string) => [isList ? `[${value}]` : value]
  if (isEnumType(named)) return one(named.getValues()[0]?.name ?? '')
  if (isInputObjectType(named)) {
    const fields = Object.keys(named.getFields())
    if (fields.includes('from')) return [`{ from: "2026-01-01T00:00:00Z", to: "${NOW}" }`]
    if (fields.includes('notIn')) {
      const by = named.getFields()['in']
      const value = by === undefined ? [] : valuesOf(by.type)
      return value.flatMap((some) => [`{ in: ${some} }`, `{ notIn: ${some} }`])
    }
    if (fields.includes('isNull'))
      return ['{ in: ["loc-1"] }', '{ isNull: true }', '{ isNull: false }']
    const number = named.name === 'DateTimeFilter' ? `"${NOW}"` : '1'
    return [`{ gte: ${number} }`, `{ lte: ${number} }`]
  }
  switch (named.name) {
    case 'Boolean':
      return ['true', 'false']
    case 'Int':
      return one('1')
    case 'DateTime':
      return one(`"${NOW}"`)
    case 'EventType':
      return one('"asset.created"')
    default:
      return one('"loc-1"')
  }
}
