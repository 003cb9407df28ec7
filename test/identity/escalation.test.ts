import { getNamedType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Permission, PERMISSIONS, reachOf } from '../../src/access/permissions.ts'
import { SCOPES } from '../../src/access/caller.ts'
import { newId } from '../../src/database/ids.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { Role } from '../../src/generated/prisma/enums.ts'
import { hashOpaqueToken, issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { inputFieldsOf, mutations } from '../harness/every-mutation.ts'
import { InviteUser } from '../harness/identity-documents.ts'

// Whatever a caller tries, what can be done afterwards with all credentials that they obtained is no
// more than they could do before: roles and kinds of keys, times the ways of obtaining something.

let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

const MyRights = graphql(`
  query MyRights {
    viewer {
      role
      permissions
      user {
        id
        approvalLimitCents
      }
    }
  }
`)

interface Rights {
  /** 1 = one's own only, 2 = everything. */
  reach: Map<string, number>
  /** Most that can be approved, cents. */
  limit: number
}

async function rightsOf(credentials: Credentials): Promise<Rights | undefined> {
  const answer = await send(test.url, credentials, MyRights)
  if (answer.errors.length > 0) return undefined
  const { role, permissions, user } = answer.data.viewer
  const far = (permission: string) =>
    role === null || reachOf(role, permission as Permission) === 'all' ? 2 : 1
  const decides = role !== null && reachOf(role, 'sor:write') === 'all'
  const own = role === 'OWNER' ? null : (user?.approvalLimitCents ?? null)
  return {
    reach: new Map(permissions.map((each) => [each, far(each)])),
    limit: decides ? (own ?? Infinity) : 0,
  }
}

/** What one has more than the other. */
function excess(after: Rights, before: Rights): string[] {
  const more = PERMISSIONS.filter(
    (each) => (after.reach.get(each) ?? 0) > (before.reach.get(each) ?? 0),
  )
  return after.limit > before.limit ? [...more, `approves ${after.limit}`] : more
}

interface Actor {
  name: string
  credentials: Credentials
  /** Of a person. */
  userId?: string
}

/** Sends a mutation that may be refused in whichever way. @returns its payload when it was not. */
async function attempt(
  { credentials }: Pick<Actor, 'credentials'>,
  name: string,
  input: object,
  selection: string,
): Promise<Record<string, unknown> | undefined> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const answer = await send<Record<string, Record<string, unknown>>, { input: object }>(
    test.url,
    credentials,
    `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { message } } }`,
    { input },
  )
  const payload = answer.data?.[name]
  const { userErrors } = Object(payload)
  return Array.isArray(userErrors) && userErrors.length === 0 ? payload : undefined
}

const email = () => `${newId('user')}@example.com`

/** Whoever has an invitation can be the invited; the stretching of a password takes too long for a table. */
async function accept(token: unknown): Promise<Credentials[]> {
  if (typeof token !== 'string') return []
  const invitationHash = hashOpaqueToken(token)
  const { unscoped } = test.app.database
  const { id } = await unscoped.user.findFirstOrThrow({ where: { invitationHash } })
  await setUser(id, { status: 'ACTIVE', invitationHash: null })
  return [{ Authorization: `Bearer ${(await issueAccessToken(test.config.auth, id)).token}` }]
}

const setUser = (userId: string, data: object) =>
  test.app.database.unscoped.user.update({ where: { id: userId }, data })

const asKey = (key: unknown): Credentials[] =>
  typeof key === 'string' ? [{ 'X-Api-Key': key }] : []

/** Every role, in one way each; @returns the credentials that were obtained. */
type Way = (actor: Actor) => Promise<Credentials[]>

const forEachRole = (way: (actor: Actor, role: Role) => Promise<Credentials[]>): Way => {
  return async (actor) => {
    const obtained: Credentials[] = []
    for (const role of Object.values(Role)) obtained.push(...(await way(actor, role)))
    return obtained
  }
}

/** Whoever changes with what somebody signs in can be them. */
const takingOver = (change: () => object): Way =>
  forEachRole(async (actor, role) => {
    const target = await org.addUser(role)
    const done = await attempt(
      actor,
      'userUpdate',
      { id: target.userId, ...change() },
      'user { id }',
    )
    return done === undefined ? [] : [target.credentials]
  })

const everyScope = [...SCOPES]

