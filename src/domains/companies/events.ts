import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { FacetsOf } from '../../events/match.ts'
import type { Company, Location, Manager } from '../../generated/prisma/client.ts'
import { PLACE_FACETS, placeFacets } from '../locations/events.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)
const tombstone = z.object({ id: z.string(), deleted: z.literal(true) })

const companyPayload = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['Branch', 'Contractor', 'Tenant', 'Vendor']),
  email: z.string().optional(),
  phone: z.string().optional(),
  address: z.string().optional(),
  externalId: z.string().optional().describe('Its id in another system, such as an ERP.'),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type CompanyPayload = z.infer<typeof companyPayload>

/** The one shape in which a company appears in events. */
export function serializeCompany(company: Company): CompanyPayload {
  return omitEmpty({
    id: company.id,
    name: company.name,
    kind: companyPayload.shape.kind.parse(toPascalCase(company.kind)),
    email: company.email,
    phone: company.phone,
    address: company.address,
    externalId: company.externalId,
    created: toUnixSeconds(company.created),
    updated: toUnixSeconds(company.updated),
  })
}

const companyExample: CompanyPayload = {
  id: 'cmp-6t1b3n8',
  name: 'Liftworks Ltd',
  kind: 'Contractor',
  email: 'office@liftworks.example',
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const company = { scopes: ['companies:read'], payload: companyPayload, facets: [] } as const

export const companyCreated = defineEvent({
  ...company,
  type: 'company.created',
  description: 'A company was added: a branch, a contractor, a tenant or a vendor.',
  example: companyExample,
})

export const companyUpdated = defineEvent({
  ...company,
  type: 'company.updated',
  description: 'Details of a company changed.',
  example: { ...companyExample, phone: '+49 30 000000', updated: 1_780_000_600 },
  previousExample: { phone: null },
})

export const companyDeleted = defineEvent({
  type: 'company.deleted',
  description: 'A company was removed.',
  scopes: ['companies:read'],
  payload: tombstone,
  example: { id: 'cmp-6t1b3n8', deleted: true },
  facets: [],
})

const managerPayload = z.object({
  id: z.string(),
  userId: z.string(),
  companyId: z.string().optional().describe('The company they manage, or …'),
  locationId: z.string().optional().describe('… the place.'),
  title: z.string().optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type ManagerPayload = z.infer<typeof managerPayload>

/** The one shape in which a manager appears in events. */
export function serializeManager(manager: Manager): ManagerPayload {
  return omitEmpty({
    id: manager.id,
    userId: manager.userId,
    companyId: manager.companyId,
    locationId: manager.locationId,
    title: manager.title,
    created: toUnixSeconds(manager.created),
    updated: toUnixSeconds(manager.updated),
  })
}

export function managerFacets(location: Location | null): FacetsOf<'location' | 'site'> {
  return location === null ? {} : placeFacets(location)
}

const managerExample: ManagerPayload = {
  id: 'mgr-1w5e9r2',
  userId: 'usr-9d3x5z7',
  locationId: 'loc-0c4d8s2',
  title: 'Site manager',
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const manager = {
  scopes: ['managers:read'],
  payload: managerPayload,
  facets: PLACE_FACETS,
} as const

export const managerCreated = defineEvent({
  ...manager,
  type: 'manager.created',
  description: 'A user became a manager of a company or a place.',
  example: managerExample,
})

export const managerUpdated = defineEvent({
  ...manager,
  type: 'manager.updated',
  description: 'Details of a manager changed.',
  example: { ...managerExample, title: 'Head of the site', updated: 1_780_000_600 },
  previousExample: { title: null },
})

export const managerDeleted = defineEvent({
  type: 'manager.deleted',
  description: 'A user is no longer a manager of a company or a place.',
  scopes: ['managers:read'],
  payload: tombstone,
  example: { id: 'mgr-1w5e9r2', deleted: true },
  facets: PLACE_FACETS,
})
