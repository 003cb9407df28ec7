import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { KEY_ID_BYTES, keyIdOf, type KeyRing } from '../../config/key-ring.ts'

/**
 * Secrets at rest: AES-256-GCM. One buffer holds all that opening needs:
 *
 *   version (1 byte) · key id (4) · nonce (12) · tag (16) · ciphertext
 *
 * The key id tells which key sealed it, so that several can be live while one replaces the other, and
 * a key that is missing is named as such and not taken for damage. The context (what the secret
 * belongs to) is authenticated with it: a row copied onto another endpoint does not open.
 */
const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES

/** A value that none of the live keys sealed. */
export class UnknownKeyError extends Error {
  override name = 'UnknownKeyError'
  readonly keyId: string
  constructor(keyId: string) {
    super(
      `The value was sealed with another ENCRYPTION_KEY (id ${keyId}) than those that are configured`,
    )
    this.keyId = keyId
  }
}

export function seal(keys: KeyRing, plaintext: string, context: string): Buffer<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keys.current, nonce)
  cipher.setAAD(Buffer.from(context))
  const text = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  const keyId = Buffer.from(keyIdOf(keys.current), 'hex')
  return Buffer.concat([Buffer.of(VERSION), keyId, nonce, cipher.getAuthTag(), text])
}

/** @throws Error when no live key sealed it, for another context, or when it is damaged. */
export function unseal(keys: KeyRing, sealed: Uint8Array, context: string): string {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) {
    throw new Error('The sealed value has an unknown form')
  }
  let at = 1
  const take = (count: number) => bytes.subarray(at, (at += count))
  const keyId = take(KEY_ID_BYTES).toString('hex')
  const key = keys.byId.get(keyId)
  if (key === undefined) throw new UnknownKeyError(keyId)
  const decipher = createDecipheriv('aes-256-gcm', key, take(NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(take(TAG_BYTES))
  return decipher.update(bytes.subarray(at), undefined, 'utf8') + decipher.final('utf8')
}
