import { demandOneOf, PLAN_LIMITS } from '../../access/caller.ts'
import { demandHolds } from '../../access/grants.ts'
import { auditUnit } from '../../database/audit.ts'
import { newId } from '../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../errors.ts'
import type { ApiKey, Integration, Prisma } from '../../generated/prisma/client.ts'
import { demandPlan } from '../../graphql/context.ts'
import { generateApiKey, hashApiKey } from './api-keys.ts'
import type {
  CreateApiKeyInput,
  CreateIntegrationInput,
  RotateApiKeyInput,
  UpdateIntegrationInput,
} from './commands.ts'
import { tellIntegrationChanged } from './integration-changes.ts'
import { demandUser } from '../users/people.ts'
import { announceRevocation } from '../sessions/sessions.ts'

export interface KeyWithText {
  apiKey: ApiKey
  /** The key itself: in the answer and nowhere else afterwards. */
  key: string
}

/** Creates a key. */
export async function createApiKey(
  unit: UnitOfWork,
  input: CreateApiKeyInput,
): Promise<KeyWithText> {
  demandPlan(unit.caller)
  const createdById = demandUser(unit.caller)
  demandHolds(unit.caller, input.scopes)
  if (input.expiresAt != null && input.expiresAt <= unit.now) {
    throw invalid('expiresAt: must be in the future', 'expiresAt')
  }
  if (input.integrationId != null) await lockIntegration(unit, input.integrationId, 'integrationId')
  await demandRoom(unit)
  const key = generateApiKey()
  const apiKey = await unit.tx.apiKey.create({
    data: {
      id: newId('apiKey'),
      organizationId: unit.organizationId,
      name: input.name,
      scopes: [...new Set(input.scopes)],
      keyHash: hashApiKey(key),
      lastFour: key.slice(-4),
      createdById,
      knownByIds: [createdById],
      integrationId: input.integrationId ?? null,
      expiresAt: input.expiresAt ?? null,
      created: unit.now,
    },
  })
  return { apiKey, key }
}

/** @throws DomainError QUOTA when the plan's number of keys is reached. */
async function demandRoom(unit: UnitOfWork): Promise<void> {
  const most = PLAN_LIMITS[unit.caller.plan].apiKeys
  const live = await unit.tx.apiKey.count({
    where: { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: unit.now } }] },
  })
  if (live < most) return
  throw new DomainError(`The plan allows ${most} API keys: revoke one first`, { code: 'QUOTA' })
}

