import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addOrganization,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { inMinutes } from '../harness/bookings.ts'
import { item, newLocation, newQuotation, newWorkOrder, publishedSchedule } from '../harness/sor.ts'

let test: TestApp
let org: TestOrganization
let locationId: string
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  locationId = await newLocation(test, org.owner)
})
afterAll(() => test[Symbol.asyncDispose]())

interface Refusal {
  code: string
}

/** The payload of a mutation, or the code by which it was refused. */
async function run(
  by: Credentials,
  name: string,
  input: object,
  selection: string,
): Promise<Record<string, unknown>> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const answer = await send<
    Record<string, Record<string, unknown> & { userErrors: Refusal[] }>,
    object
  >(
    test.url,
    by,
    `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code } } }`,
    { input },
  )
  const code = answer.errors[0]?.extensions.code
  return { ...answer.data?.[name], refused: code ?? answer.data?.[name]?.userErrors[0]?.code }
}

async function makeKey(by: Credentials, scopes: string[]) {
  const made = await run(by, 'apiKeyCreate', { name: 'ERP', scopes }, 'key apiKey { id }')
  return {
    id: String(Object(made['apiKey']).id),
    credentials: { 'X-Api-Key': String(made['key']) },
  }
}

describe('four eyes on quotations', () => {
  it('are not evaded with a rotated key of another Admin; what was approved, and how, is kept', async () => {
    const [first, second] = [await org.addUser('ADMIN'), await org.addUser('ADMIN')]
    const key = await makeKey(first.credentials, ['sor:write', 'work-orders:read'])
    const rotated = await run(second.credentials, 'apiKeyRotate', { id: key.id }, 'key')
    const machine = { 'X-Api-Key': String(rotated['key']) }
    const schedule = await publishedSchedule(test, org.owner, [item('A', 1_000)])
    const id = await newQuotation(test, machine, {
      scheduleId: schedule.id,
      workOrderId: await newWorkOrder(test, org.owner, locationId),
      lines: [{ itemId: schedule.itemIds[0] ?? '', quantity: '1' }],
    })
    const submitted = await run(
      machine,
      'quotationSubmit',
      { id },
      'quotation { submittedByIds submittedThrough submittedDigest }',
    )
    expect(submitted['quotation']).toMatchObject({
      submittedByIds: [first.userId, second.userId],
      submittedThrough: key.id,
    })
    for (const admin of [first, second]) {
      expect(
        (await run(admin.credentials, 'quotationApprove', { id }, 'quotation { id }'))['refused'],
      ).toBe('APPROVAL_REQUIRED')
    }
    const line = { quotationId: id }
    const { quotationLine } = test.app.database.unscoped
    await quotationLine.updateMany({ where: line, data: { description: 'Gold' } })
    const forged = await run(org.owner, 'quotationApprove', { id }, 'quotation { id }')
    expect(forged['refused']).toBe('CONFLICT')
    await run(org.owner, 'quotationWithdraw', { id }, 'quotation { id }')
    await run(machine, 'quotationSubmit', { id }, 'quotation { id }')
    const { quotation } = await run(
      org.owner,
      'quotationApprove',
      { id },
      'quotation { submittedDigest approvedDigest approvedThrough }',
    )
    const { submittedDigest, approvedDigest, approvedThrough } = Object(quotation)
    expect(approvedDigest).toMatch(/^[0-9a-f]{64}$/)
    expect(approvedDigest).toBe(submittedDigest)
    expect(approvedThrough).toBe(org.ownerId)
  })
})

