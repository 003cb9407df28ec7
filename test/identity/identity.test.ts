import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import { addOrganization, ask, send, startTestApp, type TestApp } from '../harness/app.ts'

const SignIn = graphql(`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      accessToken
      expiresAt
      userId
    }
  }
`)

const WhoAmI = graphql(`
  query WhoAmI {
    viewer {
      user {
        id
        email
      }
      apiKeyId
      organization {
        id
        plan
      }
      role
      permissions
    }
  }
`)

const WhoAmIBriefly = graphql(`
  query WhoAmIBriefly {
    viewer {
      apiKeyId
      organization {
        id
      }
    }
  }
`)

const CreateKey = graphql(`
  mutation CreateKey($input: ApiKeyCreateInput!) {
    apiKeyCreate(input: $input) {
      key
      apiKey {
        id
        lastFour
        scopes
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const RevokeKey = graphql(`
  mutation RevokeKey($input: ApiKeyRevokeInput!) {
    apiKeyRevoke(input: $input) {
      apiKey {
        revokedAt
      }
      userErrors {
        code
      }
    }
  }
`)

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

describe('signing in', () => {
  it('exchanges address and password for a token that works', async () => {
    const org = await addOrganization(test)
    const owner = await ask(test.url, org.owner, WhoAmI)
    const email = owner.viewer.user?.email ?? ''
    const { signIn } = await ask(test.url, {}, SignIn, {
      input: { email: email.toUpperCase(), password: `password of ${email.slice(6, 14)}` },
    })
    const viewer = await ask(test.url, { Authorization: `Bearer ${signIn.accessToken}` }, WhoAmI)
    expect(viewer.viewer).toMatchObject({
      user: { id: org.ownerId },
      apiKeyId: null,
      organization: { id: org.organizationId, plan: 'PROFESSIONAL' },
      role: 'OWNER',
    })
    expect(viewer.viewer.permissions).toContain('webhooks:manage')
  })

  it('says the same for a wrong password and an unknown address', async () => {
    const org = await addOrganization(test)
    const email = (await ask(test.url, org.owner, WhoAmI)).viewer.user?.email ?? ''
    for (const input of [
      { email, password: 'wrong' },
      { email: 'nobody@example.com', password: 'wrong' },
    ]) {
      const refused = await send(test.url, {}, SignIn, { input })
      expect(refused.status).toBe(401)
      expect(refused.errors).toMatchObject([
        { message: 'Wrong e-mail address or password', extensions: { code: 'UNAUTHENTICATED' } },
      ])
    }
  })
})

describe('credentials', () => {
  it.each([
    ['a key of the wrong form', { 'X-Api-Key': 'idt_live_short' }, 'Invalid API key'],
    ['an unknown key', { 'X-Api-Key': `idt_live_${'a'.repeat(32)}` }, 'Invalid API key'],
    [
      'a forged token',
      { Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
      'Invalid or expired token',
    ],
    ['no token at all', { Authorization: 'Bearer' }, 'Invalid or expired token'],
  ])('%s is refused with 401', async (_name, credentials, message) => {
    const refused = await send(test.url, credentials as never, WhoAmI)
    expect(refused.status).toBe(401)
    expect(refused.errors).toMatchObject([{ message, extensions: { code: 'UNAUTHENTICATED' } }])
  })

  it('without any, only signing in is possible', async () => {
    const refused = await send(test.url, {}, WhoAmI)
    expect(refused.status).toBe(401)
    expect(refused.errors[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })
})

describe('API keys', () => {
  it('have the documented form, work at once, and end at once', async () => {
    const org = await addOrganization(test)
    const { apiKeyCreate } = await ask(test.url, org.owner, CreateKey, {
      input: { name: 'ERP', scopes: ['work-orders:read'] },
    })
    const key = apiKeyCreate.key ?? ''
    expect(key).toMatch(/^idt_live_[A-Za-z0-9]{32}$/)
    expect(apiKeyCreate.apiKey).toMatchObject({
      lastFour: key.slice(-4),
      scopes: ['work-orders:read'],
    })
    const used = await ask(test.url, { 'X-Api-Key': key }, WhoAmIBriefly)
    expect(used.viewer.apiKeyId).toBe(apiKeyCreate.apiKey?.id)
    await ask(test.url, org.owner, RevokeKey, { input: { id: apiKeyCreate.apiKey?.id ?? '' } })
    expect((await send(test.url, { 'X-Api-Key': key }, WhoAmIBriefly)).status).toBe(401)
  })

  it('are stored only as a hash', async () => {
    const org = await addOrganization(test)
    const { apiKeyCreate } = await ask(test.url, org.owner, CreateKey, {
      input: { name: 'ERP', scopes: ['work-orders:read'] },
    })
    const rows = await test.app.database.pool.query('SELECT api_key::text AS text FROM api_key')
    expect(rows.rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows.rows)).not.toContain(apiKeyCreate.key)
  })

  it('an unknown scope is refused', async () => {
    const org = await addOrganization(test)
    const { apiKeyCreate } = await ask(test.url, org.owner, CreateKey, {
      input: { name: 'ERP', scopes: ['everything:write'] },
    })
    expect(apiKeyCreate.userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'scopes', '0'] },
    ])
  })

  it('a key cannot make keys', async () => {
    const org = await addOrganization(test)
    const key = await org.addApiKey(['work-orders:write'])
    const refused = await send(test.url, key, CreateKey, {
      input: { name: 'X', scopes: ['users:read'] },
    })
    expect(refused.status).toBe(403)
  })

  it('need a plan with API access', async () => {
    const org = await addOrganization(test, 'BASIC')
    const key = await org.addApiKey(['work-orders:read'])
    const refused = await send(test.url, key, WhoAmIBriefly)
    expect(refused.status).toBe(403)
    expect(refused.errors).toMatchObject([
      { message: 'API access requires Professional plan', extensions: { code: 'PLAN_REQUIRED' } },
    ])
  })
})