/** Which keys work whose text a user knows: they go on working when the user is gone. */
export function keysKnownTo(userId: string, now: Date): Prisma.ApiKeyWhereInput {
  return {
    AND: [
      { OR: [{ createdById: userId }, { knownByIds: { has: userId } }] },
      { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
    ],
    revokedAt: null,
  }
}

/** Ends every key whose text a user knows, each with an entry of the audit log. */
export async function revokeKeysOf(
  unit: UnitOfWork,
  userId: string,
  remoteAddress: string,
): Promise<void> {
  demandOneOf(unit.caller, ['api-keys:manage'])
  const where = keysKnownTo(userId, unit.now)
  const keys = await unit.tx.apiKey.findMany({
    where,
    select: { id: true },
    orderBy: { id: 'asc' },
  })
  for (const { id } of keys) {
    await revokeApiKey(unit, id)
    const detail = { knownBy: userId }
    await auditUnit(unit, remoteAddress, { action: 'apiKeyRevoke', subjectId: id, detail })
  }
}

/** Ends a key at once; revoking one again changes nothing. */
export async function revokeApiKey(unit: UnitOfWork, id: string): Promise<ApiKey> {
  const found = await lockApiKey(unit, id)
  if (found.revokedAt !== null) return found
  const apiKey = await unit.tx.apiKey.update({ where: { id }, data: { revokedAt: unit.now } })
  await announceRevocation(unit, { kind: 'apiKey', id })
  return apiKey
}

/**
 * Gives a key a new text. The old one works for `graceSeconds` more (default 0), so that whoever uses
 * it can be changed over; an earlier old one ends now.
 */
export async function rotateApiKey(
  unit: UnitOfWork,
  input: RotateApiKeyInput,
): Promise<KeyWithText> {
  demandPlan(unit.caller)
  const rotatedById = demandUser(unit.caller)
  const found = await lockApiKey(unit, input.id)
  const { id } = found
  // Whoever has the text can do what the key can.
  demandHolds(unit.caller, found.scopes)
  if (found.revokedAt !== null || (found.expiresAt !== null && found.expiresAt <= unit.now)) {
    throw new DomainError(
      'This key has ended: create a new one',
      { code: 'INVALID_TRANSITION', from: 'ENDED', allowed: [] },
      ['input', 'id'],
    )
  }
  const key = generateApiKey()
  const graceMs = (input.graceSeconds ?? 0) * 1_000
  const apiKey = await unit.tx.apiKey.update({
    where: { id },
    data: {
      keyHash: hashApiKey(key),
      lastFour: key.slice(-4),
      previousKeyHash: graceMs === 0 ? null : found.keyHash,
      previousExpiresAt: graceMs === 0 ? null : new Date(unit.now.getTime() + graceMs),
      rotatedAt: unit.now,
      rotatedById,
      knownByIds: [...new Set([...found.knownByIds, rotatedById])],
    },
  })
  // Also with a grace: a socket opened before would not know when its key ends.
  await announceRevocation(unit, { kind: 'apiKey', id })
  return { apiKey, key }
}

async function lockApiKey(unit: UnitOfWork, id: string): Promise<ApiKey> {
  if (!(await lockRow(unit, 'apiKey', id))) throw notFound('API key', id)
  return unit.tx.apiKey.findUniqueOrThrow({ where: { id } })
}

export async function createIntegration(
  unit: UnitOfWork,
  input: CreateIntegrationInput,
): Promise<Integration> {
  demandPlan(unit.caller)
  demandHolds(unit.caller, input.scopes)
  return unit.tx.integration.create({
    data: {
      id: newId('integration', unit.now.getTime()),
      organizationId: unit.organizationId,
      name: input.name,
      description: input.description ?? null,
      scopes: [...new Set(input.scopes)],
      created: unit.now,
      updated: unit.now,
    },
  })
}

/** Changes details. Scopes taken away are taken from all of its keys at once. */
export async function updateIntegration(
  unit: UnitOfWork,
  input: UpdateIntegrationInput,
): Promise<Integration> {
  const before = await lockIntegration(unit, input.id, 'id')
  const after = {
    name: input.name ?? before.name,
    description: input.description === undefined ? before.description : input.description,
    scopes: input.scopes === undefined ? before.scopes : [...new Set(input.scopes)],
  }
  const rescoped = after.scopes.toSorted().join() !== before.scopes.toSorted().join()
  if (!rescoped && after.name === before.name && after.description === before.description) {
    return before
  }
  if (rescoped) demandHolds(unit.caller, after.scopes)
  const integration = await unit.tx.integration.update({
    where: { id: before.id },
    data: { ...after, updated: unit.now, version: { increment: 1 } },
  })
  if (rescoped) {
    await announceKeys(unit, before.id)
    await tellIntegrationChanged(unit, before.id)
  }
  return integration
}

/** Removes an integration and ends its keys. */
export async function deleteIntegration(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const found = await lockIntegration(unit, input.id, 'id')
  await announceKeys(unit, found.id)
  await tellIntegrationChanged(unit, found.id)
  const where = { integrationId: found.id }
  await unit.tx.apiKey.updateMany({
    where: { ...where, revokedAt: null },
    data: { revokedAt: unit.now },
  })
  await unit.tx.apiKey.updateMany({ where, data: { integrationId: null } })
  await unit.tx.integration.delete({ where: { id: found.id } })
  return found.id
}

async function announceKeys(unit: UnitOfWork, integrationId: string): Promise<void> {
  const keys = await unit.tx.apiKey.findMany({
    where: { integrationId, revokedAt: null },
    select: { id: true },
  })
  for (const { id } of keys) await announceRevocation(unit, { kind: 'apiKey', id })
}

/** @throws DomainError NOT_FOUND */
export async function lockIntegration(
  unit: UnitOfWork,
  id: string,
  field: string,
): Promise<Integration> {
  if (!(await lockRow(unit, 'integration', id))) throw notFound('Integration', id, field)
  return unit.tx.integration.findUniqueOrThrow({ where: { id } })
}
