import { createHmac } from 'node:crypto'

export interface SignedBody {
  body: string
  secrets: readonly string[]
  eventId: string
  /** Unix seconds; now when left out */
  timestamp?: number
  sequence?: number
  attempt?: number
}

/** The headers with which Plantroom would send this body. */
export function signedHeaders({
  body,
  secrets,
  eventId,
  timestamp = Math.floor(Date.now() / 1_000),
  sequence,
  attempt = 1,
}: SignedBody): Record<string, string> {
  const infodeck = secrets.map((secret) => `v1=${hmac(secret, `${timestamp}.${body}`, 'hex')}`)
  const standard = secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return `v1,${hmac(key, `${eventId}.${timestamp}.${body}`, 'base64')}`
  })
  return {
    'content-type': 'application/json',
    'user-agent': 'Plantroom-CLI',
    'x-infodeck-signature': [`t=${timestamp}`, ...infodeck].join(','),
    'webhook-id': eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standard.join(' '),
    'webhook-attempt': String(attempt),
    ...(sequence === undefined ? {} : { 'webhook-sequence': String(sequence) }),
  }
}

function hmac(key: string | Buffer, text: string, encoding: 'hex' | 'base64'): string {
  return createHmac('sha256', key).update(text).digest(encoding)
}
