import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  addOrganization,
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

// Every mutation can be sent again under its idempotency key, whoever wrote it.

/** Those without a caller, whose keys would belong to nobody. */
const WITHOUT = ['invitationAccept', 'sessionRefresh', 'signIn', 'signInWithCode']

const commands = mutations.filter((each) => each.extensions['command'] === true)

let test: TestApp
let org: TestOrganization
let rows: Fabricated
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test, 'ENTERPRISE')
  rows = await fabricate(test, org.organizationId, 'repeated')
})
afterAll(() => test[Symbol.asyncDispose]())

it('every mutation of a caller can be made idempotent', () => {
  const others = mutations.filter((each) => !commands.includes(each)).map((each) => each.name)
  expect(others.toSorted()).toEqual(WITHOUT)
})

const effective: string[] = []

// What removes or ends a record comes last, so that the others find it.
const isLast = ({ name }: Mutation) => /Delete|Erase|Revoke|Suspend|ChangePlan/.test(name)
// Signing out ends the credentials with which it would be sent again.
const repeatable = commands.filter((each) => each.name !== 'signOut')
const inOrder = [...repeatable.filter((each) => !isLast(each)), ...repeatable.filter(isLast)]

it.each(inOrder.map((mutation): [string, Mutation] => [mutation.name, mutation]))(
  '%s changes nothing when it is sent again',
  async (name, mutation) => {
    const key = `again ${name}`
    const input = sampleInput(mutation, rows)
    const before = await photograph(test)
    const first = await runMutation(test, org.owner, mutation, input, key)
    const between = await photograph(test)
    const again = await runMutation(test, org.owner, mutation, input, key)
    expect(first.errors.filter((error) => error.extensions.code === 'INTERNAL')).toEqual([])
    expect(again).toEqual(first)
    expect(await photograph(test)).toEqual(between)
    if (between.join() !== before.join()) effective.push(name)
  },
  20_000,
)

it('which says something, as many of them change something the first time', () => {
  console.log(`idempotency: ${effective.length} of ${commands.length} mutations had an effect`)
  expect(effective.length).toBeGreaterThan(40)
})