async function addIntegration(scopes: string[]): Promise<{ id: string; key: Credentials }> {
  const key = await org.addApiKey(everyScope)
  const { unscoped } = test.app.database
  const id = newId('integration')
  const { organizationId } = org
  await unscoped.integration.create({ data: { id, organizationId, name: 'Some system', scopes } })
  const newest = await unscoped.apiKey.findFirstOrThrow({
    where: { organizationId },
    orderBy: [{ created: 'desc' }, { id: 'desc' }],
  })
  await unscoped.apiKey.update({ where: { id: newest.id }, data: { integrationId: id } })
  return { id, key }
}

async function addKeyOf(scopes: string[]): Promise<string> {
  await org.addApiKey(scopes)
  const newest = await test.app.database.unscoped.apiKey.findFirstOrThrow({
    where: { organizationId: org.organizationId },
    orderBy: [{ created: 'desc' }, { id: 'desc' }],
  })
  return newest.id
}

const WAYS: Record<string, Way> = {
  'userInvite.role': forEachRole(async (actor, role) => {
    const input = { email: email(), name: 'A second self', role }
    return accept(
      (await attempt(actor, 'userInvite', input, 'invitationToken'))?.['invitationToken'],
    )
  }),
  'userInvite.subject': forEachRole(async (actor, role) => {
    const input = { email: email(), name: 'A second self', role, subject: newId('user') }
    return accept(
      (await attempt(actor, 'userInvite', input, 'invitationToken'))?.['invitationToken'],
    )
  }),
  'userInvitationResend.id': forEachRole(async (actor, role) => {
    const input = { email: email(), name: 'Awaited', role }
    const { userInvite } = await ask(test.url, org.owner, InviteUser, { input })
    const done = await attempt(
      actor,
      'userInvitationResend',
      { id: userInvite.user?.id },
      'invitationToken',
    )
    return accept(done?.['invitationToken'])
  }),
  'userUpdate.role': forEachRole(async (actor, role) => {
    const helper = await org.addUser('VIEWER')
    await attempt(actor, 'userUpdate', { id: helper.userId, role }, 'user { id }')
    if (actor.userId !== undefined) {
      await attempt(actor, 'userUpdate', { id: actor.userId, role }, 'user { id }')
    }
    // What a helper can do counts where the actor made them more than they were.
    const { role: after } = await test.app.database.unscoped.user.findUniqueOrThrow({
      where: { id: helper.userId },
    })
    return after === 'VIEWER' ? [actor.credentials] : [helper.credentials, actor.credentials]
  }),
  'userUpdate.email': takingOver(() => ({ email: email() })),
  'userUpdate.subject': takingOver(() => ({ subject: newId('user') })),
  'userActivate.id': forEachRole(async (actor, role) => {
    const target = await org.addUser(role)
    await setUser(target.userId, { status: 'INVITED', subject: newId('user') })
    await attempt(actor, 'userActivate', { id: target.userId }, 'user { id }')
    return [target.credentials]
  }),
  'userSetApprovalLimit.approvalLimitCents': async (actor) => {
    const helper = await org.addUser('MANAGER')
    await setUser(helper.userId, { approvalLimitCents: 5 })
    for (const id of [helper.userId, actor.userId].filter((each) => each !== undefined)) {
      await attempt(actor, 'userSetApprovalLimit', { id, approvalLimitCents: null }, 'user { id }')
    }
    const { approvalLimitCents } = await test.app.database.unscoped.user.findUniqueOrThrow({
      where: { id: helper.userId },
    })
    return approvalLimitCents === 5n
      ? [actor.credentials]
      : [limitOnly(helper.credentials), actor.credentials]
  },
  'apiKeyCreate.scopes': async (actor) => {
    const input = { name: 'Mine', scopes: everyScope }
    return asKey((await attempt(actor, 'apiKeyCreate', input, 'key'))?.['key'])
  },
  'apiKeyCreate.integrationId': async (actor) => {
    const { id } = await addIntegration(everyScope)
    const input = { name: 'Mine', scopes: everyScope, integrationId: id }
    return asKey((await attempt(actor, 'apiKeyCreate', input, 'key'))?.['key'])
  },
  'apiKeyRotate.id': async (actor) => {
    const id = await addKeyOf(everyScope)
    return asKey((await attempt(actor, 'apiKeyRotate', { id }, 'key'))?.['key'])
  },
  'integrationCreate.scopes': async (actor) => {
    const made = await attempt(
      actor,
      'integrationCreate',
      { name: 'Mine', scopes: everyScope },
      'integration { id }',
    )
    const integrationId = Object(made?.['integration']).id
    if (integrationId === undefined) return []
    const input = { name: 'Mine', scopes: everyScope, integrationId }
    return asKey((await attempt(actor, 'apiKeyCreate', input, 'key'))?.['key'])
  },
  'integrationUpdate.scopes': async (actor) => {
    const { id, key } = await addIntegration(['locations:read'])
    const done = await attempt(
      actor,
      'integrationUpdate',
      { id, scopes: everyScope },
      'integration { id }',
    )
    return done === undefined ? [] : [key]
  },
  'userInvite.companyId': () => Promise.resolve([]),
  'userUpdate.companyId': forEachRole(async (actor, role) => {
    const target = await org.addUser(role)
    const company = await test.app.database.unscoped.company.create({
      data: {
        id: newId('company'),
        organizationId: org.organizationId,
        name: `Lifts ${target.userId}`,
        kind: 'CONTRACTOR',
      },
    })
    const input = { id: target.userId, companyId: company.id }
    const done = await attempt(actor, 'userUpdate', input, 'user { id }')
    return done === undefined ? [] : [target.credentials]
  }),
}

