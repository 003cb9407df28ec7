import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHiding } from '../../src/delivery/attempt/hide-echoed.ts'
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

/** As long as to put a line break into what follows; a multiple of three, so that base64 begins anew. */
const PREFIX = '-'.repeat(45)
const wrap = (text: string, by: string, letters = 76) =>
  text.match(new RegExp(`.{1,${letters}}`, 'g'))?.join(by) ?? ''

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
  'in base64, wrapped at 76 letters': (secret) => wrap(base64(PREFIX + secret), '\n'),
  'in base64, wrapped as in a mail': (secret) => wrap(base64(PREFIX + secret), '\r\n'),
  'in base64, wrapped at 20 letters, in JSON': (secret) =>
    JSON.stringify({ got: wrap(base64(`xyz${secret}`), '\r\n', 20) }),
  'in base64 for URLs, wrapped': (secret) =>
    wrap(Buffer.from(PREFIX + secret).toString('base64url'), '\n', 20),
  'in base64 in a form': (secret) => new URLSearchParams({ it: base64(secret) }).toString(),
  'in hexadecimal, capitals': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'in hexadecimal with colons': (secret) =>
    Buffer.from(secret).toString('hex').match(/../g)?.join(':') ?? '',
  'in hexadecimal, wrapped': (secret) => wrap(Buffer.from(secret).toString('hex'), '\n', 16),
  'in capitals': (secret) => secret.toUpperCase(),
  'in small letters': (secret) => secret.toLowerCase(),
  'in capitals in JSON': (secret) => JSON.stringify({ got: secret.toUpperCase() }),
  'in capitals in base64': (secret) => base64(secret.toUpperCase()),
  'in base64 in small letters': (secret) => base64(secret).toLowerCase(),
  'in small letters in hexadecimal': (secret) => Buffer.from(secret.toLowerCase()).toString('hex'),
  wrapped: (secret) => wrap(secret, '\n', 5),
  'without an end': (secret) => `cut off: ${secret.slice(0, -2)}`,
}

const exchangeOf = (body: string) => ({
  answer: {
    statusCode: 200,
    headers: '',
    retryAfter: undefined,
    body,
    truncated: false,
  },
  error: undefined,
  remoteAddress: undefined,
  dnsMs: undefined,
  connectMs: undefined,
  tlsMs: undefined,
  firstByteMs: undefined,
  totalMs: 0,
})

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

  it('in up to twenty layers of escapes, in any order', async () => {
    const layers = [
      (text: string) => JSON.stringify(text).slice(1, -1),
      html,
      encodeURIComponent,
      (text: string) => text.replaceAll('&', '&#38;').replaceAll('%', '&#x25;'),
      (text: string) => text.replaceAll('\\', '\\u005c').replaceAll('%', '%25'),
    ]
    // A small generator with a seed: the same orders each time.
    let seed = 7
    const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
    const secrets = [`Bearer ${TOKEN}`, TOKEN, PASSWORD, 's3ss10nV4lue']
    for (const depth of [5, 6, 8, 12, 20]) {
      const order = Array.from({ length: depth }, () => next(layers.length))
      for (const secret of secrets) {
        // The characters that have to be escaped double each time.
        const echoed = order.reduce(
          (text, nth) => (text.length > 4_000 ? text : (layers[nth]?.(text) ?? text)),
          escapeAll(secret, (hex) => `%${hex}`),
        )
        const logged = (await answerOf(`before [${echoed}] behind`))?.responseBody
        expect(logged, `${order.join()}: ${secret}`).toBe('before [(hidden)] behind')
      }
    }
  })

  it('in time linear in the answer, whatever it is made of', () => {
    const hide = createHiding([
      ...HEADERS.map((each) => each.value),
      ...Array.from({ length: 20 }, (_, n) => `Bearer secret-of-number-${n}`),
    ])
    const KEPT = 32_768
    const hostile = [
      '\\',
      '%25',
      '%',
      '&#',
      '&#x0',
      '&amp;',
      '&amp',
      '&#37;',
      '\\u{',
      '\\u005c',
      '26%',
    ]
    for (const piece of hostile) {
      const body = piece.repeat(KEPT / piece.length)
      const began = process.cpuUsage()
      hide(exchangeOf(body))
      const { user } = process.cpuUsage(began)
      // Some 30 ms on a quiet machine.
      expect(user / 1_000, piece).toBeLessThan(1_000)
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
