import {
  getNamedType,
  getNullableType,
  type GraphQLObjectType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { pageStatement } from '../../src/database/reading/statement.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import { schema } from '../../src/schema.ts'
import { seedCampus } from '../../src/demo/seed-campus.ts'
import {
  addOrganization,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { fabricate } from '../harness/fabricate.ts'

// Lists are read with statements of the product's own. While these tests run, Prisma reads every page
// too, and both must have found the same records in the same order, down to the last value.

const NOW = new Date('2026-06-17T10:00:00Z')
const OPEN = '[OPEN, ACCEPTED, IN_PROGRESS, ON_HOLD, REOPENED]'

let test: TestApp
let org: TestOrganization
let stranger: TestOrganization
let site = ''
/** A user of each role who has something of their own. */
const people = new Map<string, Credentials>()

/** Pages read since the start of the test, and whether with a statement of our own. */
let pages: { model: string; own: boolean }[] = []
let differences: string[] = []

beforeAll(async () => {
  test = await startTestApp({ ROLES: 'server' })
  org = await addOrganization(test)
  stranger = await addOrganization(test)
  for (const { organizationId, ownerId } of [org, stranger]) {
    await seedCampus(test.app.database.pool, { organizationId, ownerId, now: NOW })
  }
  const { pool } = test.app.database
  await pool.query(
    "INSERT INTO company (id, organization_id, name, kind) SELECT 'com-hired', $1, 'Hired', (enum_range(NULL::company_kind))[1]",
    [org.organizationId],
  )
  for (const [table, which] of [
    ['app_user', "role = 'CONTRACTOR'"],
    ['work_order', "priority = 'HIGH'"],
  ]) {
    await pool.query(
      `UPDATE ${table} SET company_id = 'com-hired' WHERE organization_id = $1 AND ${which}`,
      [org.organizationId],
    )
  }
  const { rows } = await pool.query<{ role: string; id: string; site: string }>(
    `SELECT DISTINCT ON (u.role) u.role, u.id,
            (SELECT min(id) FROM location WHERE organization_id = $1 AND kind = 'LOCATION') AS site
       FROM app_user u
       LEFT JOIN work_order w ON w.organization_id = u.organization_id
             AND u.id IN (w.reported_by_id, w.assignee_id)
      WHERE u.organization_id = $1 AND u.status = 'ACTIVE'
      GROUP BY u.role, u.id ORDER BY u.role, count(w.id) DESC`,
    [org.organizationId],
  )
  for (const { role, id } of rows) {
    const { token } = await issueAccessToken(test.config.auth, id)
    people.set(role, { Authorization: `Bearer ${token}` })
  }
  site = rows[0]?.site ?? ''
  // Rows of what a campus has none of.
  for (const { organizationId, ownerId } of [org, stranger]) {
    for (let n = 0; n < 3; n++) await fabricate(test, organizationId, `row ${n}`)
    await pool.query('UPDATE notification SET user_id = $2 WHERE organization_id = $1', [
      organizationId,
      ownerId,
    ])
  }
  compareWithPrisma(test.app.database)
}, 60_000)
afterAll(() => test[Symbol.asyncDispose]())
beforeEach(() => {
  pages = []
  differences = []
})

function compareWithPrisma(database: Database): void {
  const readPage = database.readPage.bind(database)
  database.readPage = async (model, args, organizationId, restrictions) => {
    const records = await readPage(model, args, organizationId, restrictions)
    const client = database.scopedTo(organizationId, restrictions)
    const delegate: unknown = Reflect.get(client, model.charAt(0).toLowerCase() + model.slice(1))
    const expected = await (delegate as typeof client.user).findMany(args)
    try {
      expect(records).toEqual(expected)
    } catch (error) {
      differences.push(`${model} ${JSON.stringify(args)}: ${String(error)}`)
    }
    pages.push({ model, own: pageStatement(model, { ...args }, organizationId) !== undefined })
    return records
  }
}

/** Every list of records that needs no argument. Events are read by the log's own statement. */
const lists = Object.values(schema.getQueryType()?.getFields() ?? {})
  .filter(({ name, args, type }) => {
    const connection = getNamedType(type).name.endsWith('Connection')
    return connection && name !== 'events' && !args.some(isRequiredArgument)
  })
  .map(({ name }) => name)

function nodeOf(list: string): GraphQLObjectType {
  const connection = getNamedType(schema.getQueryType()?.getFields()[list]?.type)
  const node = isObjectType(connection) ? connection.getFields()['nodes']?.type : undefined
  const type = node === undefined ? undefined : getNamedType(node)
  if (!isObjectType(type)) throw new Error(`${list} is no list`)
  return type
}

/** All that can be asked for without arguments: values of a record, and of those that it leads to. */
function everythingOf(type: GraphQLObjectType, depth = 1): string {
  const fields = Object.values(type.getFields()).flatMap((field): string[] => {
    if (field.args.some(isRequiredArgument)) return []
    const named = getNamedType(field.type)
    if (isLeafType(named)) return [field.name]
    const isOne = isObjectType(named) && !isListType(getNullableType(field.type))
    if (!isOne || depth === 0 || named.name.endsWith('Connection')) return []
    return [`${field.name} { ${everythingOf(named, depth - 1)} }`]
  })
  return fields.join(' ')
}

/** Everything that a list can be ordered by. */
function ordersOf(list: string): string[] {
  const fields = schema.getQueryType()?.getFields()
  const orderBy = fields?.[list]?.args.find((each) => each.name === 'orderBy')
  const order = orderBy === undefined ? undefined : getNamedType(orderBy.type)
  const field = isInputObjectType(order) ? order.getFields()['field']?.type : undefined
  const by = field === undefined ? undefined : getNamedType(field)
  return isEnumType(by) ? by.getValues().map(({ name }) => name) : []
}

interface Page {
  nodes: { id: string }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    endCursor: string
    startCursor: string
  }
}

async function readList(
  list: string,
  args: string,
  fields = 'id',
  who: Credentials = org.owner,
): Promise<Page> {
  const document = `{ ${list}(${args}) { nodes { ${fields} }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
  const { data, errors } = await send<Record<string, Page>, undefined>(test.url, who, document)
  // Who may not see whom a record leads to is told so, and sees the rest.
  const faults = errors.filter(({ extensions }) => extensions.code !== 'FORBIDDEN')
  expect(faults, document).toEqual([])
  const page = data[list]
  if (page === undefined) throw new Error(`${list} did not answer`)
  return page
}

/** A cursor as it was made before cursors held what a list is sorted by: it names a row. */
function oldCursor(id: string | undefined): string {
  return Buffer.from(`GPC:S:${id}`).toString('base64')
}

describe('every list', () => {
  it.each(lists)('%s: all fields, of its records and of those that they lead to', async (list) => {
    const { nodes } = await readList(list, 'first: 50', everythingOf(nodeOf(list)))
    expect(nodes.length).toBeGreaterThan(0)
    expect(differences).toEqual([])
    expect(pages.length).toBe(1)
  })

  it.each(lists)('%s: what a screen shows is read with one statement of ours', async (list) => {
    const named = Object.values(nodeOf(list).getFields()).flatMap(({ name, type }) => {
      const one = getNamedType(type)
      const leads =
        isObjectType(one) && 'name' in one.getFields() && !isListType(getNullableType(type))
      return leads && !one.name.endsWith('Connection') ? [`${name} { id name }`] : []
    })
    await readList(list, 'first: 50', `id created ${named.join(' ')}`)
    expect(differences).toEqual([])
    expect(pages).toEqual([{ model: nodeOf(list).name, own: true }])
  })

  it.each(lists.flatMap((list) => ordersOf(list).map((by): [string, string] => [list, by])))(
    '%s by %s: pages put together are the whole, forwards and backwards, up and down',
    async (list, by) => {
      for (const direction of ['ASC', 'DESC']) {
        const order = `orderBy: [{ field: ${by}, direction: ${direction} }]`
        const whole: string[] = []
        let page = await readList(list, `first: 70, ${order}`)
        for (;;) {
          whole.push(...page.nodes.map(({ id }) => id))
          const { hasNextPage, endCursor } = page.pageInfo
          if (!hasNextPage || whole.length > 350) break
          page = await readList(list, `first: 70, after: "${endCursor}", ${order}`)
        }
        expect(new Set(whole).size).toBe(whole.length)
        const back = page.nodes.map(({ id }) => id)
        while (back.length < whole.length) {
          const { startCursor } = page.pageInfo
          page = await readList(list, `last: 90, before: "${startCursor}", ${order}`)
          if (page.nodes.length === 0) break
          back.unshift(...page.nodes.map(({ id }) => id))
        }
        expect(back).toEqual(whole)
      }
      expect(differences).toEqual([])
      expect(pages.every(({ own }) => own)).toBe(true)
    },
  )
})

describe('filters', () => {
  it.each([
    ['workOrders', `status: { in: ${OPEN} }, priority: { notIn: [LOW] }`],
    ['workOrders', 'status: { in: [] }'],
    ['workOrders', 'status: { notIn: [] }, types: [CORRECTIVE, INSPECTION]'],
    ['workOrders', 'assigneeId: { isNull: true }, slaStatus: { in: [MET, BREACHED] }'],
    ['workOrders', 'assigneeId: { isNull: false }, dueAt: { gte: "2026-05-01T00:00:00Z" }'],
    ['workOrders', 'not: { dueAt: { gt: "2026-03-01T00:00:00Z" } }'],
    ['workOrders', 'not: { assigneeId: { isNull: false }, status: { in: [CLOSED] } }'],
    ['workOrders', 'or: [{ status: { in: [OPEN] } }, { priority: { in: [CRITICAL] } }]'],
    [
      'workOrders',
      'and: [{ not: { or: [{ types: [PREVENTIVE] }, { priority: { in: [LOW] } }] } }]',
    ],
    ['workOrders', 'and: [], not: { not: { completedAt: { lt: "2026-04-01T00:00:00Z" } } }'],
    [
      'workOrders',
      'siteId: "SITE", created: { gt: "2026-01-01T00:00:00Z", lte: "2026-06-01T00:00:00Z" }',
    ],
    ['workOrders', 'or: [{ siteId: "SITE" }, { assigneeId: { isNull: true } }]'],
    ['workOrders', 'search: "filter"'],
    ['assets', 'siteId: "SITE", status: { in: [ONLINE] }'],
    ['assets', 'parentId: { isNull: true }, warrantyEndsAt: { gt: "2026-01-01T00:00:00Z" }'],
    ['assets', 'search: "pump", includeArchived: true'],
    ['sensors', 'siteId: "SITE", assetId: { isNull: false }'],
    ['bookings', 'siteId: "SITE", status: { notIn: [CANCELLED] }'],
    ['bookings', 'during: { from: "2026-06-01T00:00:00Z", to: "2026-06-20T00:00:00Z" }'],
    ['visitors', 'siteId: "SITE", walkIn: false, checkedInAt: { gt: "2026-06-01T00:00:00Z" }'],
    ['resources', 'siteId: "SITE", types: [ROOM]'],
    ['locations', 'siteId: "SITE"'],
  ])('%s(where: { %s })', async (list, where) => {
    const wanted = where.replaceAll('SITE', site)
    const { pageInfo } = await readList(list, `first: 2, where: { ${wanted} }`)
    if (pageInfo.hasNextPage) {
      await readList(list, `first: 60, where: { ${wanted} }, after: "${pageInfo.endCursor}"`)
    }
    expect(differences).toEqual([])
    expect(pages.filter(({ own }) => own)).toEqual(pages)
  })

  it.each([
    ['workOrders', 'not: { siteId: "SITE" }'],
    ['workOrders', 'not: {}'],
    ['workOrders', 'or: []'],
    ['workOrders', 'or: [{}]'],
    ['sensors', 'search: "temp"'],
  ])('%s(where: { %s }): Prisma reads what has another meaning in SQL', async (list, where) => {
    await readList(list, `first: 60, where: { ${where.replaceAll('SITE', site)} }`)
    expect(pages.length).toBe(1)
    expect(pages.some(({ own }) => own)).toBe(false)
  })
})

describe('who asks', () => {
  it.each(['ADMIN', 'TECHNICIAN', 'REQUESTER', 'CONTRACTOR'])('as a %s', async (role) => {
    const who = people.get(role)
    if (who === undefined) throw new Error(`the campus has no ${role}`)
    const { nodes } = await readList(
      'workOrders',
      'first: 100',
      everythingOf(nodeOf('workOrders')),
      who,
    )
    expect(nodes.length).toBeGreaterThan(0)
    const shown =
      'id assignee { id name } asset { id name location { id name } } request { id status }'
    const page = await readList('workOrders', 'first: 5', shown, who)
    await readList('workOrders', `first: 5, after: "${page.pageInfo.endCursor}"`, shown, who)
    expect(differences).toEqual([])
  })

  it.each(['bookings', 'visitors'])('has no place in %s that is not theirs', async (list) => {
    const who = people.get('REQUESTER')
    const own = await readList(list, 'first: 100', 'id', who)
    const mine = new Set(own.nodes.map(({ id }) => id))
    expect(mine.size).toBeGreaterThan(0)
    const all = await readList(list, 'first: 100', 'id')
    const position = all.nodes.findIndex(({ id }) => !mine.has(id))
    const upTo = await readList(list, `first: ${position + 1}`, 'id')
    const known = Buffer.from(upTo.pageInfo.endCursor, 'base64').toString()
    expect(known).toContain(all.nodes[position]?.id)
    const cursor = oldCursor(all.nodes[position]?.id)
    for (const args of [`first: 100, after: "${cursor}"`, `last: 100, before: "${cursor}"`]) {
      expect((await readList(list, args, 'id', who)).nodes).toEqual([])
    }
    const onward = await readList(
      list,
      `first: 100, after: "${own.pageInfo.startCursor}"`,
      'id',
      who,
    )
    expect(onward.nodes.length).toBe(mine.size - 1)
    // By Prisma as well, which reads what is not written as a statement of ours.
    const prisma = test.app.database.scopedTo(
      org.organizationId,
      new Map([['Booking', { id: { in: [...mine] } }]]),
    )
    if (list !== 'bookings') return
    const id = all.nodes[position]?.id ?? ''
    expect(await prisma.booking.findMany({ cursor: { id }, orderBy: { id: 'asc' } })).toEqual([])
  })

  it.each(['bookings', 'visitors'])('as a requester, of %s', async (list) => {
    await readList(list, 'first: 100', everythingOf(nodeOf(list)), people.get('REQUESTER'))
    expect(differences).toEqual([])
    expect(pages.length).toBe(1)
  })
})

describe("another organization's", () => {
  it('cursor leads nowhere, like one of a record that is not there', async () => {
    for (const list of lists) {
      for (const direction of ['first', 'last']) {
        const cursor = direction === 'first' ? 'after' : 'before'
        const theirs = await readList(list, 'first: 2', 'id', stranger.owner)
        const { endCursor } = theirs.pageInfo
        const decoded = Buffer.from(endCursor, 'base64').toString()
        expect(decoded).toContain(theirs.nodes[1]?.id)
        const unknown = oldCursor(theirs.nodes[1]?.id.slice(0, -4))
        const row = oldCursor(theirs.nodes[1]?.id)
        const foreign = await readList(list, `${direction}: 9, ${cursor}: "${row}"`)
        const missing = await readList(list, `${direction}: 9, ${cursor}: "${unknown}"`)
        expect(foreign.nodes, list).toEqual([])
        expect(missing.nodes, list).toEqual([])
      }
    }
    expect(differences).toEqual([])
  })

  it('cursor leads nowhere below a record either', async () => {
    interface Children {
      location: { children: { nodes: { id: string }[]; pageInfo: { endCursor: string } } }
    }
    const query = `query ($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {
      location(id: $id) {
        children(first: $first, last: $last, after: $after, before: $before) {
          nodes { id } pageInfo { endCursor }
        }
      }
    }`
    const childrenOf = async (of: TestOrganization, page: object) => {
      const found = await test.app.database.pool.query<{ id: string }>(
        'SELECT min(parent_id) AS id FROM location WHERE organization_id = $1',
        [of.organizationId],
      )
      const variables = { id: found.rows[0]?.id, ...page }
      const { data, errors } = await send<Children, object>(test.url, of.owner, query, variables)
      expect(errors).toEqual([])
      return data.location.children
    }
    const own = (await childrenOf(org, { first: 1 })).pageInfo.endCursor
    expect((await childrenOf(org, { first: 9, after: own })).nodes.length).toBeGreaterThan(0)
    const foreign = oldCursor((await childrenOf(stranger, { first: 2 })).nodes.at(-1)?.id)
    expect((await childrenOf(org, { first: 9, after: foreign })).nodes).toEqual([])
    expect((await childrenOf(org, { last: 9, before: foreign })).nodes).toEqual([])
  })

  it('records are in no list, whatever is asked for', async () => {
    const theirs = await readList('workOrders', 'first: 3', 'id', stranger.owner)
    const ids = JSON.stringify(theirs.nodes.map(({ id }) => id))
    for (const where of [
      `or: [{ assetId: { in: ${ids} } }, { status: { in: ${OPEN} } }]`,
      'or: [{ assigneeId: { isNull: true } }, { assigneeId: { isNull: false } }]',
    ]) {
      const { nodes } = await readList('workOrders', `first: 100, where: { ${where} }`)
      const found = await test.app.database.pool.query<{ organization_id: string }>(
        'SELECT DISTINCT organization_id FROM work_order WHERE id = ANY($1)',
        [nodes.map(({ id }) => id)],
      )
      expect(found.rows).toEqual([{ organization_id: org.organizationId }])
    }
    expect(differences).toEqual([])
  })
})

it('a list goes on where it was, when the last row of a page has left it meanwhile', async () => {
  const where = `where: { status: { in: ${OPEN} } }`
  const whole = await readList('workOrders', `first: 6, ${where}`)
  const { nodes, pageInfo } = await readList('workOrders', `first: 3, ${where}`)
  await test.app.database.pool.query("UPDATE work_order SET status = 'CANCELLED' WHERE id = $1", [
    nodes[2]?.id,
  ])
  const next = await readList('workOrders', `first: 3, after: "${pageInfo.endCursor}", ${where}`)
  expect(next.nodes).toEqual(whole.nodes.slice(3))
})
