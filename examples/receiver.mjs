// A webhook receiver in one file, without packages: node examples/receiver.mjs [port]
// Set SIGNING_SECRET=whsec_… (shown once when the endpoint is created) to have every delivery verified.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const secret = process.env.SIGNING_SECRET
const port = Number(process.argv[2] ?? 4100)
const seen = new Set()

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    // The signature covers the bytes as they came: verify before parsing.
    const body = Buffer.concat(chunks)
    const verdict = secret === undefined ? 'not checked' : verify(request.headers, body)
    if (verdict === 'WRONG') {
      response.writeHead(401).end()
    } else {
      response.writeHead(200).end()
    }
    const event = JSON.parse(body.toString('utf8'))
    const repeat = seen.has(event.id) ? ' (repeat)' : ''
    seen.add(event.id)
    console.log(
      `#${request.headers['webhook-sequence'] ?? '-'} ${event.type} ${event.data.object.id ?? ''} signature ${verdict}${repeat}`,
    )
  })
})
server.listen(port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}/hooks`))

function verify(headers, body) {
  const [time, ...signatures] = String(headers['x-infodeck-signature']).split(',')
  const timestamp = time.replace('t=', '')
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  // During a rotation there are two signatures: one of them must fit.
  const fits = signatures.some(
    (part) =>
      part.length === expected.length + 3 &&
      timingSafeEqual(Buffer.from(part.slice(3)), Buffer.from(expected)),
  )
  return isFresh && fits ? 'ok' : 'WRONG'
}
