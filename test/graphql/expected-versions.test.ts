import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateLocation } from '../harness/documents.ts'
import {
  inputFieldsOf,
  isVersioned,
  type Mutation,
  mutations,
  photograph,
  runMutation,
  sampleInput,
} from '../harness/every-mutation.ts'
import { type Fabricated, fabricate } from '../harness/fabricate.ts'

// Every mutation that changes a versioned record takes the version on which its caller decided, and
// none changes anything when that is not the version that there is.

/** Mutations that make a record and change none. */
const MAKES = /(Create|Register|WalkIn|Invite|Record)$/
/** Of the rest, those without a version, and why. */
const WITHOUT: Record<string, string> = {
  apiKeyRevoke: 'a key has no version: revoked is revoked',
  apiKeyRotate: 'a key has no version',
  bookingBulkDelete: 'takes a version per booking',
  emailConfirm: 'the address that waits, and the password, are the condition',
  invitationAccept: 'the invitation itself can be used once',
  laborStart: 'makes an entry; the work order stays as it is',
  notificationMarkRead: 'a notification has no version: read is read',
  passwordChange: 'the current password is the condition',
  sessionRefresh: 'a session has no version; its token can be used once',
  signIn: 'makes a session',
  signInWithCode: 'makes a session; the code can be used once',
  signOut: 'a session has no version: ended is ended',
  webhookDeliveriesRetry: 'a delivery has no version',
  webhookDeliveriesRetryExhausted: 'makes a replay; the endpoint stays as it is',
  webhookDeliveryRetry: 'a delivery has no version',
  webhookEndpointTest: 'changes nothing of the endpoint',
  webhookPayloadPreview: 'changes nothing',
  webhookReplayCancel: 'a replay has no version: cancelled is cancelled',
  webhookReplayStart: 'makes a replay; the endpoint stays as it is',
  workOrderBulkChangeStatus: 'takes a version per item',
  workOrderCommentAdd: 'makes a comment; the work order stays as it is',
}
const STALE = 999_999
const HOUR_MS = 3_600_000
/** Where a sample would be refused for its form, before any record is looked at. */
const MENDED: Record<string, object> = {
  syncHookSet: { event: 'booking.before_confirmation' },
  laborAdd: {
    startedAt: new Date(Date.now() - HOUR_MS).toISOString(),
    endedAt: new Date(Date.now() - HOUR_MS / 2).toISOString(),
  },
}

const versioned = mutations.filter(isVersioned)

let test: TestApp
let org: TestOrganization
let rows: Fabricated
let before: string[]
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test, 'ENTERPRISE')
  rows = await fabricate(test, org.organizationId, 'versioned')
  const site = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'A site', kind: 'LOCATION' },
  })
  rows.prefer('Location', site.locationCreate.location?.id ?? '')
  before = await photograph(test)
})
afterAll(() => test[Symbol.asyncDispose]())

const run = (mutation: Mutation, expectedVersion: number, credentials = org.owner) =>
  runMutation(test, credentials, mutation, {
    ...sampleInput(mutation, rows),
    ...MENDED[mutation.name],
    expectedVersion,
  })

const named = (each: readonly Mutation[]) =>
  each.map((mutation): [string, Mutation] => [mutation.name, mutation])

describe('a mutation that changes a versioned record', () => {
  it('takes the version that is expected', () => {
    const faults = mutations
      .filter((each) => !isVersioned(each) && !(each.name in WITHOUT))
      .filter((each) => !MAKES.test(each.name) || 'id' in inputFieldsOf(each))
    expect(faults.map((each) => each.name)).toEqual([])
    expect(versioned.filter((each) => each.name in WITHOUT)).toEqual([])
    expect(before.some((row) => row.startsWith('work_order '))).toBe(true)
    console.log(`versions: ${versioned.length} of ${mutations.length} mutations expect one`)
  })

  it.each(named(versioned))('%s changes nothing on a stale one', async (_name, mutation) => {
    expect(await run(mutation, STALE)).toMatchObject({
      errors: [],
      userErrors: [{ code: 'VERSION_CONFLICT', path: ['input', 'expectedVersion'] }],
    })
    expect(await photograph(test)).toEqual(before)
  })

  it.each(named(versioned.filter((each) => each.name.endsWith('Update'))))(
    '%s goes ahead on the one that there is',
    async (_name, mutation) => {
      const stale = await run(mutation, STALE)
      const { errors, userErrors } = await run(mutation, stale.userErrors[0]?.currentVersion ?? -1)
      expect(errors).toEqual([])
      const codes = userErrors.map((error) => error.code)
      expect(codes).not.toContain('VERSION_CONFLICT')
      expect(codes).not.toContain('NOT_FOUND')
    },
  )

  it.each(named(versioned.filter((each) => each.name.endsWith('Update'))))(
    '%s says nothing of a version to those who cannot see the record',
    async (_name, mutation) => {
      const other = await addOrganization(test)
      const { errors, userErrors } = await run(mutation, STALE, other.owner)
      const isOwnRecord = mutation.name === 'organizationUpdate'
      expect(errors).toEqual([])
      expect(userErrors.map((error) => error.code)).toEqual([
        isOwnRecord ? 'VERSION_CONFLICT' : 'NOT_FOUND',
      ])
    },
  )

  it('of several bookings takes a version for each', async () => {
    const deletion = mutations.find((each) => each.name === 'bookingBulkDelete')
    if (deletion === undefined) throw new Error('bookingBulkDelete is gone')
    const ids = [rows.idOf('Booking') ?? '']
    const given = (expectedVersions: number[]) =>
      runMutation(test, org.owner, deletion, { ids, expectedVersions })
    expect((await given([STALE])).userErrors).toMatchObject([
      { code: 'VERSION_CONFLICT', path: ['input', 'expectedVersions', '0'] },
    ])
    expect((await given([1, 1])).userErrors).toMatchObject([{ code: 'VALIDATION' }])
    expect((await given([1])).userErrors.map((error) => error.code)).not.toContain(
      'VERSION_CONFLICT',
    )
  })
})
