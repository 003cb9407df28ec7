import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { effectiveScopes } from '../../src/identity/sessions/identify.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { addOrganization, ask, send, startTestApp, type TestApp } from '../harness/app.ts'
import { CreateApiKey, RevokeApiKey, RotateApiKey, Viewer } from '../harness/identity-documents.ts'

const ListKeys = graphql(`
  query ListKeys {
    apiKeys(first: 10) {
      nodes {
        id
        lastFour
        lastUsedAt
        lastUsedFrom
        revokedAt
        integration {
          id
        }
      }
    }
    integrations(first: 10) {
      nodes {
        id
        name
        scopes
        apiKeys {
          totalCount
        }
      }
    }
  }
`)

const CreateIntegration = graphql(`
  mutation CreateIntegration($input: IntegrationCreateInput!) {
    integrationCreate(input: $input) {
      integration {
        id
        version
      }
      userErrors {
        message
      }
    }
  }
`)

const UpdateIntegration = graphql(`
  mutation UpdateIntegration($input: IntegrationUpdateInput!) {
    integrationUpdate(input: $input) {
      integration {
        version
        scopes
      }
      userErrors {
        code
      }
    }
  }
`)

const DeleteIntegration = graphql(`
  mutation DeleteIntegration($input: IntegrationDeleteInput!) {
    integrationDelete(input: $input) {
      deletedId
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

const statusOf = async (key: string) => (await send(test.url, { 'X-Api-Key': key }, Viewer)).status

async function create(org: { owner: object }, input: object = {}) {
  const { apiKeyCreate } = await ask(test.url, org.owner as never, CreateApiKey, {
    input: { name: 'ERP', scopes: ['work-orders:read'], ...input },
  })
  return {
    key: apiKeyCreate.key ?? '',
    id: apiKeyCreate.apiKey?.id ?? '',
    userErrors: apiKeyCreate.userErrors,
  }
}

describe('API keys', () => {
  it('end at the moment that was set', async () => {
    const org = await addOrganization(test)
    const past = await create(org, { expiresAt: new Date(Date.now() - 1_000).toISOString() })
    expect(past.userErrors).toMatchObject([{ path: ['input', 'expiresAt'] }])
    const ends = Date.now() + 4_000
    const { key } = await create(org, { expiresAt: new Date(ends).toISOString() })
    expect(await statusOf(key)).toBe(200)
    await expect.poll(() => statusOf(key), { timeout: 15_000 }).toBe(401)
    // Both clocks are this machine's; PostgreSQL's may be read a moment earlier.
    expect(Date.now()).toBeGreaterThanOrEqual(ends - 100)
  })

  it('say when and from where they were last used', async () => {
    const org = await addOrganization(test)
    const { key, id } = await create(org)
    expect((await ask(test.url, org.owner, ListKeys)).apiKeys.nodes[0]?.lastUsedAt).toBeNull()
    await statusOf(key)
    const { apiKeys } = await ask(test.url, org.owner, ListKeys)
    expect(apiKeys.nodes[0]).toMatchObject({
      id,
      lastFour: key.slice(-4),
      lastUsedAt: expect.any(String),
      lastUsedFrom: expect.stringContaining('127.0.0.1'),
    })
  })

  it('are rotated: the new text works at once, the old one through its grace', async () => {
    const org = await addOrganization(test)
    const { key: first, id } = await create(org)
    const { apiKeyRotate } = await ask(test.url, org.owner, RotateApiKey, {
      input: { id, graceSeconds: 60 },
    })
    const second = apiKeyRotate.key ?? ''
    expect(await statusOf(first)).toBe(200)
    expect(await statusOf(second)).toBe(200)
    const again = await ask(test.url, org.owner, RotateApiKey, { input: { id } })
    expect(await statusOf(first)).toBe(401)
    expect(await statusOf(second)).toBe(401)
    expect(await statusOf(again.apiKeyRotate.key ?? '')).toBe(200)
    await ask(test.url, org.owner, RevokeApiKey, { input: { id } })
    expect(await statusOf(again.apiKeyRotate.key ?? '')).toBe(401)
    const ended = await ask(test.url, org.owner, RotateApiKey, { input: { id } })
    expect(ended.apiKeyRotate.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
  })

  it("another organization's key is answered like one that does not exist", async () => {
    const [mine, other] = [await addOrganization(test), await addOrganization(test)]
    const { id } = await create(other)
    const { apiKeyRotate } = await ask(test.url, mine.owner, RotateApiKey, { input: { id } })
    expect(apiKeyRotate.userErrors).toMatchObject([
      { code: 'NOT_FOUND', message: `API key ${id} was not found` },
    ])
  })
})

describe('integrations', () => {
  it('bound what their keys may do, at once', async () => {
    const org = await addOrganization(test)
    const { integrationCreate } = await ask(test.url, org.owner, CreateIntegration, {
      input: { name: 'ERP', scopes: ['work-orders:write', 'assets:read'] },
    })
    const id = integrationCreate.integration?.id ?? ''
    const { key } = await create(org, {
      integrationId: id,
      scopes: ['work-orders:read', 'assets:write', 'users:read'],
    })
    const permissions = async () =>
      (await ask(test.url, { 'X-Api-Key': key }, Viewer)).viewer.permissions.toSorted()
    expect(await permissions()).toEqual(['assets:read', 'work-orders:read'])
    await ask(test.url, org.owner, UpdateIntegration, { input: { id, scopes: ['assets:read'] } })
    expect(await permissions()).toEqual(['assets:read'])
    const { integrations } = await ask(test.url, org.owner, ListKeys)
    expect(integrations.nodes).toMatchObject([{ id, apiKeys: { totalCount: 1 } }])
    const removed = await ask(test.url, org.owner, DeleteIntegration, { input: { id } })
    expect(removed.integrationDelete.deletedId).toBe(id)
    expect(await statusOf(key)).toBe(401)
  })

  it.each([
    [['a:write'], null, ['a:write']],
    [['a:write'], ['a:read'], ['a:read']],
    [['a:read'], ['a:write'], ['a:read']],
    [['a:read', 'b:write'], ['b:write'], ['b:write', 'b:read']],
    [['a:read'], [], []],
  ])('a key with %j of an integration with %j holds %j', (own, of, held) => {
    expect([...effectiveScopes(own, of)]).toEqual(held)
  })
})
