import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { fromStoredText, toStoredText } from '../../src/graphql/commands/stored-answer.ts'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateLocation } from '../harness/documents.ts'
import { CreateApiKey } from '../harness/identity-documents.ts'

const CreateOnce = graphql(`
  mutation CreateOnce($input: LocationCreateInput!, $key: String!) {
    locationCreate(input: $input) @idempotent(key: $key) {
      location {
        id
        name
        created
      }
      eventCursor
      userErrors {
        code
        message
      }
    }
  }
`)

let test: TestApp
let org: TestOrganization
beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

const site = (name: string) => ({ name, kind: 'LOCATION' as const })
const count = (name: string) =>
  test.app.database.unscoped.location.count({
    where: { organizationId: org.organizationId, name },
  })

describe('a mutation with an idempotency key', () => {
  it('answers what the first one answered and changes nothing', async () => {
    const variables = { input: site('Once'), key: 'once' }
    const first = await ask(test.url, org.owner, CreateOnce, variables)
    const second = await ask(test.url, org.owner, CreateOnce, variables)
    expect(second).toEqual(first)
    expect(first.locationCreate.location?.id).toMatch(/^loc-/)
    expect(await count('Once')).toBe(1)
  })

  it('is refused with another input', async () => {
    await ask(test.url, org.owner, CreateOnce, { input: site('One'), key: 'other input' })
    const second = await ask(test.url, org.owner, CreateOnce, {
      input: site('Two'),
      key: 'other input',
    })
    expect(second.locationCreate.userErrors).toMatchObject([{ code: 'IDEMPOTENCY' }])
    expect(await count('Two')).toBe(0)
  })

  it('runs once however many are sent at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        ask(test.url, org.owner, CreateOnce, { input: site('Racing'), key: 'race' }),
      ),
    )
    expect(await count('Racing')).toBe(1)
    const ids = new Set(answers.flatMap((answer) => answer.locationCreate.location?.id ?? []))
    expect(ids.size).toBe(1)
    for (const { locationCreate } of answers) {
      if (locationCreate.location !== null) continue
      expect(locationCreate.userErrors).toMatchObject([
        { code: 'IDEMPOTENCY', message: 'The first request with this idempotency key still runs' },
      ])
    }
  })

  it('may be sent with the header as well', async () => {
    const credentials = { ...org.owner, 'Idempotency-Key': 'by header' } as never
    const variables = { input: site('By header') }
    const first = await ask(test.url, credentials, CreateLocation, variables)
    const second = await ask(test.url, credentials, CreateLocation, variables)
    expect(second).toEqual(first)
    expect(await count('By header')).toBe(1)
  })

  it('is not remembered when it was refused', async () => {
    const input = { ...site(''), parentId: null }
    const first = await ask(test.url, org.owner, CreateOnce, { input, key: 'mended' })
    expect(first.locationCreate.userErrors).toMatchObject([{ code: 'VALIDATION' }])
    const mended = await ask(test.url, org.owner, CreateOnce, {
      input: site('Mended'),
      key: 'mended',
    })
    expect(mended.locationCreate.userErrors).toEqual([])
  })

  it('belongs to its caller', async () => {
    const variables = { input: site('Mine'), key: 'mine' }
    await ask(test.url, org.owner, CreateOnce, variables)
    const key = await org.addApiKey(['locations:write'])
    await ask(test.url, key, CreateOnce, variables)
    expect(await count('Mine')).toBe(2)
  })

  it('is new again after 24 hours', async () => {
    const variables = { input: site('Daily'), key: 'daily' }
    await ask(test.url, org.owner, CreateOnce, variables)
    await test.app.database.pool.query(
      `UPDATE idempotency_record SET created = created - interval '24 h 1 s' WHERE key = 'daily'`,
    )
    await ask(test.url, org.owner, CreateOnce, variables)
    expect(await count('Daily')).toBe(2)
  })

  it('keeps a secret answer sealed, and answers it again', async () => {
    const credentials = { ...org.owner, 'Idempotency-Key': 'secret' } as never
    const input = { name: 'Sealed', scopes: ['users:read'] }
    const first = await ask(test.url, credentials, CreateApiKey, { input })
    const second = await ask(test.url, credentials, CreateApiKey, { input })
    expect(second.apiKeyCreate.key).toBe(first.apiKeyCreate.key)
    const rows = await test.app.database.pool.query(
      `SELECT encode(answer, 'escape') AS text FROM idempotency_record`,
    )
    expect(JSON.stringify(rows.rows)).not.toContain(first.apiKeyCreate.key)
  })

  it.each([
    ['on a query', 'query { viewer @idempotent(key: "x") { role } }'],
    ['below a mutation', 'mutation { signOut(input: {}) { endedSessions @idempotent(key: "x") } }'],
    [
      'on a sign-in',
      'mutation { signIn(input: { email: "a", password: "b" }) @idempotent(key: "x") { userId } }',
    ],
  ])('cannot be asked for %s', async (_name, query) => {
    const refused = await send(test.url, org.owner, query)
    expect(refused.status).toBe(400)
    expect(refused.errors[0]?.message).toContain('@idempotent belongs')
  })
})

describe('stored answers', () => {
  it('come back as they were', () => {
    const value = {
      text: 'é\u0000"$"',
      none: null,
      missing: undefined,
      big: 2n ** 70n,
      at: new Date(0),
      amount: new Prisma.Decimal('1.250'),
      bytes: new Uint8Array([0, 255]),
      list: [{ at: new Date(1) }, 1n],
    }
    expect(fromStoredText(toStoredText(value))).toEqual(value)
  })
})
