import { brandWithType } from '@pothos/core'
import { queryFromInfo } from '@pothos/plugin-prisma'
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import { type Context, scopedPrisma } from '../graphql/context.ts'
import { openLoader } from '../graphql/reading/batch.ts'
import { kindOfId, typeNameOf } from '../graphql/reading/node.ts'
import { memo } from '../database/memo.ts'

/** Per request (or turn of a stream), then per place in the document and type. */
const loadersOf = memo((_context: Context) =>
  memo((_place: object) => new Map<string, ReturnType<typeof openLoader<object>>>()),
)

/**
 * Loads the record with an id, of whatever type, with exactly what the selection below asks for.
 * The ids that are asked for in one turn of the event loop at one place of a document are loaded by
 * one statement per type: a batch of events costs one, however many events and subscribers.
 * @param typeName GraphQL type of the record, for places that hold only one; else the id tells.
 * @returns null for an id that names no record of the caller's organization, or no type of its own.
 */
export async function loadRecord(
  context: Context,
  info: GraphQLResolveInfo,
  id: string,
  typeName = typeNameOfId(id),
): Promise<object | null> {
  if (typeName === undefined) return null
  // Also for ids that join a batch: it notes what was loaded, so that the fields below know.
  const query = queryFromInfo({ context, info, typeName })
  const loaders = loadersOf(context)(info.fieldNodes[0] ?? info)
  const loader =
    loaders.get(typeName) ?? openLoader((ids) => findRecords(context, info, typeName, query, ids))
  loaders.set(typeName, loader)
  return (await loader.load(id)) ?? null
}

function typeNameOfId(id: string): string | undefined {
  try {
    return typeNameOf(kindOfId(id))
  } catch {
    return undefined
  }
}

/** Whether an id names a record of its kind, in the organization that the client is scoped to. */
export async function isRecord(
  client: object,
  schema: GraphQLSchema,
  id: string,
): Promise<boolean> {
  const typeName = typeNameOfId(id)
  const model = typeName === undefined ? undefined : modelOf(client, schema, typeName)
  if (model === undefined) return false
  const found = await model.findMany({ where: { id: { in: [id] } }, select: { id: true } })
  return found.length > 0
}

function modelOf(client: object, schema: GraphQLSchema, typeName: string): Model | undefined {
  const modelName = schema.getType(typeName)?.extensions['pothosPrismaModel']
  if (typeof modelName !== 'string') return undefined
  return Reflect.get(client, modelName.charAt(0).toLowerCase() + modelName.slice(1))
}

/** What of a Prisma client's models is used here; every one of them has it. */
interface Model {
  findMany(args: object): Promise<{ id: string }[]>
}

async function findRecords(
  context: Context,
  info: GraphQLResolveInfo,
  typeName: string,
  query: { select?: object | undefined; include?: object | undefined },
  ids: string[],
): Promise<ReadonlyMap<string, object>> {
  const model = modelOf(scopedPrisma(context), info.schema, typeName)
  if (model === undefined) return new Map()
  const { select, include } = query
  const found = await model.findMany({
    ...(select === undefined ? {} : { select: { ...select, id: true } }),
    ...(include === undefined ? {} : { include }),
    where: { id: { in: ids } },
  })
  return new Map(
    found.map((record) => {
      brandWithType(record, typeName as never)
      return [record.id, record]
    }),
  )
}
