import type { GraphQLResolveInfo } from 'graphql'
import type PrismaTypes from '../../generated/pothos.ts'
import { type Context, callerOf } from '../context.ts'
import type { Place } from '../../database/reading/place.ts'
import { projectPage } from './projection.ts'
import { restrictionsFor } from './visibility.ts'

type Model = keyof PrismaTypes

interface Wanted<M extends Model> {
  where?: PrismaTypes[M]['Where'] | undefined
  orderBy: readonly PrismaTypes[M]['OrderBy'][]
  /** From where the page goes on; instead of what `query` says of it. */
  cursor?: { at: Place }
}

/**
 * The rows of a list: those of the caller's organization, of them only their own where their role
 * reads no more than that, and of each only what the query shows.
 * @param query what the connection asks for, as it was given to its `resolve`
 */
export async function readPage<M extends Model>(
  model: M,
  query: object,
  context: Context,
  info: GraphQLResolveInfo,
  wanted: Wanted<M>,
): Promise<PrismaTypes[M]['Shape'][]> {
  const caller = callerOf(context)
  const rows: unknown = await context.database.readPage(
    model,
    { ...withOrder(projectPage(query, info), wanted.orderBy), ...wanted },
    caller.organizationId,
    restrictionsFor(caller),
  )
  // Their shape is what the selected fields need, which is all that is looked at.
  return rows as PrismaTypes[M]['Shape'][]
}

/** Cursors are made of what the list is sorted by. */
function withOrder(query: object, orderBy: readonly object[]): object {
  if (!('select' in query)) return query
  const select = { ...Object(query.select) }
  for (const step of orderBy) for (const field of Object.keys(step)) select[field] = true
  return { ...query, select }
}
