import { Agent, request } from 'undici'
import { schema } from '../../src/schema.ts'
import { openConnection } from '../../test/harness/raw-http.ts'
import { createHostile } from '../fuzz/hostile.ts'
import { createFuzzer, faultOf } from '../fuzz/requests.ts'
import type { Machine } from './machine.ts'

const STORM_MS = 6_000
/** Between one storm and the next, on average. */
const PAUSE_MS = 3_000
const CONNECTIONS = 100
const SENDERS = 8
const ANSWER_TIMEOUT_MS = 20_000

export interface Storms {
  /** Kind → how many of them there were. */
  counts: Map<string, number>
  /** What came of the documents: status, or that there was no answer → how often. */
  answers: Map<string, number>
  /** Answers that show more than a client may see, shortened. */
  indiscreet: string[]
  stop(): Promise<void>
}

type Storm = (machine: Machine, storms: Storms) => Promise<void>

/** Cheap requests of people who have no credentials, or wrong ones, from many addresses. */
const STORMS: Record<string, Storm> = {
  'hostile documents': async (machine, storms) => {
    const agent = new Agent({ connections: SENDERS })
    const seed = Math.floor(Math.random() * 1_000_000)
    const [fuzz, hostile] = [createFuzzer(schema, seed), createHostile(schema, seed)]
    const next = () => {
      const made = Math.random() < 0.5 ? hostile() : undefined
      return made?.kind === 'http' ? made : fuzz()
    }
    const endsAt = performance.now() + STORM_MS
    const send = async () => {
      while (performance.now() < endsAt) {
        const { headers, body } = next()
        const wrong = Math.random() < 0.3 ? { 'x-api-key': `pk_${Math.random()}` } : {}
        const said = await request(`${machine.url}/graphql`, {
          dispatcher: agent,
          method: 'POST',
          headers: { ...headers, ...wrong, 'x-forwarded-for': anAddress() },
          body,
          signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        }).then(
          async (answer) => ({
            status: String(answer.statusCode),
            text: await answer.body.text().catch(() => ''),
          }),
          () => ({ status: 'none', text: '' }),
        )
        storms.answers.set(said.status, (storms.answers.get(said.status) ?? 0) + 1)
        // Without a database a 500 may be; a look inside may not.
        if (faultOf(200, said.text) === 'shows its insides') {
          storms.indiscreet.push(`${body.slice(0, 200)} → ${said.text.slice(0, 200)}`)
        }
        if (said.status === 'none') await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
    await Promise.all(Array.from({ length: SENDERS }, send))
    await agent.destroy()
  },
  'slow senders': async ({ url }) => {
    const head = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n{"query":"`
    const sockets = Array.from({ length: CONNECTIONS }, () => openConnection(url))
    let sent = 0
    const timer = setInterval(() => {
      const piece = head[sent++] ?? 'x'
      for (const socket of sockets) if (socket.writable) socket.write(piece)
    }, 40)
    await new Promise((resolve) => setTimeout(resolve, STORM_MS))
    clearInterval(timer)
    for (const socket of sockets) socket.destroy()
  },
  'connections that do not read': async ({ url }) => {
    const pages = ['/graphql', '/schema.graphql', '/nowhere']
    const asked = pages.map(
      (page) => `GET ${page} HTTP/1.1\r\nhost: a\r\naccept: text/html\r\nx-forwarded-for: `,
    )
    const sockets = Array.from({ length: CONNECTIONS }, () => {
      const socket = openConnection(url)
      socket.pause()
      for (let n = 0; n < 30; n++) socket.write(`${asked[n % asked.length]}${anAddress()}\r\n\r\n`)
      return socket
    })
    await new Promise((resolve) => setTimeout(resolve, STORM_MS))
    for (const socket of sockets) socket.destroy()
  },
}

export function startStorms(machine: Machine): Storms {
  const kinds = Object.entries(STORMS)
  const waits = new AbortController()
  const storms: Storms = {
    counts: new Map(),
    answers: new Map(),
    indiscreet: [],
    async stop() {
      waits.abort()
      await running
    },
  }
  const run = async () => {
    while (!waits.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * PAUSE_MS))
      const [name, storm] = kinds[Math.floor(Math.random() * kinds.length)] ?? []
      if (name === undefined || storm === undefined) continue
      storms.counts.set(name, (storms.counts.get(name) ?? 0) + 1)
      await storm(machine, storms)
    }
  }
  const running = run()
  return storms
}

/** One of some thousand. */
function anAddress(): string {
  return `10.1.${Math.floor(Math.random() * 16)}.${Math.floor(Math.random() * 256)}`
}
