import { createHash, randomInt } from 'node:crypto'

/** Format of the integration guide, "Step 1": `idt_live_` and 32 letters or digits. */
export const API_KEY_PATTERN = /^idt_live_[A-Za-z0-9]{32}$/

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 32

/** A new key: 190 random bits. */
export function generateApiKey(): string {
  let key = 'idt_live_'
  for (let digit = 0; digit < LENGTH; digit++) key += ALPHABET[randomInt(ALPHABET.length)]
  return key
}

/** What is stored of a key. No salt and no stretching: 190 random bits cannot be guessed. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