/** Marks credentials whose limit alone counts: the helper was given nothing else. */
const limitsOnly = new WeakSet<Credentials>()
function limitOnly(credentials: Credentials): Credentials {
  limitsOnly.add(credentials)
  return credentials
}

/** Fields that name a person or a credential, and give no rights: why not. */
const HARMLESS: Record<string, string> = {
  'apiKeyRevoke.id': 'takes rights away',
  'integrationDelete.id': 'takes rights away',
  'integrationUpdate.id': 'see its scopes',
  'userDelete.id': 'takes rights away',
  'userSuspend.id': 'takes rights away',
  'userInvite.email': 'see its role',
  'userUpdate.id': 'see what it changes',
  'userSetApprovalLimit.id': 'see its limit',
  'emailConfirm.password': 'one’s own',
  'passwordChange.currentPassword': 'one’s own',
  'passwordChange.newPassword': 'one’s own',
  'signIn.password': 'is what one knows',
  'signIn.email': 'is what one knows',
  'sessionRefresh.refreshToken': 'is what one knows',
  'invitationAccept.token': 'see userInvite and userInvitationResend',
  'invitationAccept.password': 'see userInvite and userInvitationResend',
  'bookingCreate.bookedById': 'names whom a record is about',
  'bookingSeriesCreate.bookedById': 'names whom a record is about',
  'laborAdd.userId': 'names whom a record is about',
  'laborRateSet.userId': 'names whom a record is about',
  'laborStart.userId': 'names whom a record is about',
  'managerCreate.userId': 'a title without rights',
  'notificationCreate.userId': 'names whom a record is about',
  'shiftCreate.userId': 'names whom a record is about',
  'shiftUpdate.userId': 'names whom a record is about',
  'webhookEndpointCreate.integrationId': 'narrows what is sent',
  'webhookEndpointUpdate.integrationId': 'needs webhooks:manage, which reads everything',
}

const GIVING =
  /^(scopes|subject|approvalLimitCents|.*[pP]assword|.*[tT]oken|userIds?|bookedById|integrationId)$/
const OF_PEOPLE = /^(user|apiKey|integration|signIn)/

