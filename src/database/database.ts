import { PrismaPg } from '@prisma/adapter-pg'
import { Pool } from 'pg'
import { LRUCache } from 'lru-cache'
import { Prisma, PrismaClient } from '../generated/prisma/client.ts'
import { hideForeign } from './reading/hide-foreign.ts'
import { type MemoryLease, openMemoryLease } from './memory/memory-lease.ts'
import { noteConnected } from './outage.ts'
import { narrowReading, type Restrictions } from './reading/narrow-reading.ts'
import { pageStatement } from './reading/statement.ts'
import { trackScopes } from './query-scope.ts'
import { type FindVisible, findHiddenCursors, scopeCursors } from './reading/scope-cursors.ts'
import { createStatementNames } from './statement-names.ts'
import { CONNECTION_WAIT_MS, idleInTransactionMs } from './time-limits.ts'

/** Everything that reaches PostgreSQL. */
export interface Database extends AsyncDisposable {
  url: string
  /** For statements that Prisma would make slow: the dispatcher, the lanes, the log reader. */
  pool: Pool
  /** Until when this process may go by what it has read. */
  memory: MemoryLease
  /**
   * Sees every organization. Only for what has no caller yet (sign-in, key look-up) or none at all
   * (jobs); everything else goes through `scopedTo`.
   */
  unscoped: PrismaClient
  /**
   * A client that reads and writes rows of one organization only.
   * @param restrictions conditions per model that everything read must meet besides
   */
  scopedTo(organizationId: string, restrictions?: Restrictions): PrismaClient
  /**
   * What `findMany` of such a client reads, with one statement of our own where it can be written.
   * Prisma takes longer to make the rows of a page than PostgreSQL to find them.
   * @param args as `findMany` takes them
   */
  readPage(
    model: Prisma.ModelName,
    args: object,
    organizationId: string,
    restrictions?: Restrictions,
  ): Promise<Record<string, unknown>[]>
}

/** Clients kept for organizations seen lately; making one costs about 0.1 ms. */
const SCOPED_CLIENTS = 500

/** @param queryTimeoutMs the longest that a request works with it */
export function openDatabase(url: string, poolSize: number, queryTimeoutMs = 0): Database {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECTION_WAIT_MS,
    idle_in_transaction_session_timeout: idleInTransactionMs(queryTimeoutMs),
    application_name: 'plantroom',
  })
  trackScopes(pool, url)
  // An idle connection that PostgreSQL closed: the pool has dropped it and opens another when asked.
  pool.on('error', () => undefined)
  // The same while somebody has it between two statements: the next one fails and says so, whereas an
  // event without a listener would end the process.
  pool.on('connect', (client) => {
    noteConnected()
    client.on('error', () => undefined)
  })
  const nameOf = createStatementNames()
  const unscoped = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: ({ sql }) => nameOf(sql) ?? '' }),
  })
  const memory = openMemoryLease(url)
  const scoped = new LRUCache<string, PrismaClient>({ max: SCOPED_CLIENTS })
  const scopedTo: Database['scopedTo'] = (organizationId, restrictions) => {
    if (restrictions !== undefined) return scopeClient(unscoped, organizationId, restrictions)
    const known = scoped.get(organizationId)
    if (known !== undefined) return known
    const made = scopeClient(unscoped, organizationId)
    scoped.set(organizationId, made)
    return made
  }
  return {
    url,
    pool,
    memory,
    unscoped,
    scopedTo,
    async readPage(model, args, organizationId, restrictions) {
      const given: Record<string, unknown> = { ...args }
      const narrowed =
        restrictions === undefined ? given : narrowReading(model, given, restrictions)
      const statement = pageStatement(model, narrowed, organizationId)
      if (statement === undefined) {
        return delegateOf(scopedTo(organizationId, restrictions), model).findMany(args)
      }
      const find = visibleIn(unscoped, organizationId)
      if (restrictions !== undefined) {
        const hidden = await findHiddenCursors(model, narrowed, restrictions, find)
        if (hidden.size > 0) return []
      }
      const { text, values } = statement
      const { rows } = await pool.query<unknown[]>({
        name: nameOf(text) ?? '',
        text,
        values,
        rowMode: 'array',
      })
      const records = statement.toRecords(rows)
      if (restrictions !== undefined) {
        await hideForeign(model, narrowed, records, restrictions, find)
      }
      return records
    },
    async [Symbol.asyncDispose]() {
      await memory[Symbol.asyncDispose]()
      await unscoped.$disconnect()
      await pool.end()
    },
  }
}

