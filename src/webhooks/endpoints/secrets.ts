import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { SealedColumn } from '../../database/sealing/resealing.ts'
import { seal, unseal } from '../../database/sealing/sealing.ts'
import type { KeyRing } from '../../config/key-ring.ts'

/** What starts every signing secret; the rest is the key of the Standard Webhooks scheme in base64. */
export const SECRET_PREFIX = 'whsec_'
/** Standard Webhooks asks for 24 to 64; a multiple of 3 needs no padding. */
const SECRET_BYTES = 30

export function makeSigningSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

const secretContext = (endpointId: string) => `signing secret of ${endpointId}`
const headersContext = (endpointId: string) => `headers of ${endpointId}`

export function sealSecret(keys: KeyRing, endpointId: string, secret: string): Buffer<ArrayBuffer> {
  return seal(keys, secret, secretContext(endpointId))
}

/** @throws Error when the key or the row is not the one it was sealed with. */
export function openSecret(keys: KeyRing, endpointId: string, sealed: Uint8Array): string {
  return unseal(keys, sealed, secretContext(endpointId))
}

export interface CustomHeader {
  name: string
  value: string
}

const storedHeaders = z.array(z.object({ name: z.string(), value: z.string() }))

export function sealHeaders(
  keys: KeyRing,
  endpointId: string,
  headers: readonly CustomHeader[],
): Buffer<ArrayBuffer> {
  return seal(keys, JSON.stringify(headers), headersContext(endpointId))
}

/** @throws Error when the key or the row is not the one they were sealed with. */
export function openHeaders(keys: KeyRing, endpointId: string, sealed: Uint8Array): CustomHeader[] {
  return storedHeaders.parse(JSON.parse(unseal(keys, sealed, headersContext(endpointId))))
}

/** Where sealed values of endpoints lie, for whoever looks at all of them. */
export const SEALED: readonly SealedColumn[] = [
  {
    table: 'webhook_endpoint_secret',
    column: 'sealed',
    key: ['id'],
    parts: ['endpoint_id'],
    contextOf: ([endpointId = '']) => secretContext(endpointId),
  },
  {
    table: 'webhook_endpoint',
    column: 'headers_sealed',
    key: ['id'],
    parts: ['id'],
    contextOf: ([endpointId = '']) => headersContext(endpointId),
  },
]
