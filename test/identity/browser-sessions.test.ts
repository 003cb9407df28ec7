import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeSignInCode } from '../../src/identity/sessions/sign-in-code.ts'
import { hashPassword } from '../../src/identity/sessions/passwords.ts'
import {
  addOrganization,
  ask,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { SuspendUser, UpdateUser, Viewer } from '../harness/identity-documents.ts'
import { freePort } from '../harness/process.ts'

const PASSWORD = 'a rather long password'

let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
const works = async (token: string) => (await send(test.url, bearer(token), Viewer)).status === 200

async function addPerson() {
  const { userId } = await org.addUser('TECHNICIAN')
  const email = `${userId}@example.com`
  await test.app.database.unscoped.user.update({
    where: { id: userId },
    data: { email, passwordHash: await hashPassword(PASSWORD) },
  })
  return { userId, email }
}

interface Tokens {
  accessToken: string
  refreshToken: string | null
  userId: string
}
const TOKENS = '{ accessToken refreshToken userId }'
const SIGN_IN = `mutation($input: SignInInput!) { tokens: signIn(input: $input) ${TOKENS} }`
const BY_CODE = `mutation($input: SignInWithCodeInput!) { tokens: signInWithCode(input: $input) ${TOKENS} }`
const REFRESH = `mutation { tokens: sessionRefresh(input: {}) ${TOKENS} }`
const SIGN_OUT = 'mutation { signOut(input: {}) { endedSessions userErrors { message } } }'

/** A browser with one jar of cookies, whose tabs ask as pages of a server do. */
function openBrowser(url = test.url, origin = url) {
  const jar = new Map<string, string>()
  /** Of the answer that came last. */
  let lastCookie = ''
  return {
    jar,
    lastCookie: () => lastCookie,
    async ask(query: string, variables: object = {}, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}/graphql/session`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Origin: origin,
          Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      })
      for (const cookie of response.headers.getSetCookie()) {
        lastCookie = cookie
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        if (value === '') jar.delete(name)
        else jar.set(name, value)
      }
      const answer: { data?: { tokens: Tokens }; errors?: { message: string }[] } = JSON.parse(
        await response.text(),
      )
      return { status: response.status, ...answer, tokens: answer.data?.tokens }
    },
  }
}

async function signedIn() {
  const person = await addPerson()
  const browser = openBrowser()
  const input = { email: person.email, password: PASSWORD, cookie: true }
  const { tokens } = await browser.ask(SIGN_IN, { input })
  if (tokens === undefined) throw new Error('not signed in')
  return { ...person, browser, tokens }
}

describe('a session in a browser', () => {
  it('keeps its refresh token in a cookie of the session operations, which no script can read', async () => {
    const { browser, tokens, userId } = await signedIn()
    expect(tokens).toMatchObject({ refreshToken: null, userId })
    expect(await works(tokens.accessToken)).toBe(true)
    const parts = browser.lastCookie().split('; ')
    expect(parts[0]).toMatch(/^plantroom-session=ptr_[\w-]{43}$/)
    expect(parts).toEqual(
      expect.arrayContaining(['Path=/graphql/session', 'HttpOnly', 'SameSite=Strict']),
    )
    expect(parts).not.toContain('Secure')
    const expires = Date.parse(/Expires=([^;]+)/.exec(browser.lastCookie())?.[1] ?? '')
    expect(expires - Date.now()).toBeGreaterThan(29 * 86_400_000)
  })

  it('has the cookie Secure over https, also where a proxy ends TLS', async () => {
    const person = await addPerson()
    const { host } = new URL(test.url)
    const browser = openBrowser(test.url, `https://${host}`)
    const input = { email: person.email, password: PASSWORD, cookie: true }
    expect((await browser.ask(SIGN_IN, { input })).status).toBe(200)
    expect(browser.lastCookie()).toMatch(/^__Secure-plantroom-session=.*; Secure/)
    expect((await browser.ask(REFRESH)).tokens?.userId).toBe(person.userId)
  })

  it('goes on after a reload by the cookie alone, with a new one each time', async () => {
    const { browser, userId } = await signedIn()
    const first = browser.jar.get('plantroom-session')
    const { tokens } = await browser.ask(REFRESH)
    expect(tokens).toMatchObject({ refreshToken: null, userId })
    expect(await works(tokens?.accessToken ?? '')).toBe(true)
    expect(browser.jar.get('plantroom-session')).not.toBe(first)
  })

  it('is not lost when several tabs refresh at once', async () => {
    const { browser } = await signedIn()
    const answers = await Promise.all([1, 2, 3, 4].map(() => browser.ask(REFRESH)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    // A tab that was held up sends an older one still, and gets the newest.
    const old = new Map(browser.jar)
    await browser.ask(REFRESH)
    const newest = browser.jar.get('plantroom-session')
    await browser.ask(REFRESH)
    for (const [name, value] of old) browser.jar.set(name, value)
    expect((await browser.ask(REFRESH)).status).toBe(200)
    expect(browser.jar.get('plantroom-session')).not.toBe(newest)
    expect((await browser.ask(REFRESH)).status).toBe(200)
  })

  it('ends when a token comes again long after it was spent', async () => {
    const { browser, tokens, userId } = await signedIn()
    const stolen = new Map(browser.jar)
    await browser.ask(REFRESH)
    await test.app.database.pool.query(
      `UPDATE refresh_token SET spent_at = spent_at - interval '31 seconds'
        WHERE session_id IN (SELECT id FROM session WHERE user_id = $1)`,
      [userId],
    )
    const thief = openBrowser()
    for (const [name, value] of stolen) thief.jar.set(name, value)
    expect((await thief.ask(REFRESH)).status).toBe(401)
    expect((await browser.ask(REFRESH)).status).toBe(401)
    expect(await works(tokens.accessToken)).toBe(false)
  })

  it('takes the token of a cookie from nowhere else, nor another one from a cookie', async () => {
    const { browser, email } = await signedIn()
    const given = `mutation($input: SessionRefreshInput!) { tokens: sessionRefresh(input: $input) ${TOKENS} }`
    const refreshToken = browser.jar.get('plantroom-session')
    expect((await send(test.url, {}, given, { input: { refreshToken } })).status).toBe(401)
    const { data } = await send<{ tokens: Tokens }, object>(test.url, {}, SIGN_IN, {
      input: { email, password: PASSWORD },
    })
    const other = openBrowser()
    other.jar.set('plantroom-session', data.tokens.refreshToken ?? '')
    expect((await other.ask(REFRESH)).status).toBe(401)
    // Neither has harmed the session.
    expect((await browser.ask(REFRESH)).status).toBe(200)
  })

  it('ends by signing out, and the cookie with it', async () => {
    const { browser, tokens } = await signedIn()
    const old = new Map(browser.jar)
    const { status } = await browser.ask(SIGN_OUT, {}, bearer(tokens.accessToken))
    expect(status).toBe(200)
    expect(browser.jar.size).toBe(0)
    expect(await works(tokens.accessToken)).toBe(false)
    for (const [name, value] of old) browser.jar.set(name, value)
    expect((await browser.ask(REFRESH)).status).toBe(401)
  })

  it('that expires in mid-use is refused as such', async () => {
    const { browser, tokens, userId } = await signedIn()
    await test.app.database.pool.query(
      `UPDATE session SET expires_at = now() - interval '1 second' WHERE user_id = $1`,
      [userId],
    )
    const refused = await browser.ask(REFRESH)
    expect(refused).toMatchObject({ status: 401, errors: [{}] })
    await vi.waitUntil(async () => !(await works(tokens.accessToken)), 30_000)
  })

  it('has the rights of the role that its user has by now, and ends with a suspension', async () => {
    const { browser, tokens, userId } = await signedIn()
    const roleOf = async () => (await ask(test.url, bearer(tokens.accessToken), Viewer)).viewer.role
    expect(await roleOf()).toBe('TECHNICIAN')
    await ask(test.url, org.owner, UpdateUser, { input: { id: userId, role: 'VIEWER' } })
    expect(await roleOf()).toBe('VIEWER')
    await ask(test.url, org.owner, SuspendUser, { input: { id: userId } })
    expect(await works(tokens.accessToken)).toBe(false)
    expect((await browser.ask(REFRESH)).status).toBe(401)
  })

  it.each<[string, number, Record<string, string>]>([
    ['another site', 403, { Origin: 'https://evil.example.com' }],
    ['another port', 403, { Origin: 'http://127.0.0.1:1' }],
    ['a sandboxed page', 403, { Origin: 'null' }],
    ['a page on the disk', 403, { Origin: 'file://' }],
    ['no page', 403, { Origin: '' }],
    ['a form', 415, { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a form in disguise', 415, { 'Content-Type': 'text/plain' }],
  ])('is not prolonged by %s', async (_who, status, headers) => {
    const { browser } = await signedIn()
    const before = new Map(browser.jar)
    expect((await browser.ask(REFRESH, {}, headers)).status).toBe(status)
    expect(browser.jar).toEqual(before)
  })

  it('is no credential: whoever has the cookie alone reads nothing', async () => {
    const { browser } = await signedIn()
    expect((await browser.ask('{ viewer { role } }')).status).toBe(401)
  })

  it('is begun at its own address only', async () => {
    const { email } = await addPerson()
    const input = { email, password: PASSWORD, cookie: true }
    const { errors } = await send(test.url, {}, SIGN_IN, { input })
    expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  })
})

describe('PUBLIC_URL', () => {
  it('says whose pages may use the cookie, and where it lies', async () => {
    const port = String(await freePort())
    await using other = await startTestApp({
      PORT: port,
      PUBLIC_URL: 'https://example.com/plantroom',
    })
    const url = `http://127.0.0.1:${port}`
    const { organizationId, ownerId } = await addOrganization(other)
    const code = await makeSignInCode(other.app.database, { organizationId, id: ownerId })
    const input = { code, cookie: true }
    const stranger = openBrowser(url)
    expect((await stranger.ask(BY_CODE, { input })).status).toBe(403)
    const browser = openBrowser(url, 'https://example.com')
    expect((await browser.ask(BY_CODE, { input })).tokens?.userId).toBe(ownerId)
    expect(browser.lastCookie()).toContain('; Path=/plantroom/graphql/session;')
  })
})

describe('a sign-in code', () => {
  const makeCode = () =>
    makeSignInCode(test.app.database, {
      organizationId: org.organizationId,
      id: org.ownerId,
    })

  it('works once, of two uses at the same moment too', async () => {
    const input = { code: await makeCode(), cookie: true }
    const browser = openBrowser()
    const answers = await Promise.all([1, 2, 3].map(() => browser.ask(BY_CODE, { input })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401])
    expect((await browser.ask(REFRESH)).tokens?.userId).toBe(org.ownerId)
    expect((await browser.ask(BY_CODE, { input })).status).toBe(401)
  })

  it('works for ten minutes', async () => {
    const input = { code: await makeCode() }
    await test.app.database.pool.query(
      `UPDATE sign_in_code SET expires_at = expires_at - interval '10 minutes'`,
    )
    expect((await openBrowser().ask(BY_CODE, { input })).status).toBe(401)
  })

  it('never works in production', async () => {
    await using production = await startTestApp({ NODE_ENV: 'production' })
    const { organizationId, ownerId } = await addOrganization(production)
    const input = {
      code: await makeSignInCode(production.app.database, { organizationId, id: ownerId }),
    }
    expect((await openBrowser(production.url).ask(BY_CODE, { input })).status).toBe(401)
  })
})