describe('an approved visit', () => {
  const announce = async (by: Credentials, hostId: string) => {
    const input = {
      name: 'Vera Visitor',
      hostId,
      locationId,
      expectedArrival: new Date(Date.now() + 60_000).toISOString(),
    }
    return String(Object((await run(by, 'visitorRegister', input, 'visitor { id }'))['visitor']).id)
  }

  it('that becomes another person’s waits for an approval again, without the former one’s checks', async () => {
    const input = { siteId: locationId, requiresApproval: true, requiredCheckpoints: ['ID_CHECK'] }
    await run(org.owner, 'visitPolicyUpdate', input, '__typename')
    const host = await org.addUser('REQUESTER')
    const id = await announce(host.credentials, host.userId)
    const manager = await org.addUser('MANAGER')
    const approved = await run(
      manager.credentials,
      'visitorApprove',
      { id },
      'visitor { status approvedBy }',
    )
    expect(approved['visitor']).toEqual({ status: 'REGISTERED', approvedBy: manager.userId })
    const check = { id, key: 'ID_CHECK' }
    const own = await run(host.credentials, 'visitorCompleteCheckpoint', check, 'visitor { id }')
    expect(own['refused']).toBe('FORBIDDEN')
    const done = await run(
      manager.credentials,
      'visitorCompleteCheckpoint',
      check,
      'visitor { checkpoints { key completedBy } }',
    )
    expect(Object(done['visitor']).checkpoints).toEqual([
      { key: 'ID_CHECK', completedBy: manager.userId },
    ])
    expect(
      (await run(host.credentials, 'visitorCheckIn', { id }, 'visitor { id }'))['refused'],
    ).toBe('FORBIDDEN')
    const changed = await run(
      host.credentials,
      'visitorUpdate',
      { id, name: 'Mallory' },
      'visitor { status approvedBy checkpoints { key } }',
    )
    expect(changed['visitor']).toEqual({
      status: 'PENDING_APPROVAL',
      approvedBy: null,
      checkpoints: [],
    })
    await run(manager.credentials, 'visitorApprove', { id }, 'visitor { id }')
    const corrected = await run(
      manager.credentials,
      'visitorUpdate',
      { id, name: 'Mallory M.' },
      'visitor { status }',
    )
    expect(Object(corrected['visitor']).status).toBe('REGISTERED')
  })
})

describe('a key whose maker is suspended', () => {
  const KEYS = 'apiKeys { id createdBy { id status } knownByIds }'

  it('is listed, lives on, and ends when asked for, with an entry of the audit log', async () => {
    const [maker, rotator] = [await org.addUser('ADMIN'), await org.addUser('ADMIN')]
    const key = await makeKey(maker.credentials, ['assets:read'])
    await run(rotator.credentials, 'apiKeyRotate', { id: key.id }, 'key')
    const suspended = await run(org.owner, 'userSuspend', { id: maker.userId }, KEYS)
    expect(suspended['apiKeys']).toEqual([
      {
        id: key.id,
        createdBy: { id: maker.userId, status: 'SUSPENDED' },
        knownByIds: [maker.userId, rotator.userId],
      },
    ])
    const scim = await org.addApiKey(['users:write'])
    const leaver = await org.addUser('VIEWER')
    const input = { id: leaver.userId, revokeApiKeys: true }
    expect((await run(scim, 'userSuspend', input, 'user { id }'))['refused']).toBe('FORBIDDEN')
    const removed = await run(
      org.owner,
      'userDelete',
      { id: rotator.userId, revokeApiKeys: true },
      `deletedId ${KEYS}`,
    )
    expect(removed).toMatchObject({ deletedId: rotator.userId, apiKeys: [] })
    const entries = await test.app.database.unscoped.auditEntry.findMany({
      where: { organizationId: org.organizationId, subjectId: key.id, action: 'apiKeyRevoke' },
    })
    expect(entries).toMatchObject([{ detail: { knownBy: rotator.userId } }])
  })
})

describe('a key whose maker is demoted', () => {
  const ANSWER = 'user { role } apiKeys { id }'

  it('is listed as at a suspension, lives on, and ends when asked for', async () => {
    const maker = await org.addUser('ADMIN')
    const key = await makeKey(maker.credentials, ['users:read'])
    const change = (input: object) =>
      run(org.owner, 'userUpdate', { id: maker.userId, ...input }, ANSWER)
    expect((await change({ name: 'Renamed' }))['apiKeys']).toEqual([])
    // An Owner may do all that an Admin may.
    expect((await change({ role: 'OWNER' }))['apiKeys']).toEqual([])
    const demoted = await change({ role: 'VIEWER' })
    expect(demoted).toMatchObject({ user: { role: 'VIEWER' }, apiKeys: [{ id: key.id }] })
    const works = async () => (await send(test.url, key.credentials, '{ viewer { role } }')).status
    expect(await works()).toBe(200)
    // Whoever may not end keys ends none this way either.
    const scim = await org.addApiKey(['users:write'])
    const input = { id: maker.userId, name: 'Renamed again', revokeApiKeys: true }
    expect((await run(scim, 'userUpdate', input, ANSWER))['refused']).toBe('FORBIDDEN')
    expect(await works()).toBe(200)
    const ended = await change({ role: 'REQUESTER', revokeApiKeys: true })
    expect(ended['apiKeys']).toEqual([])
    expect(await works()).toBe(401)
  })
})