/**
 * Adds the organization to every statement of every model, so that no query can forget it: to
 * `where` of reads, updates and deletes, to `data` of creates. Relations need nothing: composite
 * foreign keys (organization, id) make a row of another organization unreachable.
 */
function scopeClient(
  client: PrismaClient,
  organizationId: string,
  restrictions?: Restrictions,
): PrismaClient {
  const find = visibleIn(client, organizationId)
  const extended = client.$extends({
    query: {
      $allModels: {
        async $allOperations({ model, operation, args, query }) {
          const key = tenantKeyOf(model)
          const given: Record<string, unknown> = { ...args }
          const narrowed =
            restrictions === undefined ? given : narrowReading(model, given, restrictions)
          const hidden =
            restrictions === undefined
              ? new Set()
              : await findHiddenCursors(model, narrowed, restrictions, find)
          const scopedArgs = scopeCursors(model, narrowed, organizationId, tenantKeyOf, hidden)
          const kind = OPERATIONS[operation]
          if (kind === undefined) throw new Error(`${operation} has no rule for its scope`)
          if (kind.where) scopedArgs['where'] = restrict(scopedArgs['where'], key, organizationId)
          if (kind.data) scopedArgs['data'] = stamp(scopedArgs['data'], key, organizationId)
          if (operation === 'upsert') {
            scopedArgs['create'] = stamp(scopedArgs['create'], key, organizationId)
          }
          const result: unknown = await query(scopedArgs)
          if (restrictions !== undefined) {
            await hideForeign(model, scopedArgs, result, restrictions, find)
          }
          return result
        },
      },
    },
  })
  // The extension changes no type; the cast keeps its generic out of every signature above.
  return extended as unknown as PrismaClient
}

function visibleIn(client: PrismaClient, organizationId: string): FindVisible {
  return async (model, ids, condition) => {
    const where = { id: { in: [...ids] }, organizationId, AND: [condition] }
    const rows = await delegateOf(client, model).findMany({ where, select: { id: true } })
    return new Set(rows.map((row) => row.id))
  }
}

/** What reads the records of a model; of the type of one of them, as all have the same methods. */
function delegateOf(client: PrismaClient, model: string): PrismaClient['user'] {
  const delegate: unknown = Reflect.get(client, model.charAt(0).toLowerCase() + model.slice(1))
  return delegate as PrismaClient['user']
}

const READ = { where: true, data: false }
const WRITE = { where: false, data: true }
const OPERATIONS: Partial<Record<string, { where: boolean; data: boolean }>> = {
  findUnique: READ,
  findUniqueOrThrow: READ,
  findFirst: READ,
  findFirstOrThrow: READ,
  findMany: READ,
  count: READ,
  aggregate: READ,
  groupBy: READ,
  update: READ,
  updateMany: READ,
  updateManyAndReturn: READ,
  delete: READ,
  deleteMany: READ,
  upsert: READ,
  create: WRITE,
  createMany: WRITE,
  createManyAndReturn: WRITE,
}

/**
 * Column that names the tenant of a model's rows.
 * @throws for a model without one: a new model cannot be forgotten.
 */
export function tenantKeyOf(model: string): 'id' | 'organizationId' {
  if (model === 'Organization') return 'id'
  const fields: unknown = Reflect.get(Prisma, `${model}ScalarFieldEnum`)
  if (typeof fields === 'object' && fields !== null && 'organizationId' in fields) {
    return 'organizationId'
  }
  throw new Error(`Model ${model} has no organizationId`)
}

function restrict(where: unknown, key: string, organizationId: string): object {
  const given = typeof where === 'object' && where !== null ? where : {}
  // Beside, not instead of, a condition on the same column: asking for another organization's
  // rows must find nothing rather than one's own.
  return {
    ...given,
    AND: [{ [key]: organizationId }, ...('AND' in given ? [given.AND].flat() : [])],
  }
}

function stamp(data: unknown, key: string, organizationId: string): unknown {
  if (Array.isArray(data)) return data.map((row: unknown) => stamp(row, key, organizationId))
  return { ...(typeof data === 'object' ? data : {}), [key]: organizationId }
}
