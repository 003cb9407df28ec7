import { getNamedType, type GraphQLField } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/schema.ts'
import {
  addOrganization,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import {
  type Mutation,
  mutations,
  photograph,
  runMutation,
  sampleInput,
} from '../harness/every-mutation.ts'
import { type Fabricated, fabricate } from '../harness/fabricate.ts'
import { sampleArguments, selectAll } from '../harness/schema-walk.ts'
import { installStrikingClock, type StrikingClock } from '../harness/striking-clock.ts'

// The time of a request passes between two of its statements, for every query and every mutation and
// before every one of their statements: the deadline rejects there and nowhere else.

let test: TestApp
let org: TestOrganization
let rows: Fabricated
let clock: StrikingClock
const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)
beforeAll(async () => {
  process.on('unhandledRejection', note)
  process.on('uncaughtExceptionMonitor', note)
  test = await startTestApp({ ROLES: 'server' })
  org = await addOrganization(test, 'ENTERPRISE')
  rows = await fabricate(test, org.organizationId, 'late')
  clock = installStrikingClock(test.app.database.pool)
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  process.off('unhandledRejection', note)
  process.off('uncaughtExceptionMonitor', note)
})

/** Nothing was thrown where nobody waits for it, and every connection is back in the pool. */
async function expectCalm(): Promise<void> {
  clock.strikeBefore(Infinity)
  const { pool } = test.app.database
  await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0)
  expect(unhandled).toEqual([])
}

const MAX_STATEMENTS = 80

const codesOf = (errors: readonly { extensions: { code: string } }[]) =>
  errors.map((error) => error.extensions.code)

describe('every query whose time passes before one of its statements', () => {
  const queries: GraphQLField<unknown, unknown>[] = Object.values(
    schema.getQueryType()?.getFields() ?? {},
  )
  let struck = 0

  it.each(queries.map((each): [string, typeof each] => [each.name, each]))(
    '%s answers QUERY_TIMEOUT or all',
    async (name, field) => {
      const given = { ...sampleArguments(field.args), ...idsOf(field) }
      const declared = Object.keys(given).map(
        (each) => `$${each}: ${String(field.args.find((arg) => arg.name === each)?.type)}`,
      )
      const passed = Object.keys(given).map((each) => `${each}: $${each}`)
      const query = `query${declared.length === 0 ? '' : `(${declared.join(', ')})`} {
        ${name}${declared.length === 0 ? '' : `(${passed.join(', ')})`}
        ${selectAll(getNamedType(field.type), schema, 1)} }`
      for (let nth = 1; nth <= MAX_STATEMENTS; nth++) {
        clock.strikeBefore(nth)
        const answer = await send(test.url, org.owner, query, given)
        if (clock.statements < nth) return expectCalm()
        struck++
        expect(codesOf(answer.errors)).toEqual(['QUERY_TIMEOUT'])
      }
      throw new Error('more statements than can be tried')
    },
  )

  it('which says something', () => {
    expect(struck).toBeGreaterThan(queries.length)
  })
})

/** Records that are there, for the arguments that name one. */
function idsOf(field: GraphQLField<unknown, unknown>): Record<string, unknown> {
  const id = field.args.find((each) => each.name === 'id')
  const named = getNamedType(field.type).name
  const found = rows.idOf(named) ?? rows.idOf('WorkOrder')
  return id === undefined || found === undefined ? {} : { id: found }
}

describe('every mutation whose time passes before one of its statements', () => {
  // What removes or ends a record comes last, so that the others find it.
  const isLast = ({ name }: Mutation) => /Delete|Erase|Revoke|Suspend|ChangePlan|signOut/.test(name)
  const inOrder = [...mutations.filter((each) => !isLast(each)), ...mutations.filter(isLast)]
  let struck = 0
  let undone = 0

  it.each(inOrder.map((mutation): [string, Mutation] => [mutation.name, mutation]))(
    '%s has done all or nothing',
    async (_name, mutation) => {
      const input = sampleInput(mutation, rows)
      const before = await photograph(test)
      // From then on it shows what the mutation has done.
      let done = false
      for (let nth = 1; nth <= MAX_STATEMENTS; nth++) {
        clock.strikeBefore(nth)
        const answer = await runMutation(test, org.owner, mutation, input)
        const { statements, committed } = clock
        if (statements < nth) return expectCalm()
        struck++
        expect(codesOf(answer.errors)).toEqual(['QUERY_TIMEOUT'])
        if (committed) done = true
        else undone++
        expect(done ? before : await photograph(test)).toEqual(before)
      }
      throw new Error('more statements than can be tried')
    },
  )

  it('which says something', () => {
    console.log(`deadlines: ${struck} struck within mutations, ${undone} of them undone`)
    expect(struck).toBeGreaterThan(mutations.length * 3)
    expect(undone).toBeGreaterThan(mutations.length * 2)
  })
})

it('in the end no connection is in the midst of anything', async () => {
  const open = () =>
    test.app.database.pool
      .query(
        `SELECT state, query FROM pg_stat_activity WHERE datname = current_database()
            AND application_name = 'plantroom' AND pid <> pg_backend_pid() AND state <> 'idle'`,
      )
      .then((found) => found.rows)
  await expect.poll(open).toEqual([])
})
