import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashPassword } from '../../src/identity/sessions/passwords.ts'
import { takeSignInAttempt } from '../../src/identity/sessions/sign-in-throttle.ts'
import { networkOf } from '../../src/access/network-of.ts'
import { addOrganization, send, startTestApp, type TestApp } from '../harness/app.ts'
import { ChangePassword, SignIn } from '../harness/identity-documents.ts'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

const PASSWORD = 'a rather long password'
/** Of the account, before it is known where its owner signs in from. */
const ATTEMPTS = 10

async function addPerson() {
  const org = await addOrganization(test)
  const { userId } = await org.addUser('TECHNICIAN')
  const email = `${userId}@example.com`
  await test.app.database.unscoped.user.update({
    where: { id: userId },
    data: { email, passwordHash: await hashPassword(PASSWORD) },
  })
  return { email, userId, organizationId: org.organizationId }
}

const signIn = (email: string, password: string) =>
  send(test.url, {}, SignIn, { input: { email, password } })

/** As if so much time had passed. */
const pass = (seconds: number) =>
  test.app.database.pool.query(
    `UPDATE sign_in_bucket SET updated = updated - make_interval(secs => $1)`,
    [seconds],
  )

async function guess(email: string, times: number) {
  const statuses: number[] = []
  for (let n = 0; n < times; n++) statuses.push((await signIn(email, `guess ${n}`)).status)
  return statuses
}

describe('guessing a password', () => {
  it('is answered 429 with Retry-After after some attempts, and goes on slowly', async () => {
    const { email } = await addPerson()
    expect(await guess(email, ATTEMPTS)).toEqual(Array(ATTEMPTS).fill(401))
    const refused = await signIn(email, PASSWORD)
    expect(refused.status).toBe(429)
    expect(refused.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
    expect(refused.errors[0]?.message).toMatch(/^Too many attempts to sign in: try again in \d+ s$/)
    const wait = Number(refused.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(30)
    expect(wait).toBeLessThanOrEqual(60)
    await pass(60)
    expect((await signIn(email, 'another guess')).status).toBe(401)
    expect((await signIn(email, 'and another')).status).toBe(429)
    await pass(60)
    expect((await signIn(email, PASSWORD)).status).toBe(200)
  })

  it('is the same for an account that nobody has', async () => {
    const email = `nobody-${Date.now()}@example.com`
    expect(await guess(email, ATTEMPTS + 1)).toEqual([...Array(ATTEMPTS).fill(401), 429])
  })

  it('does not lock out the owner where they have signed in before', async () => {
    const person = await addPerson()
    expect((await signIn(person.email, PASSWORD)).status).toBe(200)
    // Somebody elsewhere uses up all there is, and goes on.
    const elsewhere = { email: person.email, accounts: [person], remoteAddress: '192.0.2.7' }
    const { database } = test.app
    for (let n = 0; n < ATTEMPTS; n++) await takeSignInAttempt(database, elsewhere)
    await expect(takeSignInAttempt(database, elsewhere)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
    expect((await signIn(person.email, PASSWORD)).status).toBe(200)
  })

  it('of many accounts from one address runs dry as well', async () => {
    const { database } = test.app
    const from = (n: number) =>
      takeSignInAttempt(database, {
        email: `many-${n}@example.com`,
        remoteAddress: `2001:db8:1:2::${n.toString(16)}`,
        accounts: [],
      })
    for (let n = 0; n < 50; n++) await from(n)
    await expect(from(51)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  it('counts attempts made at the same moment', async () => {
    const { email } = await addPerson()
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => (await signIn(email, `guess ${n}`)).status),
    )
    expect(statuses.filter((status) => status === 401)).toHaveLength(ATTEMPTS)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
  })

  it('counts nothing for whoever knows the password', async () => {
    const { email } = await addPerson()
    for (let n = 0; n < ATTEMPTS * 2; n++) expect((await signIn(email, PASSWORD)).status).toBe(200)
  })

  it('with an access token, by changing it, runs dry just so', async () => {
    const { email } = await addPerson()
    const { data } = await signIn(email, PASSWORD)
    const authorization = { Authorization: `Bearer ${data?.signIn.accessToken}` }
    const change = (currentPassword: string) =>
      send(test.url, authorization, ChangePassword, {
        input: { currentPassword, newPassword: 'another rather long one' },
      })
    for (let n = 0; n < ATTEMPTS; n++) {
      expect((await change(`guess ${n}`)).data?.passwordChange.userErrors).toMatchObject([
        { path: ['input', 'currentPassword'] },
      ])
    }
    const refused = await change(PASSWORD)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(20)
    await pass(30)
    expect((await change(PASSWORD)).data?.passwordChange.userErrors).toEqual([])
  })

  it('leaves no address in the database', async () => {
    const { email } = await addPerson()
    await guess(email, 1)
    const { rows } = await test.app.database.pool.query('SELECT subject FROM sign_in_bucket')
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain('@')
  })
})

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('%s → %s', (address, network) => expect(networkOf(address)).toBe(network))
})
