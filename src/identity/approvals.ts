import { createHash } from 'node:crypto'
import type { UnitOfWork } from '../database/unit-of-work.ts'
import { DomainError } from '../errors.ts'
import { credentialOf } from './credentials.ts'

/*
 * An approval holds what was approved, by whom, through which credential: beside the person a record
 * keeps these three, and whatever relies on the approval compares the digest with what there is.
 */

export interface Approval {
  approvedAt: Date
  /** Session or key; null for what the product does itself. */
  approvedThrough: string | null
  approvedDigest: string
}

/** Of what nobody has approved, or what is no more what somebody approved. */
export const NOT_APPROVED = { approvedAt: null, approvedThrough: null, approvedDigest: null }

/** An approval by the caller. */
export function approvalOf(unit: UnitOfWork, approvedDigest: string): Approval {
  return { approvedAt: unit.now, approvedThrough: credentialOf(unit.caller), approvedDigest }
}

/** SHA-256, hex, of everything that somebody decides on: of its JSON, so the order counts. */
export function digestOf(content: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

/**
 * @param kept null for what was handed in or approved before digests were kept
 * @throws DomainError CONFLICT when the content is another one by now
 */
export function demandSameContent(
  id: string,
  kept: string | null,
  digest: string,
  sentence: string,
): void {
  if (kept === null || kept === digest) return
  throw new DomainError(sentence, { code: 'CONFLICT', ids: [id] }, ['input', 'id'])
}
