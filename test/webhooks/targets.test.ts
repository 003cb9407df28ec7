import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateEndpoint, CreateLocation } from '../harness/documents.ts'
import { startReceiver } from '../harness/receiver.ts'

const MoveEndpoint = graphql(`
  mutation MoveEndpoint($input: WebhookEndpointUpdateInput!) {
    webhookEndpointUpdate(input: $input) {
      endpoint {
        url
        headerNames
      }
      userErrors {
        code
        path
        message
      }
    }
  }
`)

const TestTarget = graphql(`
  mutation TestTarget($input: WebhookEndpointTestInput!) {
    webhookEndpointTest(input: $input) {
      attempt {
        failure
        error
      }
    }
  }
`)

const LABEL_64 = 'a'.repeat(64)
const INVISIBLE = 'must not contain spaces, control or invisible characters'
const PARTS = 'must name a host of'

const REFUSED: [string, string][] = [
  ['https://example.com/a\tb', INVISIBLE],
  ['https://example.com/a\nb', INVISIBLE],
  ['https://exa\r\nmple.com/', INVISIBLE],
  ['https://example.com/\u0001', INVISIBLE],
  ['https://example.com/\u007F', INVISIBLE],
  ['https://example.com/\u0085', INVISIBLE],
  [' https://example.com/', INVISIBLE],
  ['https://example.com/ ', INVISIBLE],
  ['https://example.com/a b', INVISIBLE],
  ['https://example.com/\u00A0', INVISIBLE],
  ['https://exam\u200Bple.com/', INVISIBLE],
  ['https://example.com/\u202Egnp', INVISIBLE],
  ['https://example.com/\u2028', INVISIBLE],
  ['\uFEFFhttps://example.com/', INVISIBLE],
  ['https://exam\u00ADple.com/', INVISIBLE],
  ['https:\\\\example.com\\hooks', 'must not contain a backslash'],
  ['https://example.com\\@127.0.0.1/', 'must not contain a backslash'],
  ['https:example.com', 'must start with https://'],
  ['https:/example.com', 'must start with https://'],
  ['example.com', 'must start with https://'],
  [`https://${LABEL_64}.example.com/`, PARTS],
  [`https://${'ü'.repeat(60)}.example.com/`, PARTS],
  [`https://${Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.')}/`, PARTS],
  ['https://-a.example.com/', PARTS],
  ['https://a-.example.com/', PARTS],
  ['https://a..example.com/', 'must name a host without empty parts'],
  ['https://.example.com/', 'must name a host without empty parts'],
  ["https://a'b.example.com/", PARTS],
  ['https://example.com./', 'must name a host without a dot at its end'],
  ['https:///path', 'must name a host'],
  ['https://user@example.com/', 'must not contain a user name'],
  ['https://user:pass@example.com/', 'must not contain a user name'],
  ['https://@example.com/', 'must not contain a user name'],
  ['https://:@example.com/', 'must not contain a user name'],
  ['https://ex%61mple.com/', 'must name its host without escapes'],
  ['https://example.com/#', 'must not contain a fragment'],
  ['https://example.com/a?b#c', 'must not contain a fragment'],
  ['https://example.com:/', 'must name a port'],
  ['https://example.com:0/', 'port 0 is not allowed'],
  ['https://example.com:22/', 'port 22 is not allowed'],
  ['https://example.com:65536/', 'must be a URL'],
  ['https://example.com:x/', 'must be a URL'],
  [`https://example.com/${'a'.repeat(2_030)}`, 'must have at most 2048 characters'],
  [`https://example.com/${'ü'.repeat(1_000)}`, 'must have at most 2048 characters'],
]

const TAKEN = [
  'https://example.com',
  'https://example.com/hooks?a=b&c=%20',
  'https://bücher.example/straße',
  `https://${'a'.repeat(63)}.example.com/`,
  'HTTPS://EXAMPLE.COM:8443/Hooks',
  'https://my_service.example.com/',
]

let test: TestApp
let org: TestOrganization
let endpointId: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  endpointId = (await create('https://example.com/first')).endpoint?.id ?? ''
})
afterAll(() => test[Symbol.asyncDispose]())

async function create(url: string) {
  const input = { url, eventTypes: ['asset.created'] }
  return (await ask(test.url, org.owner, CreateEndpoint, { input })).webhookEndpointCreate
}

async function move(
  input: { url?: string; customHeaders?: { name: string; value?: string }[] | null },
  id = endpointId,
) {
  const answer = await ask(test.url, org.owner, MoveEndpoint, { input: { id, ...input } })
  return answer.webhookEndpointUpdate
}

describe('a URL that could not be sent to as it reads is refused when it is saved', () => {
  it.each(REFUSED)('%j', async (url, sentence) => {
    const [created] = (await create(url)).userErrors
    const [moved] = (await move({ url })).userErrors
    expect(created?.message).toContain(sentence)
    expect(moved).toMatchObject({ code: 'VALIDATION', path: ['input', 'url'] })
    expect(moved?.message).toBe(created?.message)
  })

  it.each(TAKEN)('and %j is taken', async (url) => {
    expect((await create(url)).userErrors).toEqual([])
    expect((await move({ url })).userErrors).toEqual([])
  })

  it('and one that was saved under other rules is not sent to', async () => {
    const { endpoint } = await create('https://example.com/old')
    const id = endpoint?.id ?? ''
    await test.app.database.unscoped.webhookEndpoint.update({
      where: { id },
      data: { url: `https://${LABEL_64}.example.com/` },
    })
    const answer = await ask(test.url, org.owner, TestTarget, { input: { id } })
    expect(answer.webhookEndpointTest.attempt).toMatchObject({
      failure: 'guard.target',
      error: expect.stringContaining(PARTS),
    })
  })
})

describe('a new host is not told the custom headers of the old one', () => {
  it('but asked for anew, and nothing is changed until then', async () => {
    await using before = await startReceiver()
    await using after = await startReceiver()
    const { endpoint } = await ask(test.url, org.owner, CreateEndpoint, {
      input: {
        url: before.url,
        eventTypes: ['location.created'],
        customHeaders: [
          { name: 'Authorization', value: 'Bearer of the old host' },
          { name: 'X-Tenant', value: 'seven' },
        ],
      },
    }).then((answer) => answer.webhookEndpointCreate)
    const id = endpoint?.id ?? ''
    expect((await move({ url: after.url }, id)).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'customHeaders'] },
    ])
    const kept = [{ name: 'X-Tenant', value: 'eight' }, { name: 'Authorization' }]
    expect((await move({ url: after.url, customHeaders: kept }, id)).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'customHeaders', '1', 'value'] },
    ])
    // Elsewhere on the same host nothing is asked for.
    expect((await move({ url: `${before.url}/other` }, id)).endpoint?.headerNames).toHaveLength(2)
    const anew = [{ name: 'Authorization', value: 'Bearer of the new host' }]
    expect((await move({ url: after.url, customHeaders: anew }, id)).userErrors).toEqual([])
    await ask(test.url, org.owner, CreateLocation, { input: { name: 'Site', kind: 'LOCATION' } })
    const [received] = await after.waitFor(1)
    expect(received?.headers.authorization).toBe('Bearer of the new host')
    expect(received?.headers['x-tenant']).toBeUndefined()
    expect(before.received).toEqual([])
    // Or removed.
    expect((await move({ url: before.url, customHeaders: null }, id)).endpoint).toMatchObject({
      url: before.url,
      headerNames: [],
    })
  })
})
