import type { PoolClient } from 'pg'
import type { Caller } from '../access/caller.ts'
import type { Database } from '../database/database.ts'
import { newId } from '../database/ids.ts'
import type { Plan } from '../generated/prisma/enums.ts'
import { hashPassword } from '../identity/sessions/passwords.ts'
import { insert } from './campus/insert.ts'
import { inTransaction } from './campus/write.ts'

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
  const prepared = await prepareOrganization(input)
  await inTransaction(database.pool, (client) => prepared.write(client))
  return prepared.caller
}

/** The same for a transaction of the caller's: `write` is all that must happen in it. */
export async function prepareOrganization(
  input: NewOrganization,
): Promise<{ caller: Owner; write(client: PoolClient): Promise<void> }> {
  const organizationId = newId('organization')
  const userId = newId('user')
  const passwordHash = await hashPassword(input.owner.password)
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
          email: input.owner.email.toLowerCase(),
          name: input.owner.name,
          role: 'OWNER',
          passwordHash,
        },
      ])
    },
  }
}
