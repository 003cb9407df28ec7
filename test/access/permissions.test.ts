import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { getNamedType, type GraphQLField } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, holdsScope, may, SCOPES } from '../../src/access/caller.ts'
import { Role } from '../../src/generated/prisma/enums.ts'
import { describePermissions } from '../../src/identity/organization/describe-permissions.ts'
import { DUTIES, type Permission, PERMISSIONS, reachOf } from '../../src/access/permissions.ts'
import { schema } from '../../src/schema.ts'
import {
  addOrganization,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { sampleArguments, selectAll } from '../harness/schema-walk.ts'

describe('the permission table', () => {
  it('is what docs/permissions.md says', async () => {
    const kept = await readFile(
      path.resolve(import.meta.dirname, '../../docs/permissions.md'),
      'utf8',
    )
    expect(kept).toBe(describePermissions())
  })

  it('lets nobody write what they cannot read', () => {
    for (const role of Object.values(Role)) {
      for (const scope of SCOPES.filter((each) => each.endsWith(':write'))) {
        if (reachOf(role, scope) === 'none') continue
        const reading: Permission = scope.replace(/write$/, 'read') as Permission
        expect(reachOf(role, reading), `${role} ${scope}`).not.toBe('none')
      }
    }
  })

  it('gives Owners everything and keys no duty', () => {
    for (const permission of PERMISSIONS) expect(reachOf('OWNER', permission)).toBe('all')
    const key: Caller = {
      kind: 'apiKey',
      organizationId: 'o-1',
      plan: 'ENTERPRISE',
      apiKeyId: 'key-1',
      scopes: new Set(SCOPES),
    }
    for (const duty of DUTIES) expect(may(key, duty)).toBe(false)
  })
})

type Field = GraphQLField<unknown, unknown>

/** Open to whoever has no credentials yet. */
const OPEN = ['signIn', 'signInWithCode', 'sessionRefresh', 'invitationAccept']
/** What any signed-in caller may ask; what they get is limited elsewhere. */
const SIGNED_IN = new Set([
  'attention',
  'emailConfirm',
  'events',
  'eventTypes',
  'node',
  'nodes',
  'notificationMarkRead',
  'notifications',
  'passwordChange',
  'rateLimit',
  'signOut',
  'viewer',
])

const roots = [
  ['query', schema.getQueryType()],
  ['mutation', schema.getMutationType()],
] as const
const fields = roots.flatMap(([kind, type]) =>
  Object.values(type?.getFields() ?? {}).map((field): ['query' | 'mutation', Field] => [
    kind,
    field,
  ]),
)

/** What a field demands, as its definition says. */
function demandOf(field: Field): { permission?: Permission; signedIn?: boolean } | undefined {
  const options: unknown = field.extensions['pothosOptions']
  if (typeof options !== 'object' || options === null || !('authScopes' in options)) {
    return undefined
  }
  return options.authScopes as { permission?: Permission; signedIn?: boolean }
}

const guarded = fields.flatMap(([kind, field]) => {
  const permission = demandOf(field)?.permission
  return permission === undefined ? [] : [{ kind, field, permission }]
})

describe('every field', () => {
  it('demands a permission, a sign-in, or is one of the few that are open', () => {
    const subscriptions = Object.values(schema.getSubscriptionType()?.getFields() ?? {})
    const open: string[] = []
    const signedIn: string[] = []
    for (const field of [...fields.map(([, each]) => each), ...subscriptions]) {
      const demand = demandOf(field)
      if (demand?.permission !== undefined) continue
      if (demand?.signedIn === true) signedIn.push(field.name)
      else open.push(field.name)
    }
    expect(open.toSorted()).toEqual(OPEN.toSorted())
    expect(signedIn.filter((name) => !SIGNED_IN.has(name))).toEqual([])
  })

  let test: TestApp
  let org: TestOrganization
  beforeAll(async () => {
    test = await startTestApp()
    org = await addOrganization(test)
  })
  afterAll(() => test[Symbol.asyncDispose]())

  async function isRefused(
    credentials: Credentials,
    { kind, field, permission }: (typeof guarded)[number],
  ): Promise<boolean> {
    const variables = sampleArguments(field.args)
    const used = field.args.filter((argument) => argument.name in variables)
    const declared = used.map((argument) => `$${argument.name}: ${String(argument.type)}`)
    const passed = used.map((argument) => `${argument.name}: $${argument.name}`)
    const head = declared.length === 0 ? '' : `(${declared.join(', ')})`
    const call = passed.length === 0 ? '' : `(${passed.join(', ')})`
    const selection = selectAll(getNamedType(field.type), schema, 0)
    const response = await fetch(`${test.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...credentials },
      body: JSON.stringify({
        query: `${kind} ${head} { ${field.name}${call} ${selection} }`,
        variables,
      }),
    })
    const text = await response.text()
    expect(response.status, `${field.name}: ${text}`).toBeLessThan(500)
    const refused =
      text.includes(`Missing permission ${permission}`) ||
      text.includes('Webhook management needs a Bearer token')
    expect(response.status === 403 || !refused, `${field.name}: ${response.status} ${text}`).toBe(
      true,
    )
    return refused
  }

  it('is open to exactly the roles that the table names', async () => {
    const wrong: string[] = []
    for (const role of Object.values(Role)) {
      const { credentials } = await org.addUser(role)
      for (const each of guarded) {
        const refused = await isRefused(credentials, each)
        if (refused !== (reachOf(role, each.permission) === 'none')) {
          wrong.push(`${each.field.name} ${refused ? 'refuses' : 'admits'} ${role}`)
        }
      }
    }
    console.log(`permissions: ${guarded.length} fields × ${Object.values(Role).length} roles`)
    expect(wrong).toEqual([])
  }, 120_000)

  it('is open to a key with exactly the scopes that it demands', async () => {
    const wrong: string[] = []
    for (const scope of SCOPES) {
      const key = await org.addApiKey([scope])
      for (const each of guarded) {
        const refused = await isRefused(key, each)
        if (refused === holdsScope(new Set([scope]), each.permission)) {
          wrong.push(`${each.field.name} ${refused ? 'refuses' : 'admits'} ${scope}`)
        }
      }
    }
    console.log(`permissions: ${guarded.length} fields × ${SCOPES.length} scopes`)
    expect(wrong).toEqual([])
  }, 240_000)
})
