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
    'What a key changes, by whichever command, it needs the scope for: a work request becomes a work order by a key that may also write work orders. Only what follows by rule (a notification, the automatic status of an asset) needs none.',
    '',
    '## Nobody grants or obtains more than they have',
    '',
    'Whoever gives somebody a role, invites, sends an invitation again, admits, or changes what somebody signs in with must hold every permission of that role themselves, and as far. So a key invites only those whose permissions its scopes cover: it is given the invitation and could accept it.',
    'The same holds for scopes that are given to a key or an integration, and for the new text of a key that is rotated. Suspending, deleting and revoking take rights away: a key may do it to anybody below Admin.',
    'What others have entered is not told either: an e-mail address, or a person at the external provider, may have an account in each organization, with a password of its own. `signIn` finds the one that the password is of; `organizationId` names it where one password is good for several. With a token of the provider `X-Organization-Id` (`organizationId` of `connection_init`) names it; the first that entered the person is meant without. A new address of somebody who has a password waits (`User.pendingEmail`) until they confirm it with `emailConfirm`.',
    'An approval limit is a right too: nobody gives a higher one than their own, whom they invite begins with no more than that, and a key, which approves nothing, gives none.',
    'A key is made with no more than its maker may, and nobody gives it more than they have. It belongs to the organization, not to its maker, and lives on as it is when they go or lose rights: systems depend on it, others know it and are accountable for it too, and a delivery that stops because somebody changed department helps nobody. So it may then do more than they; they know its text until it is rotated. `ApiKey.createdBy` and `knownByIds` say who does; `userSuspend`, `userDelete` and a `userUpdate` to a role that may do less list the keys that live on, and end them with `revokeApiKeys`.',
    '',
    '## Approvals hold what was approved',
    '',
    'What a key does may have been done by everybody whom one of its texts was shown to, who made or rotated it. None of them approves a quotation that it handed in. A quotation keeps through which session or key it was handed in and approved, and a digest of its content; one that is no more what was handed in is not approved.',
    'Visits and bookings keep the same: `approvedBy`, `approvedAt`, `approvedThrough`, `approvedDigest`. What somebody changes who may not approve waits for an approval again; changed by who may, it is approved by them as it is now. Nobody checks in to what is not what was approved.',
    "A visit that somebody changes who may not approve waits for an approval again, where the site wants approvals; if it becomes another person's, the checkpoints of the former one count no more. Requesters complete no checkpoints, and at a site with rules they check nobody in.",
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
