import { describeTable } from '../../database/reading/columns.ts'
import type PrismaTypes from '../../generated/pothos.ts'
import type { Permission } from '../../access/caller.ts'
import { builder } from '../builder.ts'
import { type Context, callerOf, scopedPrisma } from '../context.ts'
import { connectionNames, pageOptions } from '../reading/paging.ts'
import { readPage } from '../reading/read-page.ts'
import { type CursorScope, placeIn } from './cursor.ts'
import type { ListExtension } from './cursor-plugin.ts'
import { type OrderFields, orderInput, plainOrder, type Steps, totalOrder } from './order.ts'
import { type Comparators, conditionOf, type Where, whereInput } from './where.ts'

type Model = keyof PrismaTypes
type Column<M extends Model> = keyof PrismaTypes[M]['Shape'] & string
type Condition<M extends Model> = PrismaTypes[M]['Where']
type OwnOrder<M extends Model> = readonly Partial<Record<Column<M>, 'asc' | 'desc'>>[]

/** What the lists of a model have in common, wherever in the schema they stand. */
interface Definition<M extends Model> {
  /** Names the inputs, "WorkOrder" of WorkOrderWhere and WorkOrderOrder; the model unless given. */
  name?: string
  /** What the records are called, for people: "work orders". */
  called: string
  where: Comparators
  orderBy: OrderFields<Column<M>>
  /** The argument `orderBy` is one name, as it was before it could be more. */
  isPlainOrder?: boolean
  /** The order when none is asked for. */
  otherwise: OwnOrder<M>
  /** What holds for every record of a list, whatever is asked for. */
  always?: Always<M>
}

type Always<M extends Model> = (
  where: Where,
  context: Context,
) => Condition<M> | Promise<Condition<M>>

type Args = Readonly<Record<string, unknown>>

interface ListOptions<M extends Model> {
  description: string
  authScopes?: { permission: Permission } | { signedIn: true }
  /** Name of the connection without "Connection"; the model unless given. */
  connection?: string
  /** Further arguments, as the builder takes them. */
  args?: object
  /** What they ask for. */
  fromArgs?(args: Args, context: Context): object
  otherwise?: OwnOrder<M>
  /** Instead of what the definition says. */
  always?: Always<M>
}

/** The lists of a model: one definition, and a line for each field that has such a list. */
export interface Lists<M extends Model> {
  /** A list of the query type. */
  query(name: string, options: ListOptions<M>): void
  /** A list below a record: of what its relation leads to, its `field` unless given. */
  below(type: Model, field: string, options: ListOptions<M> & { connection: string }): void
}

/**
 * Defines the lists of a model: filters, order and what holds in each of them. Every list then has
 * `where` with `and`, `or` and `not`, `orderBy` with ties broken by id, cursors that go on where they
 * were made, `totalCount`, and reads only what is asked for of what its caller may see (docs/reading.md).
 */
