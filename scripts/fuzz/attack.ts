import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import { Pool } from 'undici'
import { WebSocket } from 'ws'
import type { Hostile } from './hostile.ts'
import { faultOf } from './requests.ts'
import type { Said } from './server.ts'

export interface Attacked extends AsyncDisposable {
  url: string
  /** For how long its main thread has worked so far. */
  cpuMs(): Promise<number>
}

/** A server in a process of its own. */
export async function startAttacked(env: Record<string, string>): Promise<Attacked> {
  const child = fork(path.join(import.meta.dirname, 'server.ts'), {
    execArgv: [],
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      REQUESTS_PER_MINUTE: '30000',
      TRUSTED_PROXIES: '127.0.0.0/8',
      ...env,
    },
  })
  const started = await hear(child)
  return {
    url: 'url' in started ? started.url : '',
    async cpuMs() {
      const heard = hear(child)
      child.send('cpu')
      const said = await heard
      return 'cpuMs' in said ? said.cpuMs : Number.NaN
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
}

function hear(child: ChildProcess): Promise<Said> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the server ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (said: Said) => {
      child.off('exit', onExit)
      resolve(said)
    })
  })
}

/** What one of them cost. */
export interface Hit {
  name: string
  bytes: number
  cpuMs: number
  /** That the answer says it was counted for; 0 for a refusal. */
  points: number
  sent: string
}

export interface AttackResult {
  faults: string[]
  /** The dearest first. */
  worst: Hit[]
  /** CPU of the one that cost most for its length, which counts in whole kB. */
  worstMsPerKb: number
}

const KEPT = 20
/** Cheaper ones are not measured again. */
const SUSPICIOUS_MS = 50
const SOCKET_WAIT_MS = 5_000

/**
 * Sends so many, one after another, and measures what each costs the server. A dear one is sent twice
 * more and its cheapest time counts: what compiling or collecting garbage added is not its own.
 */
export async function attack(
  server: Attacked,
  next: () => Hostile,
  count: number,
  credentials: Record<string, string>,
): Promise<AttackResult> {
  const client = new Pool(server.url, { connections: 1, bodyTimeout: 0, headersTimeout: 0 })
  const faults: string[] = []
  let sends = 0
  let worst: Hit[] = []
  let worstMsPerKb = 0
  for (let n = 0; n < count; n++) {
    const hostile = next()
    let hit = await send(hostile)
    for (let again = 0; again < 2 && hit.cpuMs > SUSPICIOUS_MS; again++) {
      const other = await send(hostile)
      if (other.cpuMs < hit.cpuMs) hit = other
    }
    worst.push(hit)
    worstMsPerKb = Math.max(worstMsPerKb, hit.cpuMs / Math.ceil(hit.bytes / 1_000 || 1))
    if (worst.length > 4 * KEPT) worst = dearest(worst)
  }
  await client.close()
  return { faults, worst: dearest(worst), worstMsPerKb }

  async function send(hostile: Hostile): Promise<Hit> {
    // Each from an address of its own: refusing one that sends too much would cost nothing.
    const address = `10.${(sends >> 16) & 255}.${(sends >> 8) & 255}.${sends++ & 255}`
    const before = await server.cpuMs()
    const { status, text } =
      hostile.kind === 'http'
        ? await post(client, hostile, { ...credentials, 'x-forwarded-for': address })
        : await talk(server.url, hostile.frames, credentials, address)
    const cpuMs = (await server.cpuMs()) - before
    const sent = hostile.kind === 'http' ? hostile.body : hostile.frames.join('\n')
    const fault = status === 429 ? 'not looked at' : faultOf(status, text)
    if (fault !== undefined) {
      faults.push(`${hostile.name}: ${fault}: ${sent.slice(0, 500)} → ${text.slice(0, 300)}`)
    }
    const points = Number(/"cost":\{"points":(\d+)/.exec(text)?.[1] ?? 0)
    return { name: hostile.name, bytes: sent.length, cpuMs, points, sent: sent.slice(0, 300) }
  }
}

function dearest(hits: readonly Hit[]): Hit[] {
  return hits.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, KEPT)
}

async function post(
  client: Pool,
  { body, headers }: Extract<Hostile, { kind: 'http' }>,
  credentials: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const answer = await client.request({
    path: '/graphql',
    method: 'POST',
    headers: { ...headers, ...credentials },
    body,
  })
  return { status: answer.statusCode, text: await answer.body.text() }
}

/** Says all of it, then waits until the server has closed the socket or answered a last ping. */
function talk(
  url: string,
  frames: readonly string[],
  credentials: Record<string, string>,
  address: string,
): Promise<{ status: number; text: string }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': address },
  })
  let text = ''
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      socket.terminate()
      resolve({ status: 200, text })
    }
    const timer = setTimeout(end, SOCKET_WAIT_MS)
    const sayAll = () => {
      for (const frame of frames) socket.send(frame)
      socket.send('{"type":"ping","payload":{"last":true}}')
    }
    socket.on('error', reject)
    socket.on('close', end)
    socket.on('open', () => {
      if (Object.keys(credentials).length === 0) sayAll()
      else socket.send(JSON.stringify({ type: 'connection_init', payload: credentials }))
    })
    socket.on('message', (data: Buffer) => {
      const message = data.toString()
      text += message
      if (message === '{"type":"connection_ack"}') sayAll()
      if (message.includes('"last":true')) end()
    })
  })
}

/** The bars: main-thread time of anything without credentials, and with a key beside its points. */
const MOST_ANONYMOUS_MS = 100
const MOST_KNOWN_MS = 200
const MS_PER_POINT = 0.05

export function isTooDear({ cpuMs, points }: Hit, isKnown: boolean): boolean {
  return cpuMs > (isKnown ? MOST_KNOWN_MS + points * MS_PER_POINT : MOST_ANONYMOUS_MS)
}
