import { PLAN_LIMITS } from '../../access/caller.ts'
import { Plan, Role } from '../../generated/prisma/enums.ts'
import { DUTIES, RESOURCES, type Permission, reachOf } from '../../access/permissions.ts'

const DUTY_TEXTS: Record<(typeof DUTIES)[number], string> = {
  'api-keys:manage': 'create, rotate and revoke API keys and integrations',
  'audit:read': 'read the audit log',
  'plan:change': 'change the plan',
  'webhooks:manage': 'manage webhook endpoints and read their deliveries',
}

/** The tables of permissions and plans as Markdown: docs/permissions.md. */
export function describePermissions(): string {
  const roles = Object.values(Role)
  const title = (text: string) => text[0] + text.slice(1).toLowerCase()
  const head = (first: string) => [
    `| ${first} | ${roles.map(title).join(' | ')} |`,
    `| --- |${' --- |'.repeat(roles.length)}`,
  ]
  return [
    '# Permissions',
    '',
    'Printed from `src/access/permissions.ts` and `src/access/caller.ts` by `node scripts/print-permissions.ts`; a test holds them together.',
    '',
    '## Roles',
    '',
    '"own" means: what a requester reported, asked for, booked, announced or receives as a host, what a technician is assigned to, what a contractor\'s company is assigned to or has quoted.',
    'Everybody sees their own user record. Only an Owner may make, change, suspend or delete an Owner, and the last active Owner stays.',
    '',
    ...head('resource'),
    ...RESOURCES.map(
      (resource) =>
        `| ${resource} | ${roles.map((role) => describeCell(role, resource)).join(' | ')} |`,
    ),
    '',
    ...head('beyond resources'),
    ...DUTIES.map(
      (duty) =>
        `| ${duty}: ${DUTY_TEXTS[duty]} | ${roles.map((role) => (reachOf(role, duty) === 'all' ? 'yes' : '')).join(' | ')} |`,
    ),
    '',
    '## Scopes of API keys',
    '',
    'A key holds scopes, not a role: `<resource>:read` or `<resource>:write` for each resource above; write implies read.',
    'A key of an integration can do no more than the integration may. No key holds what is beyond resources.',
    '',
    '## Plans',
    '',
    '| plan | API keys and webhooks | requests per minute and key or person | API keys |',
    '| --- | --- | --- | --- |',
    ...Object.values(Plan).map((plan) => {
      const { api, requestsPerMinute, apiKeys } = PLAN_LIMITS[plan]
      return `| ${title(plan)} | ${api ? 'yes' : 'no'} | ${requestsPerMinute} | ${apiKeys} |`
    }),
    '',
  ].join('\n')
}

function describeCell(role: Role, resource: (typeof RESOURCES)[number]): string {
  const describe = (doing: 'read' | 'write') => {
    const permission: Permission = `${resource}:${doing}`
    const reach = reachOf(role, permission)
    return reach === 'none' ? [] : [reach === 'own' ? `${doing} own` : doing]
  }
  return [...describe('read'), ...describe('write')].join(', ')
}
