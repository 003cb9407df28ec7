import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateEndpoint } from '../harness/documents.ts'
import { type Receiver, startReceiver } from '../harness/receiver.ts'

const SendTest = graphql(`
  mutation SendTestForEcho($input: WebhookEndpointTestInput!) {
    webhookEndpointTest(input: $input) {
      attempt {
        statusCode
        responseBody
        responseTruncated
        responseHeaders {
          name
          value
        }
      }
    }
  }
`)

const TOKEN = 'tok_9f+/"\\=&<k>7Q'
const PASSWORD = 'pa55:w0rd e'
const HEADERS = [
  { name: 'Authorization', value: `Bearer ${TOKEN}` },
  { name: 'X-Basic', value: `Basic ${Buffer.from(`svc-user:${PASSWORD}`).toString('base64')}` },
  { name: 'X-Short', value: 'Bearer abc' },
  { name: 'Cookie', value: 'session=s3ss10nV4lue; theme="dark-9999"' },
]

const escapeAll = (text: string, escape: (code: string) => string) =>
  Array.from(text, (each) => escape(each.charCodeAt(0).toString(16).padStart(2, '0'))).join('')
const html = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** What a receiver may make of a secret that it was sent. */
const FORMS: Record<string, (secret: string) => string> = {
  'as it is': (secret) => secret,
  'in quotes': (secret) => `"${secret}"`,
  'in JSON': (secret) => JSON.stringify({ got: secret }),
  'in JSON in JSON': (secret) => JSON.stringify({ got: JSON.stringify({ it: secret }) }),
  'in JSON with slashes escaped': (secret) => JSON.stringify(secret).replaceAll('/', '\\/'),
  'in unicode escapes': (secret) => escapeAll(secret, (hex) => `\\u00${hex}`),
  'in capital unicode escapes': (secret) => escapeAll(secret, (hex) => `\\u00${hex.toUpperCase()}`),
  'in hexadecimal escapes': (secret) => escapeAll(secret, (hex) => `\\x${hex}`),
  'in a URL': (secret) => `/?token=${encodeURIComponent(secret)}&more=1`,
  'in a form': (secret) => new URLSearchParams({ secret }).toString(),
  'in a URL in a URL': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'in a URL, every character': (secret) => escapeAll(secret, (hex) => `%${hex}`),
  'in HTML': (secret) => `<td>${html(secret)}</td>`,
  'in HTML in decimals': (secret) =>
    Array.from(secret, (each) => `&#${each.charCodeAt(0)};`).join(''),
  'in XML in hexadecimal': (secret) => escapeAll(secret, (hex) => `&#x${hex};`),
  'in JSON in HTML': (secret) => html(JSON.stringify(secret)),
  'in base64': base64,
  'in base64, one byte behind others': (secret) => base64(`x${secret}yz`),
  'in base64, two bytes behind others': (secret) => base64(`xy${secret}z`),
  'in base64 for URLs': (secret) => Buffer.from(`xyz${secret}`).toString('base64url'),
  'in hexadecimal': (secret) => Buffer.from(secret).toString('hex'),
  'without an end': (secret) => `cut off: ${secret.slice(0, -2)}`,
}

let test: TestApp
let org: TestOrganization
let receiver: Receiver
let endpointId: string
let signingSecret: string

beforeAll(async () => {
  test = await startTestApp()
  receiver = await startReceiver()
  org = await addOrganization(test)
  const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
    input: { url: receiver.url, eventTypes: ['asset.created'], customHeaders: HEADERS },
  })
  endpointId = webhookEndpointCreate.endpoint?.id ?? ''
  signingSecret = webhookEndpointCreate.signingSecret ?? ''
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

async function answerOf(body: string, headers: Record<string, string> = {}) {
  receiver.answer = () => ({ status: 200, headers, body })
  const { webhookEndpointTest } = await ask(test.url, org.owner, SendTest, {
    input: { id: endpointId },
  })
  expect(webhookEndpointTest.attempt?.statusCode).toBe(200)
  return webhookEndpointTest.attempt
}

describe('custom header values echoed by a receiver do not stay in the log', () => {
  it.each(Object.entries(FORMS))('%s', async (_name, form) => {
    const secrets = [
      `Bearer ${TOKEN}`,
      TOKEN,
      HEADERS[1]?.value ?? '',
      `svc-user:${PASSWORD}`,
      PASSWORD,
      's3ss10nV4lue',
      'dark-9999',
      signingSecret,
      signingSecret.replace('whsec_', ''),
    ]
    for (const secret of secrets) {
      const echoed = form(secret)
      const attempt = await answerOf(`before [${echoed}`)
      const logged = attempt?.responseBody ?? ''
      expect(logged).toMatch(/^before \[.*\(hidden\)/s)
      // Nothing is left of it.
      const pieces = Array.from({ length: echoed.length - 7 }, (_, at) => echoed.slice(at, at + 8))
      const ofForm = form('')
      expect(pieces.filter((piece) => !ofForm.includes(piece) && logged.includes(piece))).toEqual(
        [],
      )
    }
  })

  it('a short one without its scheme, where it stands alone', async () => {
    const attempt = await answerOf('{"token":"abc","alphabet":"abcdef"}')
    expect(attempt?.responseBody).toBe('{"token":"(hidden)","alphabet":"abcdef"}')
  })

  it('in headers', async () => {
    const attempt = await answerOf('', { 'x-echo': encodeURIComponent(`Bearer ${TOKEN}`) })
    const echo = attempt?.responseHeaders.find((each) => each.name === 'x-echo')
    expect(echo?.value).toBe('(hidden)')
  })

  it('across the end of what is kept of a long answer', async () => {
    const KEPT = 16_384
    for (const before of [KEPT - 30, KEPT - 10, KEPT - 2]) {
      const attempt = await answerOf(
        `${'x'.repeat(before)}${JSON.stringify(TOKEN)}${'and more'.repeat(9)}`,
      )
      const logged = attempt?.responseBody ?? ''
      expect(attempt?.responseTruncated).toBe(true)
      expect(logged.length).toBeLessThanOrEqual(KEPT)
      expect(logged).not.toContain('tok')
    }
  })

  it('and what is no secret stays as it was', async () => {
    const body = '{"ok":true,"note":"100% \\u00e9t\\u00e9 &amp; more, Bearer or Basic"}'
    expect((await answerOf(body))?.responseBody).toBe(body)
  })
})
