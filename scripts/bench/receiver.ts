import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// A webhook receiver in a process of its own, so that its work is not the sender's. Tells its parent
// how much has arrived, and on request when each record's event arrived (ms since the epoch).
const SLOW_MS = Number(process.argv[2] ?? 0)
const REPORT_EVERY_MS = 20

/** Told apart by path: /slow… answers late, /hang… never, /fail… with 500 and uncounted, everything else at once. */
const arrivals = new Map<string, number>()
let count = 0

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const url = request.url ?? ''
    if (!url.startsWith('/fail')) count++
    if (request.headers['x-bench-track'] === 'yes') {
      const subject = /"object":\{"id":"([^"]+)"/.exec(
        Buffer.concat(chunks).toString('latin1'),
      )?.[1]
      if (subject !== undefined && !arrivals.has(subject)) {
        arrivals.set(subject, performance.timeOrigin + performance.now())
      }
    }
    if (url.startsWith('/hang')) return
    if (url.startsWith('/slow')) setTimeout(() => response.writeHead(200).end(), SLOW_MS)
    else if (url.startsWith('/fail')) response.writeHead(500).end()
    else response.writeHead(200).end()
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  process.send?.({ kind: 'ready', port: (server.address() as AddressInfo).port })
})

let reported = -1
setInterval(() => {
  if (reported === count) return
  reported = count
  process.send?.({ kind: 'count', count })
}, REPORT_EVERY_MS)

process.on('message', (message: string) => {
  if (message === 'arrivals') process.send?.({ kind: 'arrivals', arrivals: [...arrivals] })
  if (message === 'count') process.send?.({ kind: 'count', count })
  if (message === 'reset') {
    count = 0
    arrivals.clear()
  }
})
process.on('disconnect', () => process.exit(0))