export function defineList<M extends Model>(model: M, definition: Definition<M>): Lists<M> {
  const { called, where: comparators, orderBy: fields } = definition
  const name = definition.name ?? model
  demandColumns(model, comparators)
  const whereType = whereInput(`${name}Where`, called, comparators)
  const order = (definition.isPlainOrder === true ? plainOrder : orderInput)(name, called, fields)

  /** What one field needs to read its records. */
  function prepare(list: string, options: ListOptions<M>) {
    const otherwise = (options.otherwise ?? definition.otherwise) as Steps
    const always = options.always ?? definition.always
    const orderOf = (args: Args) => totalOrder(order.stepsOf(args['orderBy']), otherwise)
    const filter = (args: Args, context: Context): object | Promise<object> => {
      const where = (args['where'] ?? {}) as Where
      const own = always?.(where, context)
      const further = options.fromArgs?.(args, context)
      if (Object.keys(where).length === 0 && !(own instanceof Promise)) return allOf([own, further])
      return oncePerRequest(context, keyOf(list, args), async () =>
        allOf([await own, further, await conditionOf({ model, comparators }, where, context)]),
      )
    }
    const scopeOf = (args: Args, context: Context): CursorScope => {
      const { organizationId } = callerOf(context)
      return { list, model, orderBy: orderOf(args), organizationId }
    }
    const extension: ListExtension = { list, model, orderOf: (args) => orderOf({ ...args }) }
    const shared = {
      ...pageOptions,
      description: options.description,
      ...(options.authScopes === undefined ? {} : { authScopes: options.authScopes }),
      extensions: { list: extension },
    }
    return { filter, orderOf, scopeOf, shared }
  }

  function argsOf(t: { arg(options: object): unknown }, options: ListOptions<M>): object {
    return {
      where: t.arg({ type: whereType, description: 'Which ones; all when left out.' }),
      orderBy: t.arg({ type: order.type, description: order.description }),
      ...options.args,
    }
  }

  return {
    query(field, options) {
      const { filter, orderOf, scopeOf, shared } = prepare(`Query.${field}`, options)
      const names = connectionNames(options.connection ?? model)
      const list = (t: Fields) => ({
        ...shared,
        type: model,
        args: argsOf(t, options),
        resolve: async (query: object, _root: object, args: Args, context: Context, info: never) =>
          readPage(model, query, context, info, {
            where: await filter(args, context),
            orderBy: orderOf(args),
            ...placeIn(scopeOf(args, context), args),
          }),
        totalCount: async (_root: object, args: Args, context: Context) =>
          countOf(context, model, await filter(args, context)),
      })
      builder.queryField(field, (t) => fieldOf(t).prismaConnection(list(fieldOf(t)), ...names))
    },
    below(type, field, options) {
      const { filter, orderOf, scopeOf, shared } = prepare(`${type}.${field}`, options)
      const list = (t: Fields) => ({
        ...shared,
        totalCount: true,
        args: argsOf(t, options),
        query: (args: Args, context: Context) => {
          const place = { orderBy: orderOf(args), ...placeIn(scopeOf(args, context), args) }
          const where = filter(args, context)
          return where instanceof Promise
            ? where.then((found) => ({ where: found, ...place }))
            : { where, ...place }
        },
      })
      builder.prismaObjectField(type, field, (t) =>
        fieldOf(t).relatedConnection(
          field,
          list(fieldOf(t)),
          ...connectionNames(options.connection),
        ),
      )
    },
  }
}

/** The builder's methods without the types of one model: a definition is of any. */
interface Fields {
  arg(options: object): unknown
  prismaConnection(options: object, ...names: readonly object[]): never
  relatedConnection(relation: string, options: object, ...names: readonly object[]): never
}

function fieldOf(builder: object): Fields {
  return builder as Fields
}

/** A filter that leads to no column is found when the schema is built, not when it is asked for. */
function demandColumns(model: Model, comparators: Comparators): void {
  const { columns } = describeTable(model)
  for (const [name, { column, isComputed }] of Object.entries(comparators)) {
    if (isComputed !== true && !columns.has(column ?? name)) {
      throw new Error(`${model} has no column ${column ?? name} to filter by`)
    }
  }
}

function allOf(conditions: readonly (object | undefined)[]): object {
  const some = conditions.filter((one) => one !== undefined && Object.keys(one).length > 0)
  return some.length === 1 ? (some[0] ?? {}) : { AND: some }
}

function countOf(context: Context, model: Model, where: object): Promise<number> {
  const name = model.charAt(0).toLowerCase() + model.slice(1)
  const delegate: unknown = Reflect.get(scopedPrisma(context), name)
  return (delegate as { count(args: object): Promise<number> }).count({ where })
}

function keyOf(list: string, args: Args): string {
  const text = JSON.stringify(args, (_name, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  return `${list} ${text}`
}

const asked = new WeakMap<Context, Map<string, Promise<object>>>()

/** A list below many records asks for each of them, and its count once more. */
function oncePerRequest(
  context: Context,
  key: string,
  work: () => Promise<object>,
): Promise<object> {
  const known = asked.get(context) ?? new Map<string, Promise<object>>()
  asked.set(context, known)
  const answer = known.get(key) ?? work()
  known.set(key, answer)
  return answer
}
