import { randomBytes } from 'node:crypto'
import type { PoolClient } from 'pg'
import { type Caller, SCOPES } from '../access/caller.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../database/database.ts'
import { newId } from '../database/ids.ts'
import type { Plan } from '../generated/prisma/enums.ts'
import { generateApiKey, hashApiKey } from '../identity/keys/api-keys.ts'
import { hashAtAddress, hashPassword } from '../identity/sessions/passwords.ts'
import { insert } from './campus/insert.ts'
import { inTransaction } from './campus/write.ts'
import { hasDemo, keepDemo } from './demo-file.ts'
import { CAMPUS_CURRENCY, writeCampus } from './seed-campus.ts'

export interface NewOrganization {
  name: string
  plan: Plan
  /** ISO 4217; USD when left out. */
  currency?: string
  owner: { name: string; email: string; password: string }
}

type Owner = Caller & { kind: 'user' }

/** Sets up a tenant with its first owner. */
export async function createOrganization(
  database: Database,
  input: NewOrganization,
): Promise<Owner> {
  const prepared = await prepareOrganization(database, input)
  await inTransaction(database.pool, (client) => prepared.write(client))
  return prepared.caller
}

/** The same for a transaction of the caller's: `write` is all that must happen in it. */
async function prepareOrganization(
  database: Database,
  input: NewOrganization,
): Promise<{ caller: Owner; write(client: PoolClient): Promise<void> }> {
  const organizationId = newId('organization')
  const userId = newId('user')
  const email = input.owner.email.toLowerCase()
  const shared = await hashAtAddress(database.unscoped, email)
  const passwordHash = await hashPassword(input.owner.password, shared)
  return {
    caller: {
      kind: 'user',
      organizationId,
      plan: input.plan,
      userId,
      role: 'OWNER',
      expiresAt: Number.POSITIVE_INFINITY,
    },
    async write(client) {
      const { name, plan, currency = 'USD' } = input
      await insert(client, 'organization', [{ id: organizationId, name, plan, currency }])
      await insert(client, 'event_stream_head', [{ organizationId }])
      await insert(client, 'app_user', [
        {
          id: userId,
          organizationId,
          email,
          name: input.owner.name,
          role: 'OWNER',
          passwordHash,
        },
      ])
    },
  }
}

/**
 * Gives an embedded installation without any organization the demo: a campus with a year behind it,
 * and a key to look around with. All of it in one transaction, and the key is in its file before that
 * commits: stopped at any moment, the next start finds the whole demo or makes it.
 */
export async function makeDemo(
  database: Database,
  config: Config,
  signal?: AbortSignal,
): Promise<void> {
  if (!hasDemo(config) || (await database.unscoped.organization.count()) > 0) return
  const owner = await prepareOrganization(database, {
    name: 'Demo Campus',
    plan: 'PROFESSIONAL',
    currency: CAMPUS_CURRENCY,
    owner: {
      name: 'Olivia Owner',
      email: 'owner@demo.plantroom.example',
      password: randomBytes(18).toString('base64url'),
    },
  })
  const { organizationId, userId: ownerId } = owner.caller
  const apiKey = generateApiKey()
  await inTransaction(database.pool, async (client) => {
    await owner.write(client)
    await writeCampus(
      async (run) => {
        signal?.throwIfAborted()
        await run(client)
      },
      { organizationId, ownerId },
    )
    await insert(client, 'api_key', [
      {
        id: newId('apiKey'),
        organizationId,
        name: 'Demo integration',
        scopes: [...SCOPES],
        keyHash: hashApiKey(apiKey),
        lastFour: apiKey.slice(-4),
        createdById: ownerId,
      },
    ])
    // Where the server will be found is not known yet; `findDemo` writes it again.
    await keepDemo(config, `http://${config.host}:${config.port}`, {
      organizationId,
      ownerId,
      apiKey,
    })
  })
}
