import { type HeadersLike, headerOf } from './headers.ts'
import { VerificationError } from './verification-error.ts'

const PREFIX = 'whsec_'

/** One of the two signatures that every delivery carries, as its headers tell it. */
export interface Scheme {
  /** Header that holds it */
  header: string
  /** Unix seconds, as they were signed */
  timestamp: string
  /** What stands before the body in the signed text */
  head: string
  signatures: Uint8Array<ArrayBuffer>[]
  keyOf(secret: string): Uint8Array<ArrayBuffer>
}

/**
 * The signatures of a request: one scheme where only its headers arrived, else both.
 * @throws VerificationError header-missing, header-malformed
 */
export function readSchemes(headers: HeadersLike): Scheme[] {
  const schemes = [readInfodeck(headers), readStandard(headers)].filter(
    (each) => each !== undefined,
  )
  if (schemes.length > 0) return schemes
  throw new VerificationError(
    'header-missing',
    'There is neither x-infodeck-signature nor webhook-signature: the request is not from Plantroom, or a proxy takes its headers away',
  )
}

function readInfodeck(headers: HeadersLike): Scheme | undefined {
  const header = 'x-infodeck-signature'
  const value = headerOf(headers, header)
  if (value === undefined) return undefined
  const parts = value.split(',').map((part) => part.trim())
  const timestamp = parts.find((part) => part.startsWith('t='))?.slice(2) ?? ''
  const signatures = parts
    .filter((part) => part.startsWith('v1='))
    .map((part) => ofHex(part.slice(3)))
  demandWellFormed(header, value, timestamp, signatures)
  return { header, timestamp, head: `${timestamp}.`, signatures, keyOf: (secret) => ofText(secret) }
}

function readStandard(headers: HeadersLike): Scheme | undefined {
  const header = 'webhook-signature'
  const value = headerOf(headers, header)
  if (value === undefined) return undefined
  const [id, timestamp] = ['webhook-id', 'webhook-timestamp'].map((name) => headerOf(headers, name))
  if (id === undefined || timestamp === undefined) {
    // The other signature may stand alone.
    if (headerOf(headers, 'x-infodeck-signature') !== undefined) return undefined
    throw new VerificationError(
      'header-missing',
      `${header} needs webhook-id and webhook-timestamp`,
    )
  }
  const parts = value.split(' ').filter((part) => part.startsWith('v1,'))
  const signatures = parts.map((part) => ofBase64(part.slice(3)))
  demandWellFormed(header, value, timestamp, signatures)
  return { header, timestamp, head: `${id}.${timestamp}.`, signatures, keyOf: decodeSecret }
}

function demandWellFormed(
  header: string,
  value: string,
  timestamp: string,
  signatures: readonly Uint8Array[],
): void {
  if (/^\d{1,12}$/.test(timestamp) && signatures.length > 0) return
  const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value
  throw new VerificationError(
    'header-malformed',
    `${header} has no time or no v1 signature: ${shown}`,
  )
}

/** @throws VerificationError secret-malformed */
export function demandSecrets(secrets: string | readonly string[]): string[] {
  const list = (typeof secrets === 'string' ? [secrets] : [...secrets]).map((each) => each.trim())
  if (list.length > 0 && list.every((each) => each.startsWith(PREFIX))) return list
  throw new VerificationError(
    'secret-malformed',
    'A signing secret begins with whsec_: take it whole, as it was shown when the endpoint was made',
  )
}

/** Whether one of the signatures was made with this secret over this body; in constant time. */
export async function fits(
  scheme: Scheme,
  secret: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const raw = scheme.keyOf(secret)
  const key = await crypto.subtle.importKey('raw', raw, hmac, false, ['verify'])
  const head = ofText(scheme.head)
  const signed = new Uint8Array(head.length + body.length)
  signed.set(head)
  signed.set(body, head.length)
  for (const signature of scheme.signatures) {
    if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true
  }
  return false
}

function decodeSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = ofBase64(secret.slice(PREFIX.length))
  if (bytes.length > 0) return bytes
  throw new VerificationError('secret-malformed', 'Behind whsec_ there must be base64')
}

export function ofText(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text))
}

/** Empty where the text is no hexadecimal: such a signature fits nothing. */
function ofHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})+$/i.test(text)) return new Uint8Array()
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function ofBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}
