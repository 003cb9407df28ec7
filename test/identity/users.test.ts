import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import { USER_TRANSITIONS } from '../../src/identity/users/user-rules.ts'
import { addOrganization, ask, send, startTestApp, type TestApp } from '../harness/app.ts'
import { readEvents } from '../harness/written-events.ts'
import {
  AcceptInvitation,
  ActivateUser,
  AddCompany,
  ChangePlan,
  DeleteUser,
  InviteUser,
  ReadAudit,
  ResendInvitation,
  SuspendUser,
  UpdateUser,
  Viewer,
} from '../harness/identity-documents.ts'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

let number = 0
const newEmail = () => `person-${++number}-${Date.now()}@example.com`
const PASSWORD = 'a rather long password'

async function invite(owner: { Authorization: string } | object, role = 'TECHNICIAN' as const) {
  const { userInvite } = await ask(test.url, owner as never, InviteUser, {
    input: { email: newEmail(), name: 'New Person', role },
  })
  expect(userInvite.userErrors).toEqual([])
  return { id: userInvite.user?.id ?? '', token: userInvite.invitationToken ?? '' }
}

const DeleteCompany = graphql(`
  mutation DeleteCompanyOfUser($input: CompanyDeleteInput!) {
    companyDelete(input: $input) {
      userErrors {
        code
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

describe('the company of a user', () => {
  it('is one of the organization, told by an event, and stays while they work for it', async () => {
    const org = await addOrganization(test)
    const { userId } = await org.addUser('CONTRACTOR')
    const { companyCreate } = await ask(test.url, org.owner, AddCompany, {
      input: { name: 'Lifts Ltd', kind: 'CONTRACTOR' },
    })
    const companyId = companyCreate.company?.id ?? ''
    const assign = async (owner: typeof org.owner, id: string | null) =>
      (await ask(test.url, owner, UpdateUser, { input: { id: userId, companyId: id } })).userUpdate
    expect((await assign(org.owner, companyId)).userErrors).toEqual([])
    expect((await assign(org.owner, 'cmp-none')).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'companyId'] },
    ])
    const other = await addOrganization(test)
    const stranger = await other.addUser('CONTRACTOR')
    const foreign = await ask(test.url, other.owner, UpdateUser, {
      input: { id: stranger.userId, companyId },
    })
    expect(foreign.userUpdate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    const invited = await ask(test.url, org.owner, InviteUser, {
      input: { email: newEmail(), name: 'New', role: 'CONTRACTOR', companyId: 'cmp-none' },
    })
    expect(invited.userInvite.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])

    const remove = () => ask(test.url, org.owner, DeleteCompany, { input: { id: companyId } })
    expect((await remove()).companyDelete.userErrors).toEqual([{ code: 'CONFLICT', ids: [userId] }])
    await assign(org.owner, null)
    expect((await remove()).companyDelete.userErrors).toEqual([])
    const events = await readEvents(test, org.organizationId, 'user.')
    expect(events.map(({ type, data }) => [type, data.previousAttributes])).toEqual([
      ['user.updated', { companyId: null }],
      ['user.updated', { companyId }],
    ])
  })
})

describe('the life of a user', () => {
  it('is a table in which every status is reachable and nothing leaves DELETED', () => {
    const reachable = new Set(Object.values(USER_TRANSITIONS).flat())
    expect([...reachable, 'INVITED'].toSorted()).toEqual(Object.keys(USER_TRANSITIONS).toSorted())
    expect(USER_TRANSITIONS.DELETED).toEqual([])
  })

  it('goes from invitation over suspension to deletion, an event each', async () => {
    const org = await addOrganization(test)
    const { id, token } = await invite(org.owner)
    const accepted = await ask(test.url, {}, AcceptInvitation, {
      input: { token, password: PASSWORD },
    })
    const credentials = { Authorization: `Bearer ${accepted.invitationAccept.accessToken}` }
    expect((await ask(test.url, credentials, Viewer)).viewer.user?.status).toBe('ACTIVE')

    const changed = await ask(test.url, org.owner, UpdateUser, {
      input: { id, name: 'Renamed', role: 'MANAGER' },
    })
    expect(changed.userUpdate.user).toMatchObject({ name: 'Renamed', role: 'MANAGER', version: 3 })
    await ask(test.url, org.owner, UpdateUser, { input: { id, name: 'Renamed' } })

    const suspended = await ask(test.url, org.owner, SuspendUser, { input: { id } })
    expect(suspended.userSuspend.user?.status).toBe('SUSPENDED')
    expect((await send(test.url, credentials, Viewer)).status).toBe(401)
    await ask(test.url, org.owner, ActivateUser, { input: { id } })
    const deleted = await ask(test.url, org.owner, DeleteUser, { input: { id } })
    expect(deleted.userDelete.deletedId).toBe(id)
    await ask(test.url, org.owner, DeleteUser, { input: { id } })

    const events = await readEvents(test, org.organizationId, 'user.')
    expect(events.map((event) => event.type)).toEqual([
      'user.created',
      'user.invitation.created',
      'user.invitation.sent',
      'user.activated',
      'user.updated',
      'user.suspended',
      'user.activated',
      'user.deleted',
    ])
    const object = events[0]?.data.object ?? {}
    expect(object).toMatchObject({
      id,
      role: 'Technician',
      status: 'Invited',
      invitedBy: org.ownerId,
      invitationExpiresAt: expect.any(Number),
    })
    expect(events[0]?.data.previousAttributes).toBeUndefined()
    expect(events[3]?.data.previousAttributes).toMatchObject({ status: 'Invited' })
    expect(events[4]?.data.previousAttributes).toEqual({ name: 'New Person', role: 'Technician' })
    expect(events[5]?.data.previousAttributes).toEqual({ status: 'Active' })
    expect(events[7]?.data).toEqual({ object: { id, deleted: true } })
  })

  it('an invitation works once, and not after it was replaced', async () => {
    const org = await addOrganization(test)
    const { id, token } = await invite(org.owner)
    const resent = await ask(test.url, org.owner, ResendInvitation, { input: { id } })
    const fresh = resent.userInvitationResend.invitationToken ?? ''
    const outdated = await send(test.url, {}, AcceptInvitation, {
      input: { token, password: PASSWORD },
    })
    expect(outdated.status).toBe(401)
    const both = await Promise.all(
      [1, 2].map(() =>
        send(test.url, {}, AcceptInvitation, { input: { token: fresh, password: PASSWORD } }),
      ),
    )
    expect(both.map((answer) => String(answer.status)).toSorted()).toEqual(['200', '401'])
    const events = await readEvents(test, org.organizationId, 'user.')
    expect(events.map((event) => event.type).slice(3)).toEqual([
      'user.invitation.resent',
      'user.activated',
    ])
    const again = await ask(test.url, org.owner, ResendInvitation, { input: { id } })
    expect(again.userInvitationResend.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
  })

  it('an address is taken once, and free again after a deletion', async () => {
    const org = await addOrganization(test)
    const email = newEmail()
    const input = { email, name: 'Somebody', role: 'VIEWER' as const }
    const results = await Promise.all(
      [1, 2, 3].map(() => ask(test.url, org.owner, InviteUser, { input })),
    )
    const made = results.flatMap(({ userInvite }) => userInvite.user ?? [])
    expect(made.length).toBe(1)
    const refusals = results.flatMap(({ userInvite }) => userInvite.userErrors)
    expect(refusals).toHaveLength(2)
    expect(refusals[0]).toMatchObject({ code: 'VALIDATION', path: ['input', 'email'] })
    await ask(test.url, org.owner, DeleteUser, { input: { id: made[0]?.id ?? '' } })
    const { userInvite } = await ask(test.url, org.owner, InviteUser, { input })
    expect(userInvite.userErrors).toEqual([])
  })

  it('a change of an older version is refused', async () => {
    const org = await addOrganization(test)
    const { id } = await invite(org.owner)
    const { userUpdate } = await ask(test.url, org.owner, UpdateUser, {
      input: { id, name: 'Later', expectedVersion: 7 },
    })
    expect(userUpdate.userErrors).toMatchObject([{ code: 'VERSION_CONFLICT', currentVersion: 1 }])
  })

  it("another organization's user is answered like one that does not exist", async () => {
    const [mine, other] = [await addOrganization(test), await addOrganization(test)]
    for (const id of [other.ownerId, 'usr-nobody']) {
      const { userSuspend } = await ask(test.url, mine.owner, SuspendUser, { input: { id } })
      expect(userSuspend.userErrors).toMatchObject([
        { code: 'NOT_FOUND', message: `User ${id} was not found` },
      ])
    }
  })
})

describe('Owners', () => {
  it('the last one cannot be removed or demoted', async () => {
    const org = await addOrganization(test)
    const admin = await org.addUser('ADMIN')
    const demoted = await ask(test.url, org.owner, UpdateUser, {
      input: { id: org.ownerId, role: 'ADMIN' },
    })
    expect(demoted.userUpdate.userErrors).toMatchObject([{ code: 'CONFLICT' }])
    const byAdmin = await send(test.url, admin.credentials, DeleteUser, {
      input: { id: org.ownerId },
    })
    expect(byAdmin.status).toBe(403)
  })

  it('two who demote each other at the same moment leave one', async () => {
    for (let round = 0; round < 5; round++) {
      const org = await addOrganization(test)
      const second = await org.addUser('OWNER')
      const results = await Promise.all([
        send(test.url, org.owner, UpdateUser, { input: { id: second.userId, role: 'ADMIN' } }),
        send(test.url, second.credentials, UpdateUser, {
          input: { id: org.ownerId, role: 'ADMIN' },
        }),
        send(test.url, org.owner, SuspendUser, { input: { id: second.userId } }),
      ])
      for (const result of results) expect(result.status).toBeLessThan(500)
      const left = await test.app.database.unscoped.user.count({
        where: { organizationId: org.organizationId, role: 'OWNER', status: 'ACTIVE' },
      })
      expect(left).toBe(1)
    }
  })

  it('only an Owner makes an Owner, and no key makes an administrator', async () => {
    const org = await addOrganization(test)
    const admin = await org.addUser('ADMIN')
    const key = await org.addApiKey(['users:write'])
    const viewer = await org.addUser('VIEWER')
    const input = { id: viewer.userId, role: 'OWNER' as const }
    expect((await send(test.url, admin.credentials, UpdateUser, { input })).status).toBe(403)
    expect((await send(test.url, key, UpdateUser, { input })).status).toBe(403)
    const asAdmin = { id: viewer.userId, role: 'ADMIN' as const }
    expect((await send(test.url, key, UpdateUser, { input: asAdmin })).status).toBe(403)
    const asManager = { id: viewer.userId, role: 'MANAGER' as const }
    expect((await send(test.url, key, UpdateUser, { input: asManager })).status).toBe(403)
    const changed = await ask(test.url, admin.credentials, UpdateUser, { input: asManager })
    expect(changed.userUpdate.user?.role).toBe('MANAGER')
  })

  it('nobody suspends themselves', async () => {
    const org = await addOrganization(test)
    await org.addUser('OWNER')
    const { userSuspend } = await ask(test.url, org.owner, SuspendUser, {
      input: { id: org.ownerId },
    })
    expect(userSuspend.userErrors).toMatchObject([{ code: 'VALIDATION' }])
  })

  it('change the plan; keys are refused without API access and come back with it', async () => {
    const org = await addOrganization(test)
    const key = await org.addApiKey(['work-orders:read'])
    expect((await send(test.url, key, Viewer)).status).toBe(200)
    await ask(test.url, org.owner, ChangePlan, { input: { plan: 'BASIC' } })
    const refused = await send(test.url, key, Viewer)
    expect(refused.status).toBe(403)
    expect(refused.errors[0]?.message).toBe('API access requires Professional plan')
    await ask(test.url, org.owner, ChangePlan, { input: { plan: 'ENTERPRISE' } })
    expect((await send(test.url, key, Viewer)).status).toBe(200)
    const admin = await org.addUser('ADMIN')
    const byAdmin = await send(test.url, admin.credentials, ChangePlan, {
      input: { plan: 'LITE' },
    })
    expect(byAdmin.status).toBe(403)
    const events = await readEvents(test, org.organizationId, 'organization.')
    expect(events.map((event) => event.data.previousAttributes)).toEqual([
      { plan: 'Professional' },
      { plan: 'Basic' },
    ])
  })
})

describe('webhook endpoints', () => {
  const CreateEndpoint = graphql(`
    mutation PlanEndpoint($input: WebhookEndpointCreateInput!) {
      webhookEndpointCreate(input: $input) {
        endpoint {
          id
        }
        userErrors {
          message
        }
      }
    }
  `)
  const PauseEndpoint = graphql(`
    mutation PlanPause($input: WebhookEndpointPauseInput!) {
      webhookEndpointPause(input: $input) {
        endpoint {
          id
        }
      }
    }
  `)

  it('pause with a plan without them and go on with one that has them, but for those paused by hand', async () => {
    const org = await addOrganization(test)
    const ids: string[] = []
    for (let n = 0; n < 2; n++) {
      const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
        input: { url: 'http://127.0.0.1:4999/hooks', eventTypes: ['location.*'] },
      })
      ids.push(webhookEndpointCreate.endpoint?.id ?? '')
    }
    await ask(test.url, org.owner, PauseEndpoint, { input: { id: ids[1] ?? '' } })
    const statuses = async () => {
      const rows = await test.app.database.unscoped.webhookEndpoint.findMany({
        where: { id: { in: ids } },
        orderBy: { id: 'asc' },
      })
      return ids.map((id) => rows.find((row) => row.id === id)?.status)
    }
    await ask(test.url, org.owner, ChangePlan, { input: { plan: 'BASIC' } })
    expect(await statuses()).toEqual(['PAUSED', 'PAUSED'])
    await ask(test.url, org.owner, ChangePlan, { input: { plan: 'PROFESSIONAL' } })
    expect(await statuses()).toEqual(['ACTIVE', 'PAUSED'])
  })
})

describe('the audit log', () => {
  it('says who did what from where, to Owners and Admins only', async () => {
    const org = await addOrganization(test)
    const { id } = await invite(org.owner)
    await ask(test.url, org.owner, UpdateUser, { input: { id, role: 'VIEWER' } })
    const admin = await org.addUser('ADMIN')
    const { auditLog } = await ask(test.url, admin.credentials, ReadAudit, { where: {} })
    expect(auditLog.nodes).toMatchObject([
      {
        action: 'userUpdate',
        actorId: org.ownerId,
        subjectId: id,
        remoteAddress: expect.stringContaining('127.0.0.1'),
        detail: { fields: ['id', 'role'] },
      },
      { action: 'userInvite', actorId: org.ownerId, subjectId: id },
    ])
    const manager = await org.addUser('MANAGER')
    expect((await send(test.url, manager.credentials, ReadAudit, { where: {} })).status).toBe(403)
  })

  it('can be added to but not changed', async () => {
    const org = await addOrganization(test)
    await invite(org.owner)
    for (const sql of [
      `UPDATE audit_entry SET action = 'x'`,
      'DELETE FROM audit_entry',
      'TRUNCATE audit_entry',
    ]) {
      await expect(test.app.database.pool.query(sql)).rejects.toThrow('append-only')
    }
  })

  it('says nothing of what was refused', async () => {
    const org = await addOrganization(test)
    await ask(test.url, org.owner, UpdateUser, { input: { id: org.ownerId, role: 'VIEWER' } })
    const { auditLog } = await ask(test.url, org.owner, ReadAudit, { where: {} })
    expect(auditLog.totalCount).toBe(0)
  })
})
