import type { Plan, Role } from './generated/prisma/enums.ts'

/** Resources that scopes speak of; `<resource>:read` and `<resource>:write`, write implies read. */
const RESOURCES = [
  'analytics',
  'assets',
  'bookings',
  'companies',
  'customer-fields',
  'customers',
  'devices',
  'locations',
  'managers',
  'notifications',
  'organization',
  'resources',
  'sensors',
  'service-groups',
  'services',
  'shifts',
  'sor',
  'users',
  'visitors',
  'work-orders',
  'work-requests',
] as const

export type Scope = `${(typeof RESOURCES)[number]}:${'read' | 'write'}`

/** What a person may do beyond reading and writing resources. An API key never holds these. */
const DUTIES = ['api-keys:manage', 'webhooks:manage'] as const

export type Permission = Scope | (typeof DUTIES)[number]

export const SCOPES: readonly Scope[] = RESOURCES.flatMap((resource): Scope[] => [
  `${resource}:read`,
  `${resource}:write`,
])

const READ_ALL = SCOPES.filter((scope) => scope.endsWith(':read'))

/** What only Owner and Admin change: people, their roles, and the organization itself. */
const ADMINISTRATION: ReadonlySet<Scope> = new Set<Scope>([
  'managers:write',
  'organization:write',
  'users:write',
])

/** The permission table: what each role may do in its organization. */
const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  OWNER: new Set([...SCOPES, ...DUTIES]),
  ADMIN: new Set([...SCOPES, ...DUTIES]),
  MANAGER: new Set<Permission>(SCOPES.filter((scope) => !ADMINISTRATION.has(scope))),
  TECHNICIAN: new Set<Permission>([
    ...READ_ALL,
    'assets:write',
    'work-orders:write',
    'work-requests:write',
  ]),
  REQUESTER: new Set<Permission>([
    'bookings:write',
    'bookings:read',
    'locations:read',
    'resources:read',
    'services:read',
    'visitors:read',
    'visitors:write',
    'work-orders:read',
    'work-requests:write',
    'work-requests:read',
  ]),
  VIEWER: new Set<Permission>(READ_ALL),
  CONTRACTOR: new Set<Permission>(['locations:read', 'sor:read', 'sor:write', 'work-orders:read']),
}

/** Plans that include API keys and webhooks (integration guide, "Before you start"). */
const PLANS_WITH_API: ReadonlySet<Plan> = new Set<Plan>(['PROFESSIONAL', 'ENTERPRISE'])

export function planHasApi(plan: Plan): boolean {
  return PLANS_WITH_API.has(plan)
}

/** Who is asking: a signed-in person, a machine with a key, or Plantroom itself. */
export type Caller = {
  organizationId: string
  plan: Plan
} & (
  | { kind: 'user'; userId: string; role: Role; /** Unix ms */ expiresAt: number }
  | { kind: 'apiKey'; apiKeyId: string; scopes: ReadonlySet<string> }
  | { kind: 'system' }
)

export function may(caller: Caller, permission: Permission): boolean {
  switch (caller.kind) {
    case 'system':
      return true
    case 'user':
      return ROLE_PERMISSIONS[caller.role].has(permission)
    case 'apiKey':
      return holdsScope(caller.scopes, permission)
  }
}

/** Write implies read. */
function holdsScope(held: ReadonlySet<string>, wanted: string): boolean {
  return (
    held.has(wanted) || (wanted.endsWith(':read') && held.has(wanted.replace(/read$/, 'write')))
  )
}

/** Who did it, as recorded with every event. */
export interface Actor {
  type: 'USER' | 'API_KEY' | 'SYSTEM'
  id?: string
}

export function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case 'user':
      return { type: 'USER', id: caller.userId }
    case 'apiKey':
      return { type: 'API_KEY', id: caller.apiKeyId }
    case 'system':
      return { type: 'SYSTEM' }
  }
}
