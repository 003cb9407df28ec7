// A webhook receiver in one file, without packages: node examples/receiver.mjs [port]
// Set SIGNING_SECRET=whsec_… (shown once when the endpoint is created) to have every delivery verified.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const secret = process.env.SIGNING_SECRET
const port = Number(process.argv[2] ?? 4100)
/** Anybody may send anything here: no body is longer, and no more ids are remembered. */
const MAX_BODY_BYTES = 10_000_000
const MAX_SEEN = 100_000
const seen = new Set()

const server = createServer((request, response) => {
  if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end()
  const chunks = []
  let bytes = 0
  request.on('data', (chunk) => {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
    else if (!response.headersSent) response.writeHead(413, { connection: 'close' }).end()
  })
  request.on('error', () => response.destroy())
  request.on('end', () => {
    if (bytes > MAX_BODY_BYTES) return
    // The signature covers the bytes as they came: verify before parsing.
    const body = Buffer.concat(chunks)
    const verdict = secret === undefined ? 'not checked' : verify(request.headers, body)
    if (verdict === 'WRONG') {
      console.log('refused: the signature is wrong')
      return void response.writeHead(401).end()
    }
    const event = parse(body)
    if (event === undefined) {
      console.log('refused: not an event')
      return void response.writeHead(400).end()
    }
    response.writeHead(200).end()
    const repeat = seen.has(event.id) ? ' (repeat)' : ''
    seen.add(event.id)
    if (seen.size > MAX_SEEN) seen.delete(seen.values().next().value)
    console.log(
      `#${request.headers['webhook-sequence'] ?? '-'} ${event.type} ${event.data?.object?.id ?? ''} signature ${verdict}${repeat}`,
    )
  })
})
server.listen(port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}/hooks`))

/** The event in a body; undefined when it is none. */
function parse(body) {
  try {
    const event = JSON.parse(body.toString('utf8'))
    return typeof event?.id === 'string' && typeof event.type === 'string' ? event : undefined
  } catch {
    return undefined
  }
}

function verify(headers, body) {
  const [time, ...signatures] = String(headers['x-infodeck-signature']).split(',')
  const timestamp = time.replace('t=', '')
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300
  const expected = Buffer.from(
    createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex'),
  )
  // During a rotation there are two signatures: one of them must fit.
  const fits = signatures.some((part) => {
    const given = Buffer.from(part.slice(3))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return isFresh && fits ? 'ok' : 'WRONG'
}