describe('nobody grants or obtains more than they have', () => {
  it('every input that names a role, scopes, a person or a credential is in the table of ways', () => {
    const found = mutations.flatMap((mutation) =>
      Object.values(inputFieldsOf(mutation)).flatMap((field) => {
        const type = String(getNamedType(field.type))
        const speaks =
          type === 'Role' ||
          GIVING.test(field.name) ||
          (OF_PEOPLE.test(mutation.name) && ['id', 'email', 'companyId'].includes(field.name))
        return speaks ? [`${mutation.name}.${field.name}`] : []
      }),
    )
    const classified = [...Object.keys(WAYS), ...Object.keys(HARMLESS)]
    expect(found.toSorted()).toEqual(classified.toSorted())
  })

  it('by any path: roles and kinds of keys × ways', async () => {
    const kinds: [string, () => Promise<Actor>][] = Object.values(Role).map((role) => [
      role,
      async () => ({ name: role, ...(await org.addUser(role)) }),
    ])
    const machine = (name: string, credentials: () => Promise<Credentials>) =>
      kinds.push([name, async () => ({ name, credentials: await credentials() })])
    kinds.push([
      'ADMIN with a limit',
      async () => {
        const admin = await org.addUser('ADMIN')
        await setUser(admin.userId, { approvalLimitCents: 1_000 })
        return { name: 'ADMIN with a limit', ...admin }
      },
    ])
    machine('key with users:write', () => org.addApiKey(['users:write']))
    machine('key with every scope', () => org.addApiKey(everyScope))
    machine('key that reads everything and writes users', () =>
      org.addApiKey(['users:write', ...SCOPES.filter((each) => each.endsWith(':read'))]),
    )
    machine(
      'key of an integration with users:write',
      async () => (await addIntegration(['users:write'])).key,
    )
    const wrong: string[] = []
    let tried = 0
    let obtainedSome = 0
    for (const [name, make] of kinds) {
      for (const [wayName, way] of Object.entries(WAYS)) {
        const actor = await make()
        const before = await rightsOf(actor.credentials)
        if (before === undefined) throw new Error(`${name} cannot sign in`)
        tried++
        for (const credentials of await way(actor)) {
          const after = await rightsOf(credentials)
          if (after === undefined) continue
          obtainedSome++
          const more = excess(after, before).filter(
            (each) => !limitsOnly.has(credentials) || each.startsWith('approves'),
          )
          if (more.length > 0) wrong.push(`${name} by ${wayName}: ${more.slice(0, 4).join(', ')}`)
        }
      }
    }
    console.log(`escalation: ${tried} pairs, ${obtainedSome} credentials obtained`)
    expect([...new Set(wrong)]).toEqual([])
    // The ways are real: those with the rights get through.
    expect(obtainedSome).toBeGreaterThan(100)
  }, 400_000)

  it('whoever gives rights to keys and endpoints may read everything themselves', () => {
    for (const duty of ['api-keys:manage', 'webhooks:manage'] as const) {
      for (const role of Object.values(Role).filter((each) => reachOf(each, duty) === 'all')) {
        expect(SCOPES.filter((scope) => reachOf(role, scope) !== 'all')).toEqual([])
      }
    }
  })
})

describe('a key with users:write', () => {
  it('invites nobody who may do more than it, and is told what is missing', async () => {
    const key = await org.addApiKey(['users:write'])
    const input = { email: email(), name: 'Somebody', role: 'MANAGER' as const }
    const { status, errors } = await send(test.url, key, InviteUser, { input })
    expect(status).toBe(403)
    expect(errors[0]?.message).toContain('The role MANAGER may do more than you: analytics:read')
  })

  it('invites whom it covers; what it cannot approve they cannot until an Owner says so', async () => {
    const key = await org.addApiKey(everyScope)
    const input = { email: email(), name: 'Somebody', role: 'MANAGER' as const }
    const { userInvite } = await ask(test.url, key, InviteUser, { input })
    const [credentials = {}] = await accept(userInvite.invitationToken)
    expect((await rightsOf(credentials))?.limit).toBe(0)
  })

  it('suspends those who leave all the same', async () => {
    const key = await org.addApiKey(['users:write'])
    const leaver = await org.addUser('MANAGER')
    const done = await attempt(
      { credentials: key },
      'userSuspend',
      { id: leaver.userId },
      'user { id }',
    )
    expect(done).toBeDefined()
  })
})

describe('a key does nothing beside its scopes', () => {
  it('a request becomes a work order only by a key that may write work orders', async () => {
    const location = await attempt(
      { credentials: org.owner },
      'locationCreate',
      { name: 'Site', kind: 'LOCATION' },
      'location { id }',
    )
    expect(location).toBeDefined()
    const request = await attempt(
      { credentials: org.owner },
      'workRequestCreate',
      { title: 'It drips', locationId: Object(location?.['location']).id },
      'workRequest { id }',
    )
    const input = { id: Object(request?.['workRequest']).id }
    const narrow = { credentials: await org.addApiKey(['work-requests:write']) }
    expect(await attempt(narrow, 'workRequestAccept', input, 'workRequest { id }')).toBeUndefined()
    const wide = {
      credentials: await org.addApiKey(['work-requests:write', 'work-orders:write']),
    }
    expect(await attempt(wide, 'workRequestAccept', input, 'workRequest { id }')).toBeDefined()
  })
})
