import { randomBytes } from 'node:crypto'
import { type Backend, transaction } from '../database/unit-of-work.ts'
import { SCOPES, type Caller } from '../access/caller.ts'
import type { Database } from '../database/database.ts'
import { newId } from '../database/ids.ts'
import type { Plan } from '../generated/prisma/enums.ts'
import { createApiKey } from '../identity/keys/service.ts'
import { hashPassword } from '../identity/sessions/passwords.ts'
import { CAMPUS_CURRENCY, seedCampus } from './seed-campus.ts'

export interface NewOrganization {
  name: string
  plan: Plan
  /** ISO 4217; USD when left out. */
  currency?: string
  owner: { name: string; email: string; password: string }
}

/** Sets up a tenant with its first owner. */
export async function createOrganization(
  database: Database,
  input: NewOrganization,
): Promise<Caller & { kind: 'user' }> {
  const organizationId = newId('organization')
  const userId = newId('user')
  const passwordHash = await hashPassword(input.owner.password)
  await database.unscoped.$transaction([
    database.unscoped.organization.create({
      data: {
        id: organizationId,
        name: input.name,
        plan: input.plan,
        ...(input.currency === undefined ? {} : { currency: input.currency }),
      },
    }),
    database.unscoped.eventStreamHead.create({ data: { organizationId } }),
    database.unscoped.user.create({
      data: {
        id: userId,
        organizationId,
        email: input.owner.email.toLowerCase(),
        name: input.owner.name,
        role: 'OWNER',
        passwordHash,
      },
    }),
  ])
  return {
    kind: 'user',
    organizationId,
    plan: input.plan,
    userId,
    role: 'OWNER',
    expiresAt: Number.POSITIVE_INFINITY,
  }
}

export interface DemoOrganization {
  organizationId: string
  ownerId: string
  apiKey: string
}

/** The demo: a campus with a year behind it, and a key to look around with. */
export async function seedDemo(backend: Backend): Promise<DemoOrganization> {
  const owner = await createOrganization(backend.database, {
    name: 'Demo Campus',
    plan: 'PROFESSIONAL',
    currency: CAMPUS_CURRENCY,
    owner: {
      name: 'Olivia Owner',
      email: 'owner@demo.plantroom.example',
      password: randomBytes(18).toString('base64url'),
    },
  })
  const { organizationId, userId: ownerId } = owner
  await seedCampus(backend.database.pool, { organizationId, ownerId })
  const { key } = await transaction(backend, owner, (unit) =>
    createApiKey(unit, { name: 'Demo integration', scopes: [...SCOPES] }),
  )
  return { organizationId, ownerId, apiKey: key }
}
