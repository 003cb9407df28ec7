import { randomBytes } from 'node:crypto'
import { whyUnanswered } from '../sdk/why-unanswered.ts'
import { signedHeaders } from './sign.ts'

export interface Check {
  name: string
  /** What it means when it fails. */
  why: string
  passed: boolean
  /** What the receiver answered. */
  saw: string
}

export interface Target {
  url: string
  secrets: readonly string[]
  timeoutMs: number
}

interface Sent {
  body?: string
  /** What is signed instead of the body. */
  signedBody?: string
  /** Instead of the signatures */
  headers?: Record<string, string>
  secrets?: readonly string[]
  timestamp?: number
  eventId?: string
}

const SLOW_MS = 10_000

/** A test event of its own id, as Plantroom sends it: nothing real happens by it. */
function event(id: string, extra: object = {}): string {
  return JSON.stringify({
    id,
    type: 'webhook.test',
    organizationId: 'o-doctor',
    created: Math.floor(Date.now() / 1_000),
    data: { object: { id: 'doctor', ...extra } },
    isTest: true,
    livemode: false,
  })
}

const newId = () => `evt_test_${randomBytes(12).toString('hex')}`

/** Sends what a receiver must take and what it must refuse, one after another. */
export async function examine(target: Target, onCheck: (check: Check) => void): Promise<Check[]> {
  const checks: Check[] = []
  for (const { name, why, isGood, sent } of REQUESTS) {
    const saw = await send(target, sent(target))
    const check = { name, why, passed: isGood(saw), saw: saw.said }
    onCheck(check)
    checks.push(check)
  }
  return checks
}

interface Saw {
  /** Undefined: no answer at all */
  status: number | undefined
  ms: number
  said: string
}

const accepts = ({ status, ms }: Saw) =>
  status !== undefined && status >= 200 && status < 300 && ms < SLOW_MS
const refuses = ({ status }: Saw) => status !== undefined && status >= 400 && status < 500

interface Request {
  name: string
  why: string
  isGood: (saw: Saw) => boolean
  sent: (target: Target) => Sent
}

/** The same event twice. */
const repeated = newId()
const wrong = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const now = () => Math.floor(Date.now() / 1_000)

const REQUESTS: readonly Request[] = [
  {
    name: 'takes a genuine delivery',
    why: 'it refuses everything: is the secret the one that it has?',
    isGood: accepts,
    sent: () => ({ eventId: repeated }),
  },
  {
    name: 'takes the same delivery again',
    why: 'a delivery may come twice: answer 2xx, do nothing',
    isGood: accepts,
    sent: () => ({ eventId: repeated }),
  },
  {
    name: 'refuses a wrong signature',
    why: 'anybody can send it anything',
    isGood: refuses,
    sent: () => ({ secrets: [wrong] }),
  },
  {
    name: 'refuses a changed body',
    why: 'it does not check the bytes that it uses',
    isGood: refuses,
    sent: () => {
      const eventId = newId()
      return { eventId, body: event(eventId, { changed: true }), signedBody: event(eventId) }
    },
  },
  {
    name: 'refuses no signature',
    why: 'it takes what nobody signed',
    isGood: refuses,
    sent: () => ({ headers: {}, secrets: [] }),
  },
  {
    name: 'refuses an old time',
    why: 'who has once seen a delivery can send it again for ever',
    isGood: refuses,
    sent: () => ({ timestamp: now() - 3_600 }),
  },
  {
    name: 'refuses a time far ahead',
    why: 'who has once seen a delivery can keep it for later',
    isGood: refuses,
    sent: () => ({ timestamp: now() + 3_600 }),
  },
  {
    name: 'takes two signatures, its own second',
    why: 'it will fail while a secret is rotated',
    isGood: accepts,
    sent: ({ secrets }) => ({ secrets: [wrong, ...secrets] }),
  },
  {
    name: 'takes letters of many scripts',
    why: 'it does not check the bytes as they came',
    isGood: accepts,
    sent: () => large({ name: 'Käse नमस्ते 🏢 \u2028' }),
  },
  {
    name: 'takes a body of 200 kB',
    why: 'large records stand still: raise its limit, or set maxBodyBytes of the endpoint',
    isGood: accepts,
    sent: () => large({ note: 'x'.repeat(200_000) }),
  },
  {
    name: 'takes a type that it does not know',
    why: 'types are added: answer 2xx and leave them alone',
    isGood: accepts,
    sent: () => {
      const eventId = newId()
      return { eventId, body: event(eventId).replace('webhook.test', 'something.new') }
    },
  },
  {
    name: 'takes a field that it does not know',
    why: 'fields are added: leave them alone',
    isGood: accepts,
    sent: () => large({ somethingNew: { deep: [1, 2] } }),
  },
]

function large(extra: object): Sent {
  const eventId = newId()
  return { eventId, body: event(eventId, extra) }
}

async function send(target: Target, sent: Sent): Promise<Saw> {
  const eventId = sent.eventId ?? newId()
  const body = sent.body ?? event(eventId)
  const { secrets = target.secrets, timestamp = now() } = sent
  const headers =
    sent.headers ?? signedHeaders({ body: sent.signedBody ?? body, secrets, eventId, timestamp })
  const begun = performance.now()
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(target.timeoutMs),
    })
    await response.body?.cancel()
    const ms = performance.now() - begun
    return { status: response.status, ms, said: `${response.status} after ${Math.round(ms)} ms` }
  } catch (error) {
    const said = whyUnanswered(error)
    return { status: undefined, ms: performance.now() - begun, said }
  }
}
