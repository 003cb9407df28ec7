import {
  buildSchema,
  execute,
  type ExecutionArgs,
  getOperationAST,
  parse,
  type OperationDefinitionNode,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../../src/access/caller.ts'
import { createLogger } from '../../src/log.ts'
import { createExecutions } from '../../src/server/live/shared-execution.ts'

const schema = buildSchema(`
  type Item { name: String! loud(times: Int): String! }
  type Query { unused: Int }
  type Subscription { items(after: Int, kind: String): Item! others: Item! }
`)
const fields = schema.getSubscriptionType()?.getFields()
if (fields?.['items'] === undefined) throw new Error('no such field')
fields['items'].extensions = { sharedByAuthorization: true }
for (const field of Object.values(fields)) field.resolve = (item: unknown) => item

const KEY: Caller = {
  kind: 'apiKey',
  organizationId: 'o-1',
  plan: 'ENTERPRISE',
  apiKeyId: 'key-1',
  scopes: new Set(['a:read', 'b:read']),
}

/** Joins subscriptions one after another and counts how often anything is executed. */
function setUp() {
  const executions = createExecutions(createLogger('silent'), 10_000, (text) => text)
  const counter = { executed: 0 }
  const join = (query: string, variables: Record<string, unknown> = {}, caller: Caller = KEY) => {
    const document = parse(query)
    const operation: OperationDefinitionNode | null | undefined = getOperationAST(document)
    if (!operation) throw new Error('no operation')
    const args: ExecutionArgs = {
      schema,
      document,
      variableValues: variables,
      contextValue: { caller },
    }
    return executions.join({
      args,
      query,
      operation,
      caller,
      execute: (given) => {
        counter.executed++
        return execute(given)
      },
    })
  }
  return { join, counter }
}

const item = (name: string) => ({ name, loud: ({ times = 1 }) => name.toUpperCase().repeat(times) })
const QUERY =
  'subscription($after: Int, $kind: String) { items(after: $after, kind: $kind) { name } }'

describe('shared execution', () => {
  it('executes an item once for the same document, whatever the cursor and filter', async () => {
    const { join, counter } = setUp()
    const thing = item('x')
    const all = [join(QUERY), join(QUERY, { after: 5 }), join(QUERY, { after: 9, kind: 'k' })]
    expect(await Promise.all(all.map(async (each) => each.payloadOf(thing)))).toEqual(
      all.map(() => '{"data":{"items":{"name":"x"}}}'),
    )
    expect(counter.executed).toBe(1)
  })

  it('executes again for another item, another document and another variable of the selection', async () => {
    const { join, counter } = setUp()
    const thing = item('x')
    const loud = 'subscription($n: Int) { items { loud(times: $n) } }'
    expect(await join(QUERY).payloadOf(item('y'))).toContain('"y"')
    expect(await join(QUERY).payloadOf(thing)).toContain('"x"')
    expect(await join(loud, { n: 1 }).payloadOf(thing)).toContain('"X"')
    expect(await join(loud, { n: 2 }).payloadOf(thing)).toContain('"XX"')
    expect(counter.executed).toBe(4)
  })

  it('never shares between organizations, roles or sets of scopes', async () => {
    const { join, counter } = setUp()
    const thing = item('x')
    const callers: Caller[] = [
      KEY,
      { ...KEY, organizationId: 'o-2' },
      { ...KEY, scopes: new Set(['a:read']) },
      { ...KEY, kind: 'user', userId: 'usr-1', role: 'OWNER', expiresAt: 0 },
      { ...KEY, kind: 'user', userId: 'usr-1', role: 'VIEWER', expiresAt: 0 },
    ]
    for (const caller of callers) await join(QUERY, {}, caller).payloadOf(thing)
    expect(counter.executed).toBe(callers.length)
  })

  it('shares between keys with the same scopes in another order', async () => {
    const { join, counter } = setUp()
    const thing = item('x')
    await join(QUERY).payloadOf(thing)
    await join(
      QUERY,
      {},
      { ...KEY, apiKeyId: 'key-2', scopes: new Set(['b:read', 'a:read']) },
    ).payloadOf(thing)
    expect(counter.executed).toBe(1)
  })

  it('shares nothing of a field that has not promised to be shareable', async () => {
    const { join, counter } = setUp()
    const thing = item('x')
    await join('subscription { others { name } }').payloadOf(thing)
    await join('subscription { others { name } }').payloadOf(thing)
    expect(counter.executed).toBe(2)
  })

  it('forgets everything when the last subscriber has left', async () => {
    const { join, counter } = setUp()
    const thing = item('x')
    const [first, second] = [join(QUERY), join(QUERY)]
    await first.payloadOf(thing)
    first.leave()
    await second.payloadOf(thing)
    second.leave()
    expect(counter.executed).toBe(1)
    await join(QUERY).payloadOf(thing)
    expect(counter.executed).toBe(2)
  })

  it('gives a failing field as an error with a code, and the text of faults to nobody', async () => {
    const { join } = setUp()
    const broken = {
      get name(): string {
        throw new Error('secret text')
      },
    }
    const payload = JSON.parse(await join(QUERY).payloadOf(broken))
    expect(payload).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL' } }] })
    expect(JSON.stringify(payload)).not.toContain('secret')
  })
})
