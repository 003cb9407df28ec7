import { Role } from '../generated/prisma/enums.ts'

/**
 * Who may do what: one row per resource, one column per role, two characters per cell.
 *
 * First character, reading: `r` everything, `o` one's own only, `-` nothing.
 * Second character, writing: `w` everything, `o` one's own only, `-` nothing.
 *
 * "One's own" is said beside each kind of record (restrictReading in graphql/visibility.ts for
 * reading, the slice's service for writing): what a requester reported, asked for, booked or announced,
 * what a technician is assigned to, what a contractor's company is assigned to or has quoted.
 *
 * docs/permissions.md is printed from here.
 */
const RESOURCE_TABLE = `
                   OWNER ADMIN MANAGER TECHNICIAN REQUESTER VIEWER CONTRACTOR
  analytics        rw    rw    rw      r-         --        r-     --
  assets           rw    rw    rw      rw         --        r-     --
  bookings         rw    rw    rw      r-         oo        r-     --
  companies        rw    rw    rw      r-         --        r-     --
  customer-fields  rw    rw    rw      r-         --        r-     --
  customers        rw    rw    rw      r-         --        r-     --
  devices          rw    rw    rw      r-         --        r-     --
  locations        rw    rw    rw      r-         r-        r-     r-
  managers         rw    rw    r-      r-         --        r-     --
  notifications    rw    rw    rw      r-         --        r-     --
  organization     rw    rw    r-      r-         --        r-     --
  resources        rw    rw    rw      r-         r-        r-     --
  sensors          rw    rw    rw      r-         --        r-     --
  service-groups   rw    rw    rw      r-         --        r-     --
  services         rw    rw    rw      r-         r-        r-     --
  shifts           rw    rw    rw      r-         --        r-     --
  sor              rw    rw    rw      r-         --        r-     oo
  users            rw    rw    r-      r-         --        r-     --
  visitors         rw    rw    rw      r-         oo        r-     --
  work-orders      rw    rw    rw      ro         o-        r-     o-
  work-requests    rw    rw    rw      rw         oo        r-     --
`

/** What a person may do beyond reading and writing resources. An API key never holds these. */
const DUTY_TABLE = `
                   OWNER ADMIN MANAGER TECHNICIAN REQUESTER VIEWER CONTRACTOR
  api-keys:manage  x     x     -       -          -         -      -
  audit:read       x     x     -       -          -         -      -
  plan:change      x     -     -       -          -         -      -
  webhooks:manage  x     x     -       -          -         -      -
`

/** Resources that scopes speak of; `<resource>:read` and `<resource>:write`, write implies read. */
export const RESOURCES = [
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
export type Resource = (typeof RESOURCES)[number]

export type Scope = `${Resource}:${'read' | 'write'}`

export const DUTIES = ['api-keys:manage', 'audit:read', 'plan:change', 'webhooks:manage'] as const

export type Permission = Scope | (typeof DUTIES)[number]

export const SCOPES: readonly Scope[] = RESOURCES.flatMap((resource): Scope[] => [
  `${resource}:read`,
  `${resource}:write`,
])

export const PERMISSIONS: readonly Permission[] = [...SCOPES, ...DUTIES]

/** How far a permission goes. */
export type Reach = 'all' | 'own' | 'none'

const resourceRows = parse(RESOURCE_TABLE, /^[ro-][wo-]$/, RESOURCES)
const dutyRows = parse(DUTY_TABLE, /^[x-]$/, DUTIES)

/** How far a role's permission goes. */
export function reachOf(role: Role, permission: Permission): Reach {
  const duty = dutyRows.get(permission)?.get(role)
  if (duty !== undefined) return duty === 'x' ? 'all' : 'none'
  const at = permission.lastIndexOf(':')
  const cell = resourceRows.get(permission.slice(0, at))?.get(role) ?? '--'
  switch (permission.endsWith(':write') ? cell[1] : cell[0]) {
    case 'r':
    case 'w':
      return 'all'
    case 'o':
      return 'own'
    default:
      return 'none'
  }
}

/** @throws unless there is exactly one well-formed cell for every row and every role. */
function parse(
  table: string,
  cellForm: RegExp,
  names: readonly string[],
): Map<string, Map<Role, string>> {
  const [head = [], ...lines] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/))
  const roles = head.map((name) => {
    const role = Object.values(Role).find((each) => each === name)
    if (role === undefined) throw new Error(`The permission table names no role ${name}`)
    return role
  })
  const rows = new Map<string, Map<Role, string>>()
  for (const [name = '', ...cells] of lines) {
    if (cells.length !== roles.length || !cells.every((cell) => cellForm.test(cell))) {
      throw new Error(`The permission table has a malformed row ${name}`)
    }
    rows.set(name, new Map(roles.map((role, index) => [role, cells[index] ?? ''])))
  }
  if (names.join() !== [...rows.keys()].join() || roles.length !== Object.keys(Role).length) {
    throw new Error('The permission table does not have every row and every role')
  }
  return rows
}
