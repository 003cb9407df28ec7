import type { GraphQLResolveInfo } from 'graphql'
import type PrismaTypes from '../../generated/pothos.ts'
import { type Context, callerOf } from '../context.ts'
import { projectPage } from './projection.ts'
import { restrictionsFor } from './visibility.ts'

type Model = keyof PrismaTypes

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
  wanted: { where?: PrismaTypes[M]['Where'] | undefined; orderBy: PrismaTypes[M]['OrderBy'][] },
): Promise<PrismaTypes[M]['Shape'][]> {
  const caller = callerOf(context)
  const rows: unknown = await context.database.readPage(
    model,
    { ...projectPage(query, info), ...wanted },
    caller.organizationId,
    restrictionsFor(caller),
  )
  // Their shape is what the selected fields need, which is all that is looked at.
  return rows as PrismaTypes[M]['Shape'][]
}
