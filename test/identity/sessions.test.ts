import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashPassword } from '../../src/identity/sessions/passwords.ts'
import {
  addOrganization,
  ask,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import {
  ActivateUser,
  ChangePassword,
  InviteUser,
  ReadAudit,
  RefreshSession,
  SignIn,
  SignOut,
  SuspendUser,
  UpdateUser,
  Viewer,
} from '../harness/identity-documents.ts'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

const PASSWORD = 'a rather long password'
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

async function addPerson(org: TestOrganization) {
  const { userId } = await org.addUser('TECHNICIAN')
  const email = `${userId}@example.com`
  await test.app.database.unscoped.user.update({
    where: { id: userId },
    data: { email, passwordHash: await hashPassword(PASSWORD) },
  })
  return {
    userId,
    email,
    signIn: async () =>
      (await ask(test.url, {}, SignIn, { input: { email, password: PASSWORD } })).signIn,
  }
}

const works = async (token: string) => (await send(test.url, bearer(token), Viewer)).status === 200

describe('sessions', () => {
  it('are prolonged by refresh tokens that work once', async () => {
    const person = await addPerson(await addOrganization(test))
    const first = await person.signIn()
    const { sessionRefresh: second } = await ask(test.url, {}, RefreshSession, {
      input: { refreshToken: first.refreshToken },
    })
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect(second.userId).toBe(person.userId)
    expect(await works(second.accessToken)).toBe(true)
  })

  it('end when a spent refresh token comes again, and with them every token of the family', async () => {
    const org = await addOrganization(test)
    const person = await addPerson(org)
    const first = await person.signIn()
    const elsewhere = await person.signIn()
    const { sessionRefresh: second } = await ask(test.url, {}, RefreshSession, {
      input: { refreshToken: first.refreshToken },
    })
    const reused = await send(test.url, {}, RefreshSession, {
      input: { refreshToken: first.refreshToken },
    })
    expect(reused.status).toBe(401)
    const current = await send(test.url, {}, RefreshSession, {
      input: { refreshToken: second.refreshToken },
    })
    expect(current.status).toBe(401)
    expect(await works(first.accessToken)).toBe(false)
    expect(await works(second.accessToken)).toBe(false)
    expect(await works(elsewhere.accessToken)).toBe(true)
    const { auditLog } = await ask(test.url, org.owner, ReadAudit, {
      where: { action: ['session.refresh_token_reused'] },
    })
    expect(auditLog.nodes).toMatchObject([{ detail: { userId: person.userId } }])
  })

  it('of two refreshes at once one wins', async () => {
    const person = await addPerson(await addOrganization(test))
    const { refreshToken } = await person.signIn()
    const answers = await Promise.all(
      [1, 2, 3].map(() => send(test.url, {}, RefreshSession, { input: { refreshToken } })),
    )
    expect(answers.map((answer) => String(answer.status)).toSorted()).toEqual(['200', '401', '401'])
  })

  it('end by signing out, one or all', async () => {
    const person = await addPerson(await addOrganization(test))
    const [a, b, c] = [await person.signIn(), await person.signIn(), await person.signIn()]
    const one = await ask(test.url, bearer(a.accessToken), SignOut, { input: {} })
    expect(one.signOut.endedSessions).toBe(1)
    expect(await works(a.accessToken)).toBe(false)
    expect(await works(b.accessToken)).toBe(true)
    const all = await ask(test.url, bearer(b.accessToken), SignOut, {
      input: { everywhere: true },
    })
    expect(all.signOut.endedSessions).toBe(2)
    expect(await works(c.accessToken)).toBe(false)
  })

  it('other than the present one end with a password change', async () => {
    const person = await addPerson(await addOrganization(test))
    const [here, there] = [await person.signIn(), await person.signIn()]
    const wrong = await ask(test.url, bearer(here.accessToken), ChangePassword, {
      input: { currentPassword: 'guessed', newPassword: 'another long password' },
    })
    expect(wrong.passwordChange.userErrors).toMatchObject([{ path: ['input', 'currentPassword'] }])
    const { passwordChange } = await ask(test.url, bearer(here.accessToken), ChangePassword, {
      input: { currentPassword: PASSWORD, newPassword: 'another long password' },
    })
    expect(passwordChange).toMatchObject({ endedSessions: 1, userErrors: [] })
    expect(await works(here.accessToken)).toBe(true)
    expect(await works(there.accessToken)).toBe(false)
    const refreshed = await send(test.url, {}, RefreshSession, {
      input: { refreshToken: there.refreshToken },
    })
    expect(refreshed.status).toBe(401)
    const old = { email: person.email, password: PASSWORD }
    expect((await send(test.url, {}, SignIn, { input: old })).status).toBe(401)
  })

  it('end with a suspension, also for tokens that belong to none', async () => {
    const org = await addOrganization(test)
    const user = await org.addUser('VIEWER')
    expect((await send(test.url, user.credentials, Viewer)).status).toBe(200)
    await ask(test.url, org.owner, SuspendUser, { input: { id: user.userId } })
    expect((await send(test.url, user.credentials, Viewer)).status).toBe(401)
  })

  it('are counted in the audit log, refused ones too', async () => {
    const org = await addOrganization(test)
    const person = await addPerson(org)
    await person.signIn()
    await send(test.url, {}, SignIn, { input: { email: person.email, password: 'wrong' } })
    const actions = async () => {
      const { auditLog } = await ask(test.url, org.owner, ReadAudit, { where: {} })
      return auditLog.nodes.map((entry) => entry.action)
    }
    await expect.poll(actions).toEqual(['session.refused', 'session.started'])
  })
})

describe('an OpenID provider', () => {
  const ISSUER = 'https://id.example.com/'
  let other: TestApp
  let stop: () => Promise<void>
  let sign: (
    claims: Record<string, unknown>,
    options?: { alg?: string; key?: CryptoKey; kid?: string; expires?: number },
  ) => Promise<string>
  let fetches = 0

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256')
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
    const server = createServer((_request, response) => {
      fetches++
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ keys: [jwk] }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    other = await startTestApp({
      OIDC_ISSUER: ISSUER,
      OIDC_JWKS_URL: `http://127.0.0.1:${port}/jwks`,
      OIDC_AUDIENCE: 'plantroom-tests',
    })
    sign = (claims, { alg = 'RS256', key = privateKey, kid = 'one', expires = 300 } = {}) =>
      new SignJWT({ aud: 'plantroom-tests', iss: ISSUER, ...claims })
        .setProtectedHeader({ alg, kid })
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1_000) + expires)
        .sign(key)
    stop = async () => {
      await other[Symbol.asyncDispose]()
      server.close()
      server.closeAllConnections()
    }
  })
  afterAll(() => stop())

  const statusOf = async (token: string) => (await send(other.url, bearer(token), Viewer)).status

  it('signs in the user with its subject; its keys are fetched once', async () => {
    const org = await addOrganization(other)
    const { userId } = await org.addUser('MANAGER')
    const sub = `person of ${userId}`
    await other.app.database.unscoped.user.update({
      where: { id: userId },
      data: { subject: sub },
    })
    const token = await sign({ sub })
    const { viewer } = await ask(other.url, bearer(token), Viewer)
    expect(viewer).toMatchObject({ role: 'MANAGER', user: { id: userId } })
    await ask(other.url, bearer(await sign({ sub })), Viewer)
    expect(fetches).toBe(1)
    // Within the tolerance of 30 s, and beyond it.
    expect(await statusOf(await sign({ sub }, { expires: -10 }))).toBe(200)
    expect(await statusOf(await sign({ sub }, { expires: -60 }))).toBe(401)
    // Signing in here goes on beside it.
    expect((await send(other.url, org.owner, Viewer)).status).toBe(200)
  })

  it('a person of several organizations is asked for by the first, or by the one that is named', async () => {
    const sub = `person of several ${Date.now()}`
    const link = async (org: TestOrganization) => {
      const { userInvite } = await ask(other.url, org.owner, InviteUser, {
        input: { email: 'of-several@example.com', name: 'Somebody', role: 'VIEWER', subject: sub },
      })
      expect(userInvite.userErrors).toEqual([])
      const id = userInvite.user?.id ?? ''
      await ask(other.url, org.owner, ActivateUser, { input: { id } })
      return id
    }
    // Somebody who is there longer and gets the subject later takes nothing away.
    const [first, second] = [await addOrganization(other), await addOrganization(other)]
    const early = await second.addUser('VIEWER')
    const userId = await link(first)
    const { userUpdate } = await ask(other.url, second.owner, UpdateUser, {
      input: { id: early.userId, subject: sub },
    })
    expect(userUpdate.userErrors).toEqual([])
    const again = await ask(other.url, second.owner, InviteUser, {
      input: { email: 'again@example.com', name: 'Somebody', role: 'VIEWER', subject: sub },
    })
    expect(again.userInvite.userErrors).toMatchObject([{ path: ['input', 'subject'] }])

    const authorization = bearer(await sign({ sub }))
    const whoIs = async (named: object) =>
      (await ask(other.url, { ...authorization, ...named }, Viewer)).viewer.user?.id
    expect(await whoIs({})).toBe(userId)
    expect(await whoIs({ 'X-Organization-Id': second.organizationId })).toBe(early.userId)
    expect(await whoIs({ 'X-Organization-Id': first.organizationId })).toBe(userId)
    expect(await whoIs({})).toBe(userId)
    const nowhere = { ...authorization, 'X-Organization-Id': 'org-none' }
    expect((await send(other.url, nowhere, Viewer)).status).toBe(401)
  })

  it.each([
    ['an unknown subject', { sub: 'nobody' }],
    ['another audience', { sub: 'x', aud: 'somebody-else' }],
    ['another issuer', { sub: 'x', iss: 'https://evil.example.com/' }],
    ['no subject', {}],
  ])('is not believed with %s', async (_name, claims) => {
    expect(await statusOf(await sign(claims))).toBe(401)
  })

  it('is not believed with a foreign key or a shared secret', async () => {
    const foreign = await generateKeyPair('RS256')
    expect(await statusOf(await sign({ sub: 'x' }, { key: foreign.privateKey }))).toBe(401)
    const secret = new TextEncoder().encode('a secret of at least 32 characters!!')
    const forged = await new SignJWT({ aud: 'plantroom-tests', iss: ISSUER, sub: 'x' })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(secret)
    expect(await statusOf(forged)).toBe(401)
  })
})
