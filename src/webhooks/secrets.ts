import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { seal, unseal } from '../db/sealing.ts'

/** What starts every signing secret; the rest is the key of the Standard Webhooks scheme in base64. */
export const SECRET_PREFIX = 'whsec_'
/** Standard Webhooks asks for 24 to 64; a multiple of 3 needs no padding. */
const SECRET_BYTES = 30

export function makeSigningSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

export function sealSecret(key: Buffer, endpointId: string, secret: string): Buffer<ArrayBuffer> {
  return seal(key, secret, `signing secret of ${endpointId}`)
}

/** @throws Error when the key or the row is not the one it was sealed with. */
export function openSecret(key: Buffer, endpointId: string, sealed: Uint8Array): string {
  return unseal(key, sealed, `signing secret of ${endpointId}`)
}

export interface CustomHeader {
  name: string
  value: string
}

const storedHeaders = z.array(z.object({ name: z.string(), value: z.string() }))

export function sealHeaders(
  key: Buffer,
  endpointId: string,
  headers: readonly CustomHeader[],
): Buffer<ArrayBuffer> {
  return seal(key, JSON.stringify(headers), `headers of ${endpointId}`)
}

/** @throws Error when the key or the row is not the one they were sealed with. */
export function openHeaders(key: Buffer, endpointId: string, sealed: Uint8Array): CustomHeader[] {
  return storedHeaders.parse(JSON.parse(unseal(key, sealed, `headers of ${endpointId}`)))
}
