import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/**
 * Secrets at rest: AES-256-GCM. One buffer holds all that opening needs:
 *
 *   version (1 byte) · key id (4) · nonce (12) · tag (16) · ciphertext
 *
 * The key id tells which key sealed it, so that a changed ENCRYPTION_KEY is named as such and not
 * taken for damage. The context (what the secret belongs to) is authenticated with it: a row copied
 * onto another endpoint does not open.
 */
const VERSION = 1
const KEY_ID_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES

/** @param key 32 bytes */
export function seal(key: Buffer, plaintext: string, context: string): Buffer<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const text = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), keyId(key), nonce, cipher.getAuthTag(), text])
}

/** @throws Error when it was sealed with another key, for another context, or is damaged. */
export function unseal(key: Buffer, sealed: Uint8Array, context: string): string {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) {
    throw new Error('The sealed value has an unknown form')
  }
  let at = 1
  const take = (count: number) => bytes.subarray(at, (at += count))
  if (!take(KEY_ID_BYTES).equals(keyId(key))) {
    throw new Error('The value was sealed with another ENCRYPTION_KEY')
  }
  const decipher = createDecipheriv('aes-256-gcm', key, take(NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(take(TAG_BYTES))
  return decipher.update(bytes.subarray(at), undefined, 'utf8') + decipher.final('utf8')
}

function keyId(key: Buffer): Buffer {
  return createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES)
}
