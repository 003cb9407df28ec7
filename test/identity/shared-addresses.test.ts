import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.ts'
import { hashPassword } from '../../src/identity/sessions/passwords.ts'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import {
  AcceptInvitation,
  ChangePassword,
  InviteUser,
  ResendInvitation,
  SignIn,
  Viewer,
} from '../harness/identity-documents.ts'
import { noteStatements } from '../harness/statements.ts'
import { readEvents } from '../harness/written-events.ts'

// Whether an e-mail address exists elsewhere cannot be read, by whichever path: an organization may enter
// any address, and make whatever can be made of it, and all goes as it does with one that nobody has.

let test: TestApp
/** In which some addresses exist, and the one that wants to know. */
let theirs: TestOrganization
let ours: TestOrganization
beforeAll(async () => {
  test = await startTestApp()
  theirs = await addOrganization(test)
  ours = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

const PASSWORD = 'a rather long password'
const OTHER = 'another rather long password'
const newEmail = () => `${newId('user')}@example.com`
const bearer = (token: string): Credentials => ({ Authorization: `Bearer ${token}` })

const UpdateAddress = graphql(`
  mutation UpdateAddress($input: UserUpdateInput!) {
    userUpdate(input: $input) {
      user {
        email
        pendingEmail
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

const ConfirmEmail = graphql(`
  mutation ConfirmEmail($input: EmailConfirmInput!) {
    emailConfirm(input: $input) {
      user {
        email
        pendingEmail
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

/** Somebody who can sign in, in an organization, by its own commands. */
async function addPerson(org: TestOrganization, email: string, password: string) {
  const { userInvite } = await ask(test.url, org.owner, InviteUser, {
    input: { email, name: 'Somebody', role: 'VIEWER' },
  })
  expect(userInvite.userErrors).toEqual([])
  const { invitationAccept } = await ask(test.url, {}, AcceptInvitation, {
    input: { token: userInvite.invitationToken ?? '', password },
  })
  return { userId: invitationAccept.userId, credentials: bearer(invitationAccept.accessToken) }
}

const signIn = (email: string, password: string, organizationId?: string) =>
  send(test.url, {}, SignIn, { input: { email, password, organizationId: organizationId ?? null } })

/** A step of somebody who tries an address out: what is answered, and by how many statements. */
type Step = (email: string) => Promise<unknown>

/** Each path is a fresh scene; the last step is the one that is looked at. */
const PATHS: Record<string, (email: string) => Promise<Step>> = {
  userInvite: async () => (email) =>
    send(test.url, ours.owner, InviteUser, { input: { email, name: 'Somebody', role: 'VIEWER' } }),
  userInvitationResend: async (email) => {
    const { userInvite } = await ask(test.url, ours.owner, InviteUser, {
      input: { email, name: 'Somebody', role: 'VIEWER' },
    })
    const id = userInvite.user?.id ?? ''
    return () => send(test.url, ours.owner, ResendInvitation, { input: { id } })
  },
  invitationAccept: async (email) => {
    const { userInvite } = await ask(test.url, ours.owner, InviteUser, {
      input: { email, name: 'Somebody', role: 'VIEWER' },
    })
    const token = userInvite.invitationToken ?? ''
    return () => send(test.url, {}, AcceptInvitation, { input: { token, password: OTHER } })
  },
  'userUpdate of somebody invited': async () => {
    const { userInvite } = await ask(test.url, ours.owner, InviteUser, {
      input: { email: newEmail(), name: 'Somebody', role: 'VIEWER' },
    })
    const id = userInvite.user?.id ?? ''
    return (email) => send(test.url, ours.owner, UpdateAddress, { input: { id, email } })
  },
  'userUpdate of somebody who can sign in': async () => {
    const { userId } = await addPerson(ours, newEmail(), OTHER)
    return (email) => send(test.url, ours.owner, UpdateAddress, { input: { id: userId, email } })
  },
  emailConfirm: async (email) => {
    const { userId, credentials } = await addPerson(ours, newEmail(), OTHER)
    await ask(test.url, ours.owner, UpdateAddress, { input: { id: userId, email } })
    return () => send(test.url, credentials, ConfirmEmail, { input: { password: OTHER } })
  },
  'signIn to an account of ours': async (email) => {
    await addPerson(ours, email, OTHER)
    return () => signIn(email, OTHER)
  },
  'signIn with a wrong password': async (email) => {
    await addPerson(ours, email, OTHER)
    return () => signIn(email, 'neither the one nor the other')
  },
  'signIn without an account of ours': async () => (email) => signIn(email, OTHER),
  'signIn to an account that moved there': async (email) => {
    const { userId, credentials } = await addPerson(ours, newEmail(), OTHER)
    await ask(test.url, ours.owner, UpdateAddress, { input: { id: userId, email } })
    await ask(test.url, credentials, ConfirmEmail, { input: { password: OTHER } })
    return () => signIn(email, OTHER)
  },
  passwordChange: async (email) => {
    const { credentials } = await addPerson(ours, email, OTHER)
    const input = { currentPassword: OTHER, newPassword: 'a third one, long enough' }
    return () => send(test.url, credentials, ChangePassword, { input })
  },
}

async function look(path: string, email: string) {
  const step = await PATHS[path]?.(email)
  using statements = noteStatements()
  const answer = await step?.(email)
  const { status, data, errors } = Object(answer)
  // What every run has its own of: ids, tokens, times, the address itself.
  const shown = JSON.stringify({ status, data, errors })
    .replaceAll(email, 'ADDRESS')
    .replaceAll(/"(usr-|pti_|ptr_|eyJ)[^"]*"/g, '"ID"')
    .replaceAll(/"(invitationExpiresAt|eventCursor)":"[^"]*"/g, '"$1":0')
  return { shown, statements: statements.texts.filter(isOfRequest).length }
}

/** Others run beside: the dispatcher, the audit afterwards, and credentials are remembered for some seconds. */
const isOfRequest = (text: string) =>
  /app_user|sign_in|session|refresh_token/.test(text) && !text.startsWith('WITH asked')

/** The computations that signing in takes: one for each salt among the accounts of an address. */
async function saltsAt(email: string): Promise<number> {
  const found = await test.app.database.unscoped.user.findMany({ where: { email } })
  const salts = found.flatMap(
    ({ passwordHash }) => passwordHash?.split('$').slice(0, 5).join() ?? [],
  )
  return new Set(salts).size
}

describe('whether an e-mail address exists elsewhere', () => {
  it.each(Object.keys(PATHS))('cannot be read by %s', async (path) => {
    const [taken, free] = [newEmail(), newEmail()]
    const person = await addPerson(theirs, taken, PASSWORD)
    const [there, nowhere] = [await look(path, taken), await look(path, free)]
    expect(there).toEqual(nowhere)
    expect(there.shown).not.toMatch(/in use|"code":"INTERNAL"/)
    expect(await saltsAt(taken)).toBe(1)
    // And nobody is taken over: theirs is as it was.
    const { data } = await signIn(taken, PASSWORD, theirs.organizationId)
    const { viewer } = await ask(test.url, bearer(data.signIn.accessToken), Viewer)
    expect(viewer.user?.id).toBe(person.userId)
  })

  it('is said of people of the own organization', async () => {
    const email = newEmail()
    await addPerson(ours, email, PASSWORD)
    const other = await addPerson(ours, newEmail(), PASSWORD)
    const inUse = [
      { code: 'VALIDATION', message: 'email: is in use already', path: ['input', 'email'] },
    ]
    const { userInvite } = await ask(test.url, ours.owner, InviteUser, {
      input: { email, name: 'Somebody', role: 'VIEWER' },
    })
    expect(userInvite.userErrors).toEqual(inUse)
    const { userUpdate } = await ask(test.url, ours.owner, UpdateAddress, {
      input: { id: other.userId, email },
    })
    expect(userUpdate.userErrors).toEqual(inUse)
  })
})

describe('an address of several organizations', () => {
  it('signs in to the one whose password is given', async () => {
    const email = newEmail()
    const there = await addPerson(theirs, email, PASSWORD)
    const here = await addPerson(ours, email, OTHER)
    expect((await signIn(email, PASSWORD)).data.signIn.userId).toBe(there.userId)
    expect((await signIn(email, OTHER)).data.signIn.userId).toBe(here.userId)
    expect((await signIn(email, OTHER, theirs.organizationId)).status).toBe(401)
  })

  it('with one password is asked for the organization, and only who knows the password', async () => {
    const email = newEmail()
    const there = await addPerson(theirs, email, PASSWORD)
    const here = await addPerson(ours, email, PASSWORD)
    const asked = await signIn(email, PASSWORD)
    expect(asked.status).toBe(400)
    const organizations = [theirs, ours].map(({ organizationId: id }) => ({
      id,
      name: expect.stringMatching(/^Organization /),
    }))
    expect(asked.errors).toMatchObject([
      { extensions: { code: 'ORGANIZATION_REQUIRED', organizations } },
    ])
    for (const [org, person] of [[theirs, there] as const, [ours, here] as const]) {
      const { data } = await signIn(email, PASSWORD, org.organizationId)
      expect(data.signIn.userId).toBe(person.userId)
    }
    const wrong = await signIn(email, 'a wrong password')
    expect(JSON.stringify(wrong.errors)).not.toContain('rganization')
  })

  it('lets nobody guess the password of another by signing in to their own', async () => {
    const email = newEmail()
    const there = await addPerson(theirs, email, PASSWORD)
    const here = await addPerson(ours, email, OTHER)
    // Each success gives its attempt back, and was a guess at the other's password all the same.
    for (let n = 0; n < 11; n++) expect((await signIn(email, OTHER)).status).toBe(200)
    const passwordHash = await hashPassword(PASSWORD, await hashOf(here.userId))
    await test.app.database.unscoped.user.update({
      where: { id: here.userId },
      data: { passwordHash },
    })
    // The right one at last: it shows nothing, like the wrong ones before.
    expect((await signIn(email, PASSWORD)).data.signIn.userId).toBe(here.userId)
    const named = await signIn(email, PASSWORD, theirs.organizationId)
    expect(named.data.signIn.userId).toBe(there.userId)
  })
})

async function hashOf(id: string): Promise<string | null> {
  const user = await test.app.database.unscoped.user.findUniqueOrThrow({ where: { id } })
  return user.passwordHash
}

describe('a new address of somebody with a password', () => {
  it('waits until they confirm it with the password, and can be taken back', async () => {
    const org = await addOrganization(test)
    const [before, after] = [newEmail(), newEmail()]
    const { userId, credentials } = await addPerson(org, before, PASSWORD)
    const enter = async (email: string) =>
      (await ask(test.url, org.owner, UpdateAddress, { input: { id: userId, email } })).userUpdate
    const confirm = async (password: string) =>
      (await ask(test.url, credentials, ConfirmEmail, { input: { password } })).emailConfirm
    expect((await enter(after)).user).toEqual({ email: before, pendingEmail: after })
    expect((await signIn(after, PASSWORD)).status).toBe(401)
    expect((await signIn(before, PASSWORD)).status).toBe(200)
    expect((await enter(before)).user).toEqual({ email: before, pendingEmail: null })
    expect((await confirm(PASSWORD)).userErrors).toMatchObject([{ code: 'VALIDATION' }])

    await enter(after)
    expect((await confirm('a wrong password')).userErrors).toMatchObject([
      { path: ['input', 'password'] },
    ])
    expect((await confirm(PASSWORD)).user).toEqual({ email: after, pendingEmail: null })
    expect((await signIn(before, PASSWORD)).status).toBe(401)
    expect((await signIn(after, PASSWORD)).status).toBe(200)
    const events = await readEvents(test, org.organizationId, 'user.updated')
    expect(events.map(({ data }) => data.previousAttributes)).toEqual([{ email: before }])
  })
})
