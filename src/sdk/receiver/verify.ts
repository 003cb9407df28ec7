import type { PlantroomEvent } from './event.ts'
import { type HeadersLike, headerOf } from './headers.ts'
import { demandSecrets, fits, ofText, readSchemes, type Scheme } from './signatures.ts'
import { VerificationError } from './verification-error.ts'

/** What a receiver may ask of `verifyDelivery` beside the usual. */
export interface VerifyOptions {
  /** How far the time of an attempt may be from this clock, in seconds; 300 when left out. */
  toleranceSeconds?: number | undefined
  /** Unix seconds; the clock of this machine when left out. */
  now?: number
}

/** A genuine delivery: its event, and what its headers say of its place. */
export interface Delivery {
  /** Of the event: the same however often it comes. Deduplicate on it. */
  id: string
  event: PlantroomEvent
  /** 1, 2, 3, … per endpoint; undefined for test sends, which stand outside the order. */
  sequence: number | undefined
  /** Sequences just before it that a person skipped: they will not come. */
  skipped: { first: number; last: number } | undefined
  /** Number of the attempt, 1 for the first. */
  attempt: number
  /** Sent again by a person or by a replay, so outside the order. */
  again: boolean
  /** Bytes of the whole event, where it has more than 64,000 or its body was reduced. */
  bodyBytes: number | undefined
}

/**
 * Checks that a request is a delivery of Plantroom, signed with one of your secrets within the last
 * minutes.
 * @param rawBody as it came off the wire, before anything parsed it
 * @param secrets `whsec_…`; both while one of them is being rotated
 * @throws VerificationError whose `reason` and message say what is wrong
 */
export async function verifyDelivery(
  rawBody: string | Uint8Array | ArrayBuffer,
  headers: HeadersLike,
  secrets: string | readonly string[],
  options: VerifyOptions = {},
): Promise<Delivery> {
  const body = bytesOf(rawBody)
  const wanted = demandSecrets(secrets)
  const schemes = readSchemes(headers)
  const scheme = await findFitting(schemes, wanted, body)
  if (scheme === undefined) throw await explain(schemes, wanted, body)
  demandTime(scheme, options)
  return read(body, headers)
}

function bytesOf(rawBody: unknown): Uint8Array<ArrayBuffer> {
  if (typeof rawBody === 'string') return ofText(rawBody)
  if (rawBody instanceof Uint8Array) return new Uint8Array(rawBody)
  if (rawBody instanceof ArrayBuffer) return new Uint8Array(rawBody)
  throw new VerificationError(
    'body-parsed',
    'The body was parsed before it was checked: pass the bytes as they came (express.raw, request.arrayBuffer(), …)',
  )
}

async function findFitting(
  schemes: readonly Scheme[],
  secrets: readonly string[],
  body: Uint8Array<ArrayBuffer>,
): Promise<Scheme | undefined> {
  for (const scheme of schemes) {
    for (const secret of secrets) if (await fits(scheme, secret, body)) return scheme
  }
  return undefined
}

/** What may have happened to a body on its way; each undoes one of them. */
const UNDOINGS: readonly [string, (text: string) => string][] = [
  ['got a byte order mark', (text) => text.replace(/^\uFEFF/, '')],
  ['got white space around it', (text) => text.trim()],
  ['was parsed and serialised again', (text) => JSON.stringify(JSON.parse(text))],
]

/** Which of the usual faults it is: the body was changed on its way here, or the secret is another's. */
async function explain(
  schemes: readonly Scheme[],
  secrets: readonly string[],
  body: Uint8Array<ArrayBuffer>,
): Promise<VerificationError> {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)
  for (const [what, undo] of UNDOINGS) {
    const undone = attempt(() => ofText(undo(text)))
    if (undone !== undefined && (await findFitting(schemes, secrets, undone)) !== undefined) {
      return new VerificationError(
        'body-changed',
        `The body ${what} before it was checked: use the bytes as they came off the wire`,
      )
    }
  }
  const tried =
    secrets.length === 1 ? 'The secret fits' : `None of the ${secrets.length} secrets fits`
  return new VerificationError(
    'signature-wrong',
    `${tried} ${secrets.length === 1 ? 'no signature' : 'any signature'} of ${schemes.map(({ header }) => header).join(' and ')}: it is of another endpoint, was rotated away, or the body is not the one that was sent`,
  )
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

function demandTime(scheme: Scheme, { toleranceSeconds = 300, now }: VerifyOptions): void {
  const away = (now ?? Date.now() / 1_000) - Number(scheme.timestamp)
  if (Math.abs(away) <= toleranceSeconds) return
  const seconds = Math.round(Math.abs(away))
  throw new VerificationError(
    'time-off',
    `The signature is right, but its time is ${seconds} s ${away > 0 ? 'before' : 'after'} this clock, and ${toleranceSeconds} s are allowed: it is an old request sent again, or a clock is off`,
  )
}

function read(body: Uint8Array, headers: HeadersLike): Delivery {
  const event = attempt(() => JSON.parse(new TextDecoder().decode(body)))
  if (typeof event?.id !== 'string' || typeof event.type !== 'string') {
    throw new VerificationError('not-an-event', 'The body is signed, but is not an event')
  }
  const [attemptNo, mark] = (headerOf(headers, 'webhook-attempt') ?? '1').split(';')
  const [first, last] = (headerOf(headers, 'webhook-skipped') ?? '').split('-').map(Number)
  return {
    id: event.id,
    event,
    sequence: numberOf(headerOf(headers, 'webhook-sequence')),
    skipped: first && last ? { first, last } : undefined,
    attempt: Number(attemptNo),
    again: mark !== undefined,
    bodyBytes: numberOf(headerOf(headers, 'webhook-body-bytes')),
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
