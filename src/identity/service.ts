import { demandUser } from './people.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { newId } from '../db/ids.ts'
import type { UnitOfWork } from '../db/unit-of-work.ts'
import { AccessError, notFound } from '../errors.ts'
import type { ApiKey, User } from '../generated/prisma/client.ts'
import { generateApiKey, hashApiKey } from './api-keys.ts'
import type { CreateApiKeyInput } from './input.ts'
import { passwordFits } from './passwords.ts'
import { type AccessToken, issueAccessToken } from './tokens.ts'

/**
 * Exchanges an e-mail address and a password for an access token.
 * @throws AccessError UNAUTHENTICATED, the same for every reason.
 */
export async function signIn(
  database: Database,
  config: Config,
  input: { email: string; password: string },
): Promise<AccessToken & { user: User }> {
  const user = await database.unscoped.user.findUnique({ where: { email: input.email } })
  const fits = await passwordFits(user?.passwordHash, input.password)
  if (user === null || !fits || user.status !== 'ACTIVE') {
    throw new AccessError('UNAUTHENTICATED', 'Wrong e-mail address or password')
  }
  return { ...(await issueAccessToken(config.auth, user.id)), user }
}

/** Creates a key; its text is in the answer and nowhere else afterwards. */
export async function createApiKey(
  unit: UnitOfWork,
  input: CreateApiKeyInput,
): Promise<{ apiKey: ApiKey; key: string }> {
  const key = generateApiKey()
  const apiKey = await unit.tx.apiKey.create({
    data: {
      id: newId('apiKey'),
      organizationId: unit.organizationId,
      name: input.name,
      scopes: [...new Set(input.scopes)],
      keyHash: hashApiKey(key),
      lastFour: key.slice(-4),
      createdById: demandUser(unit.caller),
      created: unit.now,
    },
  })
  return { apiKey, key }
}

/** Ends a key at once; revoking one again changes nothing. */
export async function revokeApiKey(unit: UnitOfWork, id: string): Promise<ApiKey> {
  const found = await unit.tx.apiKey.findUnique({ where: { id } })
  if (found === null) throw notFound('API key', id)
  if (found.revokedAt !== null) return found
  return unit.tx.apiKey.update({ where: { id }, data: { revokedAt: unit.now } })
}
