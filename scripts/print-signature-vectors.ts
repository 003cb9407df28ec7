import { createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

// Writes test/fixtures/signature-vectors.json: requests and whether a receiver must take them, for
// verifiers in any language. Signed here by hand, as docs/verify-signatures.md says, and not by the
// product's own code.
const NOW = 1_790_000_000
const OLD = `whsec_${Buffer.from('the older secret of it, 32 bytes').toString('base64')}`
const NEW = `whsec_${Buffer.from('the newer secret of it, 32 bytes').toString('base64')}`
const ID = 'evt_1k5x8r2qd9c7m3v6t0wz4h'

interface Vector {
  name: string
  /** Base64 */
  body: string
  headers: Record<string, string>
  secrets: string[]
  now: number
  /** Null where it must be taken */
  reason: string | null
  /** A verifier that looks closer may say this instead */
  closer?: string
}

const event = (extra: object = {}) =>
  JSON.stringify({ id: ID, type: 'asset.updated', data: { object: { id: 'ast-1', ...extra } } })

const hex = (secret: string, time: string, body: Buffer) =>
  createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')
const base64 = (secret: string, id: string, time: string, body: Buffer) =>
  createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${time}.`)
    .update(body)
    .digest('base64')

interface Sent {
  body?: string | Buffer
  by?: string[]
  time?: string
}

function signed({ body = event(), by = [NEW], time = String(NOW) }: Sent): Record<string, string> {
  const bytes = Buffer.from(body)
  return {
    'x-infodeck-signature': `t=${time},${by.map((secret) => `v1=${hex(secret, time, bytes)}`).join(',')}`,
    'webhook-id': ID,
    'webhook-timestamp': time,
    'webhook-signature': by.map((secret) => `v1,${base64(secret, ID, time, bytes)}`).join(' '),
  }
}

const infodeckOf = (sent: Sent = {}) => {
  const { 'x-infodeck-signature': value = '' } = signed(sent)
  return { 'x-infodeck-signature': value }
}
const standardOf = (sent: Sent = {}) => {
  const { 'x-infodeck-signature': _, ...rest } = signed(sent)
  return rest
}

const vectors: Vector[] = []
function add(
  name: string,
  headers: Record<string, string>,
  reason: string | null = null,
  more: { body?: string | Buffer; secrets?: string[]; closer?: string } = {},
): void {
  const { body = event(), secrets = [NEW], ...rest } = more
  const bytes = Buffer.from(body).toString('base64')
  vectors.push({ name, body: bytes, headers, secrets, now: NOW, reason, ...rest })
}

add('both signatures', signed({}))
add('x-infodeck-signature alone', infodeckOf())
add('the three webhook-* headers alone', standardOf())
add(
  'names of headers in capitals',
  Object.fromEntries(Object.entries(signed({})).map(([k, v]) => [k.toUpperCase(), v])),
)
add('names of headers as HTTP/1.1 often writes them', {
  'X-Infodeck-Signature': signed({})['x-infodeck-signature'] ?? '',
})
add('two secrets, both known', signed({ by: [OLD, NEW] }), null, { secrets: [OLD, NEW] })
add('two secrets, only the newer known', signed({ by: [OLD, NEW] }))
add('two secrets, only the older known', signed({ by: [OLD, NEW] }), null, { secrets: [OLD] })
add('one secret, two known', signed({ by: [OLD] }), null, { secrets: [NEW, OLD] })
add('two signatures, Standard Webhooks alone', standardOf({ by: [OLD, NEW] }))
add('a signature of another version beside', {
  'x-infodeck-signature': `${infodeckOf()['x-infodeck-signature']},v2=00ff`,
})
add('a signature of another version beside, Standard Webhooks', {
  ...standardOf(),
  'webhook-signature': `v1a,AAAA ${standardOf()['webhook-signature']}`,
})
add('spaces behind the commas', {
  'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].replaceAll(',', ', '),
})
add('hexadecimal in capitals', {
  'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].replace(
    /v1=(.*)/,
    (_, hexes: string) => `v1=${hexes.toUpperCase()}`,
  ),
})
add('one of the two schemes is wrong', {
  ...signed({}),
  'x-infodeck-signature': `t=${NOW},v1=${'0'.repeat(64)}`,
})
add('a time 300 seconds ago', signed({ time: String(NOW - 300) }))
add('a time 300 seconds ahead', signed({ time: String(NOW + 300) }))
add('letters of many scripts', signed({ body: event({ name: 'Käse नमस्ते 🏢 \u2028' }) }), null, {
  body: event({ name: 'Käse नमस्ते 🏢 \u2028' }),
})
add('a line end in a value', signed({ body: event({ note: 'one\r\ntwo' }) }), null, {
  body: event({ note: 'one\r\ntwo' }),
})
const large = event({ note: 'x'.repeat(70_000) })
add('a body of 70 kB', signed({ body: large }), null, { body: large })

add('a time 301 seconds ago', signed({ time: String(NOW - 301) }), 'time-off')
add('a time 301 seconds ahead', signed({ time: String(NOW + 301) }), 'time-off')
add('the secret of another endpoint', signed({ by: [OLD] }), 'signature-wrong')
add('a changed byte', signed({}), 'signature-wrong', { body: event().replace('ast-1', 'ast-2') })
add('a body that was cut', signed({}), 'signature-wrong', { body: event().slice(0, -1) })
add('no body', signed({}), 'signature-wrong', { body: '' })
add('a body that was parsed and printed again', signed({}), 'signature-wrong', {
  body: JSON.stringify(JSON.parse(event()), null, 2),
  closer: 'body-changed',
})
add('a body as Python prints it', signed({}), 'signature-wrong', {
  body: event().replaceAll(':', ': ').replaceAll(',', ', '),
  closer: 'body-changed',
})
add('a byte order mark before the body', signed({}), 'signature-wrong', {
  body: `\uFEFF${event()}`,
  closer: 'body-changed',
})
add('a line end behind the body', signed({}), 'signature-wrong', {
  body: `${event()}\r\n`,
  closer: 'body-changed',
})
add('a body in UTF-16', signed({}), 'signature-wrong', { body: Buffer.from(event(), 'utf16le') })
add('another id', { ...standardOf(), 'webhook-id': 'evt_another' }, 'signature-wrong')
add(
  'a time that was moved',
  { ...standardOf(), 'webhook-timestamp': String(NOW + 1) },
  'signature-wrong',
)
add(
  'a time that was moved, x-infodeck-signature',
  {
    'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].replace(
      String(NOW),
      String(NOW + 1),
    ),
  },
  'signature-wrong',
)
add(
  'a signature that was cut',
  { 'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].slice(0, -2) },
  'signature-wrong',
)
add(
  'half a hexadecimal digit',
  { 'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].slice(0, -1) },
  'signature-wrong',
)
add(
  'letters that are no base64',
  { ...standardOf(), 'webhook-signature': 'v1,%%%%' },
  'signature-wrong',
)
add(
  'signatures of another version alone',
  { 'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].replace('v1=', 'v0=') },
  'header-malformed',
)
add('no headers', {}, 'header-missing')
add('an empty header', { 'x-infodeck-signature': '' }, 'header-missing')
add(
  'no time',
  { 'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].replace(/^t=\d+,/, '') },
  'header-malformed',
)
add(
  'a time that is no number',
  { 'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].replace(String(NOW), 'now') },
  'header-malformed',
)
add(
  'a negative time',
  { 'x-infodeck-signature': infodeckOf()['x-infodeck-signature'].replace('t=', 't=-') },
  'header-malformed',
)
add(
  'Standard Webhooks without its id',
  {
    'webhook-signature': standardOf()['webhook-signature'] ?? '',
    'webhook-timestamp': String(NOW),
  },
  'header-missing',
)
add(
  'Standard Webhooks without its time',
  { 'webhook-signature': standardOf()['webhook-signature'] ?? '', 'webhook-id': ID },
  'header-missing',
)
add('a secret without its prefix', signed({}), 'secret-malformed', {
  secrets: [NEW.slice('whsec_'.length)],
})
add('no secret', signed({}), 'secret-malformed', { secrets: [] })
add('signed, and empty', signed({ body: '' }), 'not-an-event', { body: '' })
add('signed, and no JSON', signed({ body: 'hello' }), 'not-an-event', { body: 'hello' })
add('signed, and no event', signed({ body: '[1]' }), 'not-an-event', { body: '[1]' })

const file = path.resolve(import.meta.dirname, '../test/fixtures/signature-vectors.json')
await writeFile(file, `${JSON.stringify(vectors, null, 2)}\n`)
console.log(`${vectors.length} vectors`)
