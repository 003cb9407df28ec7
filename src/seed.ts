import { randomBytes } from 'node:crypto'
import { type Backend, transaction, type UnitOfWork } from './db/unit-of-work.ts'
import { SCOPES, type Caller } from './caller.ts'
import type { Database } from './db/database.ts'
import { newId } from './db/ids.ts'
import type { Plan, Role } from './generated/prisma/enums.ts'
import { createApiKey } from './identity/service.ts'
import { hashPassword } from './identity/passwords.ts'
import { createLocation } from './locations/service.ts'
import { createWorkOrder } from './work-orders/service/create.ts'
import { changeWorkOrderStatus } from './work-orders/service/status.ts'

export interface NewOrganization {
  name: string
  plan: Plan
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
      data: { id: organizationId, name: input.name, plan: input.plan },
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

/** A small campus with people and work orders, for a first look. */
export async function seedDemo(backend: Backend): Promise<DemoOrganization> {
  const owner = await createOrganization(backend.database, {
    name: 'Demo Campus',
    plan: 'PROFESSIONAL',
    owner: {
      name: 'Olivia Owner',
      email: 'owner@demo.plantroom.example',
      password: randomBytes(18).toString('base64url'),
    },
  })
  return transaction(backend, owner, async (unit) => {
    const technicians = await addPeople(unit)
    const zones = await addPlaces(unit)
    for (const [index, [title, priority]] of DEMO_WORK.entries()) {
      const order = await createWorkOrder(unit, {
        title,
        priority,
        locationId: zones[index % zones.length] ?? '',
        assigneeId: technicians[index % technicians.length],
      })
      if (index % 3 === 1) await changeWorkOrderStatus(unit, move(order.id, 'IN_PROGRESS'))
      if (index % 6 === 4) await changeWorkOrderStatus(unit, move(order.id, 'COMPLETED'))
    }
    const { key } = await createApiKey(unit, { name: 'Demo integration', scopes: [...SCOPES] })
    return { organizationId: owner.organizationId, ownerId: owner.userId, apiKey: key }
  })
}

const DEMO_WORK = [
  ['Leaking tap in the kitchen', 'MEDIUM'],
  ['Air handling unit 3 trips on start', 'HIGH'],
  ['Replace light tubes in corridor', 'LOW'],
  ['Lift 2 stops between floors', 'CRITICAL'],
  ['Door closer squeaks', 'NONE'],
  ['Radiator stays cold', 'MEDIUM'],
  ['Blocked drain at loading bay', 'HIGH'],
  ['Meeting room display shows no picture', 'LOW'],
  ['Fire door does not latch', 'CRITICAL'],
  ['Window handle is loose', 'LOW'],
  ['Chiller reports low refrigerant', 'HIGH'],
  ['Soap dispenser empty', 'NONE'],
] as const

function move(id: string, status: 'IN_PROGRESS' | 'COMPLETED') {
  return { id, status, reason: undefined, expectedVersion: undefined }
}

async function addPeople(unit: UnitOfWork): Promise<string[]> {
  const people: [string, Role][] = [
    ['Tariq Technician', 'TECHNICIAN'],
    ['Tessa Technician', 'TECHNICIAN'],
    ['Mara Manager', 'MANAGER'],
  ]
  const rows = people.map(([name, role]) => ({
    id: newId('user'),
    organizationId: unit.organizationId,
    email: `${name.split(' ')[0]?.toLowerCase()}.${unit.organizationId}@demo.plantroom.example`,
    name,
    role,
  }))
  await unit.tx.user.createMany({ data: rows })
  return rows.filter((row) => row.role === 'TECHNICIAN').map((row) => row.id)
}

async function addPlaces(unit: UnitOfWork): Promise<string[]> {
  const zones: string[] = []
  for (const site of ['North Campus', 'South Campus']) {
    const { id: siteId } = await createLocation(unit, {
      name: site,
      kind: 'LOCATION',
      timezone: 'Europe/Berlin',
    })
    for (const floor of ['Ground floor', 'First floor']) {
      const parent = await createLocation(unit, {
        name: floor,
        kind: 'SUB_LOCATION',
        parentId: siteId,
      })
      for (const room of ['Kitchen', 'Plant room']) {
        const zone = await createLocation(unit, { name: room, kind: 'ZONE', parentId: parent.id })
        zones.push(zone.id)
      }
    }
  }
  return zones
}
