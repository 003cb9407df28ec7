import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { KeyRing } from '../../config/key-ring.ts'
import { openHeaders, openSecret } from '../../webhooks/endpoints/secrets.ts'
import { faultOfTarget, hostOf, type TargetPolicy } from '../../webhooks/endpoints/target-url.ts'
import { AttemptError } from './attempt-error.ts'
import type { Target } from './connections.ts'
import { makeSigningKey, signAttempt, type SigningKey } from './signing.ts'
import { createHiding } from './hide-echoed.ts'
import type { Exchange, WireRequest } from './send.ts'

/** An endpoint as its row holds it: secrets sealed. */
export interface SealedEndpoint {
  endpointId: string
  version: number
  url: string
  headersSealed: Uint8Array | null
  /** Oldest first */
  secrets: { sealed: Uint8Array; /** Unix ms */ expiresAtMs: number | null }[]
}

/** An endpoint ready to be sent to. */
export interface PreparedEndpoint {
  version: number
  target: Target
  path: string
  keys: { key: SigningKey; expiresAtMs: number }[]
  /** Name, value, name, value, … */
  customHeaders: string[]
  /** What the log shows of them */
  customHeaderLines: string
  /** Takes its secrets out of what it answers. */
  hide: (exchange: Exchange) => Exchange
}

/** What is sent in one attempt. */
export interface Parcel {
  deliveryId: string
  eventId: string
  /** Undefined for test sends, which stand outside the sequence. */
  sequence: string | undefined
  /** Sequences just before it that were skipped and will not come: "3-9". */
  skippedBefore?: string | undefined
  body: string
  /** Of the event, where it is too large for the endpoint and the body is reduced */
  wholeBytes?: number | undefined
  /** 1 for the first attempt */
  attempt: number
  trigger: Trigger
  /** Instead of the configured one */
  timeoutMs?: number
  /** What it is made from is still so; asked when the first byte is written. */
  mayBegin: () => boolean
}

export type Trigger = 'SCHEDULED' | 'MANUAL' | 'TEST' | 'REPLAY' | 'SYNC'

/** What webhook-attempt says besides the number of what does not stand in its order. */
const MARKS: Partial<Record<Trigger, string>> = { MANUAL: ';manual', REPLAY: ';replay' }

/** Many receivers and what stands before them take no more than 64 or 100 kB unless they are told to. */
const LARGE_BYTES = 64_000

export interface PreparedRequest {
  wire: WireRequest
  /** The same headers as "name: value" lines, without the values of custom ones. */
  headerLines: string
}

const manifest: unknown = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8'),
)
const USER_AGENT = `Plantroom/${z.object({ version: z.string() }).parse(manifest).version}`

/**
 * Opens an endpoint's secrets and checks its target against the policy of today.
 * @throws AttemptError guard.target or internal
 */
export function prepareEndpoint(
  endpoint: SealedEndpoint,
  encryptionKeys: KeyRing,
  policy: TargetPolicy,
): PreparedEndpoint {
  const fault = faultOfTarget(endpoint.url, policy)
  if (fault !== undefined) throw new AttemptError('guard.target', `The URL ${fault}`)
  const url = new URL(endpoint.url)
  const secure = url.protocol === 'https:'
  const { endpointId } = endpoint
  const custom =
    endpoint.headersSealed === null
      ? []
      : openHeaders(encryptionKeys, endpointId, endpoint.headersSealed)
  const secrets = endpoint.secrets.map(({ sealed, expiresAtMs }) => ({
    secret: openSecret(encryptionKeys, endpointId, sealed),
    expiresAtMs,
  }))
  return {
    version: endpoint.version,
    target: {
      key: `${endpointId} ${endpoint.version}`,
      authority: url.host,
      host: hostOf(url),
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      secure,
    },
    path: url.pathname + url.search,
    keys: secrets.map(({ secret, expiresAtMs }) => ({
      key: makeSigningKey(secret),
      expiresAtMs: expiresAtMs ?? Number.POSITIVE_INFINITY,
    })),
    customHeaders: custom.flatMap(({ name, value }) => [name, value]),
    customHeaderLines: custom.map(({ name }) => `${name}: (hidden)\n`).join(''),
    hide: createHiding([
      ...custom.map(({ value }) => value),
      ...secrets.map(({ secret }) => secret),
    ]),
  }
}

/** Builds and signs one attempt: the body's bytes never change, time and signatures always do. */
export function prepareRequest(
  endpoint: PreparedEndpoint,
  parcel: Parcel,
  nowMs: number,
): PreparedRequest {
  const body = Buffer.from(parcel.body, 'utf8')
  const timestamp = Math.floor(nowMs / 1_000)
  const keys = endpoint.keys.filter((each) => each.expiresAtMs > nowMs).map((each) => each.key)
  const signatures = signAttempt(keys, parcel.eventId, timestamp, body)
  const headers = [
    'content-type',
    'application/json',
    'user-agent',
    USER_AGENT,
    'x-infodeck-signature',
    signatures.infodeck,
    'webhook-id',
    parcel.eventId,
    'webhook-timestamp',
    String(timestamp),
    'webhook-signature',
    signatures.standard,
    'webhook-attempt',
    `${parcel.attempt}${MARKS[parcel.trigger] ?? ''}`,
  ]
  if (parcel.sequence !== undefined) headers.push('webhook-sequence', parcel.sequence)
  if (parcel.skippedBefore !== undefined) headers.push('webhook-skipped', parcel.skippedBefore)
  const bytes = parcel.wholeBytes ?? body.length
  if (bytes > LARGE_BYTES || parcel.wholeBytes !== undefined) {
    headers.push('webhook-body-bytes', String(bytes))
  }
  let headerLines = ''
  for (let at = 0; at < headers.length; at += 2)
    headerLines += `${headers[at]}: ${headers[at + 1]}\n`
  return {
    wire: {
      target: endpoint.target,
      path: endpoint.path,
      headers: headers.concat(endpoint.customHeaders),
      body,
    },
    headerLines: headerLines + endpoint.customHeaderLines,
  }
}
