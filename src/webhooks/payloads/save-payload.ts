import type { GraphQLSchema } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid } from '../../errors.ts'
import { Prisma, type WebhookEndpoint } from '../../generated/prisma/client.ts'
import type { Bounds } from '../endpoints/endpoint-scopes.ts'
import { rendererOf, scopesOfRenderer } from '../endpoints/endpoint-terms.ts'
import {
  demandReadable,
  fingerprintOf,
  PayloadError,
  readPayloadDocument,
  sha256,
} from './payload-document.ts'

/**
 * What an endpoint's row holds of a document.
 * @throws DomainError VALIDATION when it cannot be rendered, or names what may not be read
 */
export function toPayloadColumns(
  unit: UnitOfWork,
  schema: GraphQLSchema,
  bounds: Bounds,
  payload: string | null,
) {
  if (payload === null) {
    return {
      payload,
      payloadHash: null,
      payloadStatus: null,
      payloadError: Prisma.DbNull,
      payloadChecked: null,
    }
  }
  const { organizationId, caller } = unit
  const scopes = scopesOfRenderer(bounds)
  demandDocument(schema, payload, rendererOf({ organizationId, plan: caller.plan, scopes }))
  return {
    payload,
    payloadHash: sha256(payload),
    payloadStatus: 'VALID' as const,
    payloadError: Prisma.DbNull,
    payloadChecked: fingerprintOf(schema),
  }
}

/** @throws DomainError VALIDATION when it cannot be rendered, or names what may not be read */
export function demandDocument(schema: GraphQLSchema, payload: string, renderer: Caller): void {
  try {
    demandReadable(schema, readPayloadDocument(schema, payload), renderer)
  } catch (error) {
    if (error instanceof PayloadError) throw invalid(`payload: ${error.message}`, 'payload')
    throw error
  }
}

/**
 * Whether an update saves the document: a new one, the same one again after it failed, or the same
 * one under another integration, which may not read what it names.
 */
export function isPayloadSaved(
  before: WebhookEndpoint,
  input: { payload?: string | null | undefined; integrationId?: string | null | undefined },
): boolean {
  if (input.payload === undefined) {
    const moves = input.integrationId !== undefined && input.integrationId !== before.integrationId
    return moves && before.payload !== null
  }
  return input.payload !== before.payload || before.payloadStatus === 'INVALID'
}
