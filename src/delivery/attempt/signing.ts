import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { SECRET_PREFIX } from '../../webhooks/endpoints/secrets.ts'

/** One signing secret in the form that both schemes use it. */
export interface SigningKey {
  /** `x-infodeck-signature`: keyed with the secret as the customer holds it, prefix included. */
  whole: KeyObject
  /** Standard Webhooks: keyed with the bytes behind the prefix. */
  decoded: KeyObject
}

export function makeSigningKey(secret: string): SigningKey {
  return {
    whole: createSecretKey(secret, 'utf8'),
    decoded: createSecretKey(secret.slice(SECRET_PREFIX.length), 'base64'),
  }
}

export interface Signatures {
  /** Value of `x-infodeck-signature` */
  infodeck: string
  /** Value of `webhook-signature` */
  standard: string
}

/**
 * Signs one attempt with every live secret, the older first: receivers that read only the first
 * signature keep working until the end of a rotation's grace.
 * @param timestamp Unix seconds of this attempt
 */
export function signAttempt(
  keys: readonly SigningKey[],
  eventId: string,
  timestamp: number,
  body: Buffer,
): Signatures {
  let infodeck = `t=${timestamp}`
  let standard = ''
  for (const key of keys) {
    infodeck += `,v1=${hmac(key.whole, `${timestamp}.`, body).digest('hex')}`
    if (standard !== '') standard += ' '
    standard += `v1,${hmac(key.decoded, `${eventId}.${timestamp}.`, body).digest('base64')}`
  }
  return { infodeck, standard }
}

function hmac(key: KeyObject, head: string, body: Buffer) {
  return createHmac('sha256', key).update(head).update(body)
}
