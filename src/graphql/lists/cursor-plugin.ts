import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes as AnyTypes,
} from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import { type Context, callerOf } from '../context.ts'
import { type CursorScope, writeCursor } from './cursor.ts'

const PLUGIN = 'listCursors'

declare global {
  // The way in which builders of the object layer learn of a plugin.
  // oxlint-disable-next-line typescript/no-namespace
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends AnyTypes> {
      listCursors: ListCursors<Types>
    }
  }
}

/** What a field of a list says of itself, as its extension `list`. */
export interface ListExtension {
  list: string
  model: string
  orderOf(args: object): CursorScope['orderBy']
}

interface Connection {
  edges: readonly ({ node: Readonly<Record<string, unknown>> } | null)[]
  pageInfo: object
}

/**
 * Gives the records of a list cursors that hold what they are sorted by. The object layer writes only
 * their ids into them, and has no place where one could say otherwise.
 */
class ListCursors<Types extends AnyTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const list: unknown = field.extensions?.['list']
    if (!isList(list)) return resolve
    return (parent, args, context, info) => {
      const answer: unknown = resolve(parent, args, context, info)
      const finish = (connection: Connection) => {
        const { organizationId } = callerOf(context as unknown as Context)
        const orderBy = list.orderOf(args)
        return withCursors(connection, { ...list, orderBy, organizationId })
      }
      return answer instanceof Promise
        ? answer.then((connection: Connection) => finish(connection))
        : finish(answer as Connection)
    }
  }
}

function isList(value: unknown): value is ListExtension {
  return typeof value === 'object' && value !== null && 'orderOf' in value
}

/** Cursors are written when they are asked for: most lists are asked for one, if any. */
class ListEdge {
  readonly node: Readonly<Record<string, unknown>>
  readonly #scope: CursorScope

  constructor(node: Readonly<Record<string, unknown>>, scope: CursorScope) {
    this.node = node
    this.#scope = scope
  }

  get cursor(): string {
    return writeCursor(this.#scope, this.node)
  }
}

function withCursors(connection: Connection, scope: CursorScope): object {
  const edges = connection.edges.map((edge) => edge && new ListEdge(edge.node, scope))
  const pageInfo = {
    ...connection.pageInfo,
    get startCursor() {
      return edges[0]?.cursor ?? null
    },
    get endCursor() {
      return edges.at(-1)?.cursor ?? null
    },
  }
  return { ...connection, edges, pageInfo }
}

SchemaBuilder.registerPlugin(PLUGIN, ListCursors)
export default PLUGIN
