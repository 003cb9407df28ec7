import { SCOPES } from '../../src/access/caller.ts'
import { openDatabase } from '../../src/database/database.ts'
import { openQueue } from '../../src/database/queue.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { seedCampus } from '../../src/demo/seed-campus.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createApiKey } from '../../src/identity/keys/service.ts'
import { createLogger } from '../../src/log.ts'
import { schema } from '../../src/schema.ts'
import { compileOperations } from '../../src/server/rest/operations.ts'
import { BENCH_SECRETS, median, progress, round, startProduct, throwAwayDatabase } from './stage.ts'

const ROUNDS = 12
const REQUESTS = 100
const CONNECTIONS = 4

/** A REST list of 50 beside the same query of GraphQL, in turns in one run. Goal: at most 1.2 times. */
export async function run(): Promise<object[]> {
  await using server = await throwAwayDatabase({ shared_buffers: '128MB' })
  const { key, organizationId } = await furnish(server.url)
  await using product = await startProduct({
    ...BENCH_SECRETS,
    DATABASE_URL: server.url,
    ROLES: 'server',
    REQUESTS_PER_MINUTE: '30000',
  })
  const document = compileOperations(schema).find(({ id }) => id === 'workOrders')?.document
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const body = JSON.stringify({ query: document, variables: { first: 50 } })
  const address = `${product.url}/api/v2/organizations/${organizationId}/work-orders?limit=50`
  const asks = {
    rest: () => fetch(address, { headers }),
    graphql: () => fetch(`${product.url}/graphql`, { method: 'POST', headers, body }),
  }
  const times = { rest: [] as number[], graphql: [] as number[] }
  for (let turn = 0; turn <= ROUNDS; turn++) {
    const order = turn % 2 === 0 ? (['rest', 'graphql'] as const) : (['graphql', 'rest'] as const)
    for (const name of order) {
      const ms = await measure(asks[name])
      // The first turn warms both up.
      if (turn > 0) times[name].push(ms)
    }
  }
  const ratios = times.rest.map((ms, index) => ms / (times.graphql[index] ?? ms))
  const line = {
    bench: 'rest',
    ratioToGraphQL: round(median(ratios), 3),
    restMs: round(median(times.rest)),
    graphqlMs: round(median(times.graphql)),
  }
  progress(`rest: ${line.ratioToGraphQL} times the GraphQL query`)
  return [line]
}

/** Milliseconds of a request, several under way. */
async function measure(ask: () => Promise<Response>): Promise<number> {
  const began = performance.now()
  let left = REQUESTS
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) {
        const answer = await ask()
        if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
        await answer.arrayBuffer()
      }
    }),
  )
  return (performance.now() - began) / REQUESTS
}

async function furnish(url: string): Promise<{ key: string; organizationId: string }> {
  await using database = openDatabase(url, 4)
  await using queue = await openQueue(url, [dispatchJob], false, createLogger('error'))
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const { organizationId, userId: ownerId } = owner
  const onProgress = () => undefined
  await seedCampus(database.pool, {
    organizationId,
    ownerId,
    scale: 2,
    now: new Date(),
    onProgress,
  })
  await database.pool.query('VACUUM ANALYZE')
  const { key } = await transaction({ database, queue }, owner, (unit) =>
    createApiKey(unit, { name: 'Bench', scopes: [...SCOPES] }),
  )
  return { key, organizationId }
}
