import { type Caller, SCOPES } from '../../access/caller.ts'
import type { Plan } from '../../generated/prisma/enums.ts'
import type { Bounds } from './endpoint-scopes.ts'
import { sha256 } from '../payloads/payload-document.ts'

/** On what terms an endpoint gets events: what bounds it, and what its payload looks like. */
export interface EndpointTerms {
  endpointId: string
  organizationId: string
  version: number
  plan: Plan
  bounds: Bounds
  /** Undefined where the payload has the form of the catalogue. */
  document: { text: string; hash: string } | undefined
  /** Larger bodies are reduced; undefined where all are sent whole. */
  maxBodyBytes: number | undefined
}

const READ_SCOPES: ReadonlySet<string> = new Set(SCOPES.filter((scope) => scope.endsWith(':read')))
const NOTHING: ReadonlySet<string> = new Set()

/**
 * With what rights an endpoint's document is rendered: as a key with the scopes of its integration
 * or, without one, with reading everything, which whoever registers endpoints may do as well. Never
 * a duty, and never writing.
 */
export function scopesOfRenderer(bounds: Bounds): ReadonlySet<string> {
  if (bounds.kind === 'organization') return READ_SCOPES
  return bounds.kind === 'integration' ? bounds.scopes : NOTHING
}

/** A caller with these rights; what it is called is never seen. */
export function rendererOf(of: {
  organizationId: string
  plan: Plan
  scopes: Iterable<string>
}): Caller {
  const { organizationId, plan, scopes } = of
  const apiKeyId = 'webhook payload'
  return { kind: 'apiKey', apiKeyId, organizationId, plan, scopes: new Set(scopes) }
}

/**
 * Names all renderings of one document with the same rights: each event is rendered once under one
 * such key, however many endpoints send it.
 */
export function payloadKeyOf({ bounds, document }: EndpointTerms): string {
  const rights = bounds.kind === 'integration' ? [...bounds.scopes].toSorted() : bounds.kind
  return sha256(JSON.stringify([document?.hash, rights]))
}
