import type { SealedColumn } from '../database/sealing/resealing.ts'
import { SEALED as answers } from '../graphql/commands/idempotency.ts'
import { SEALED as endpoints } from '../webhooks/endpoints/secrets.ts'

/** Every column of the database with something sealed in it. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [...endpoints, ...answers]

/**
 * Those whose loss nobody could make good, looked at before every start: an endpoint's secrets and
 * headers. Kept answers end by themselves within a day and are many.
 */
export const LASTING_SECRETS: readonly SealedColumn[] = endpoints