describe('an approval of a visit or booking holds what was approved, by whom, through which credential', () => {
  const APPROVAL = 'status approvedAt approvedThrough approvedDigest'

  const KINDS = {
    visitor: {
      by: 'approvedBy',
      open: 'PENDING_APPROVAL',
      approved: 'REGISTERED',
      change: { purpose: 'Something else' },
      add: async (requester: { credentials: Credentials; userId: string }) => {
        const policy = { siteId: locationId, requiresApproval: true, requiredCheckpoints: [] }
        await run(org.owner, 'visitPolicyUpdate', policy, '__typename')
        const input = {
          name: 'Vera Visitor',
          hostId: requester.userId,
          locationId,
          expectedArrival: inMinutes(1),
        }
        return run(requester.credentials, 'visitorRegister', input, 'visitor { id }')
      },
      forge: (id: string) =>
        test.app.database.unscoped.visitor.update({ where: { id }, data: { company: 'Forged' } }),
    },
    booking: {
      by: 'approvedBy { id }',
      open: 'PENDING',
      approved: 'CONFIRMED',
      change: { title: 'Something else' },
      add: async (requester: { credentials: Credentials; userId: string }) => {
        const room = {
          name: 'Room',
          locationId,
          requiresApproval: true,
          requiresCheckIn: true,
        }
        const made = await run(org.owner, 'resourceCreate', room, 'resource { id }')
        const input = {
          resourceId: Object(made['resource']).id,
          startTime: inMinutes(1),
          endTime: inMinutes(30),
        }
        return run(requester.credentials, 'bookingCreate', input, 'booking { id }')
      },
      forge: (id: string) =>
        test.app.database.unscoped.booking.update({ where: { id }, data: { attendees: 500 } }),
    },
  }

  it.each(['visitor', 'booking'] as const)('%s', async (kind) => {
    const { by, open, approved, change, add, forge } = KINDS[kind]
    const requester = await org.addUser('REQUESTER')
    const [manager, other] = [await org.addUser('MANAGER'), await org.addUser('MANAGER')]
    const fields = `${kind} { ${APPROVAL} ${by} }`
    const id = String(Object((await add(requester))[kind]).id)
    const act = async (who: Credentials, what: string, input: object = {}) =>
      run(who, `${kind}${what}`, { id, ...input }, fields)
    const after = (answer: Record<string, unknown>) => Object(answer[kind])

    const first = after(await act(manager.credentials, 'Approve'))
    expect(first).toMatchObject({
      status: approved,
      approvedThrough: manager.userId,
      approvedDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    // Changed by who may not approve it, it waits again.
    expect(after(await act(requester.credentials, 'Update', change))).toMatchObject({
      status: open,
      approvedBy: null,
      approvedAt: null,
      approvedThrough: null,
      approvedDigest: null,
    })
    const key = await makeKey(org.owner, ['visitors:write', 'bookings:write'])
    const byKey = after(await act(key.credentials, 'Approve'))
    expect(byKey).toMatchObject({ status: approved, approvedThrough: key.id })
    expect(byKey.approvedDigest).not.toBe(first.approvedDigest)
    // Changed by who may, it is approved as it is now, by them.
    const undone = Object.fromEntries(Object.keys(change).map((field) => [field, null]))
    const corrected = after(await act(other.credentials, 'Update', undone))
    expect(corrected).toMatchObject({ status: approved, approvedThrough: other.userId })
    expect(JSON.stringify(corrected.approvedBy)).toContain(other.userId)
    expect(corrected.approvedDigest).toBe(first.approvedDigest)
    // And whatever relies on it compares.
    await forge(id)
    expect((await act(other.credentials, 'CheckIn'))['refused']).toBe('CONFLICT')
  })

  it('and nothing of it can confirm a guess at who an erased visitor was', async () => {
    const host = await org.addUser('REQUESTER')
    const id = String(Object((await KINDS.visitor.add(host))['visitor']).id)
    await run(org.owner, 'visitorApprove', { id }, 'visitor { id }')
    await run(org.owner, 'visitorCancel', { id }, 'visitor { id }')
    const erased = await run(org.owner, 'visitorErase', { id }, 'visitor { name approvedDigest }')
    expect(erased['refused']).toBeUndefined()
    expect(Object(erased['visitor']).approvedDigest).toBeNull()
  })
})
