import type { Scope } from '../../access/caller.ts'
import { AccessError } from '../../errors.ts'
import type { FacetKey } from '../../events/match.ts'
import type { EventItem } from '../../events/stream-log.ts'
import type PrismaTypes from '../../generated/pothos.ts'
import { builder } from '../../graphql/builder.ts'
import { type Context, demand, scopedPrisma } from '../../graphql/context.ts'
import { EventEnvelope } from '../event-type.ts'
import { loadRecord } from '../load-records.ts'
import { logArguments, StreamCheckpoint, StreamGap, subscribeToLog } from '../stream-schema.ts'

/** A subscription for one kind of screen: certain events of the log with the record they changed. */
interface Dashboard {
  description: string
  /** All of these are needed: with fewer the screen would stay empty without a word. */
  permissions: readonly [Scope, ...Scope[]]
  /** Event types that it holds: exact or `workorder.*`. */
  types: readonly string[]
  /** The record that changed: name of its field and its GraphQL type, which the model is named after. */
  record: {
    field: string
    type: keyof PrismaTypes
    description: string
    /** Facet of the event that names the record, where the event may be about a part of it. */
    facet?: FacetKey
  }
  /** The one record that the screen is of, as an argument beside those of `events`. */
  of?: {
    argument: string
    type: keyof PrismaTypes
    description: string
    /** Facet of the events that are about it. */
    facet: FacetKey
  }
}

/**
 * Adds a subscription over the log of events. Its items are `<Name>Change` (the event, and the
 * record as it is now), StreamCheckpoint and StreamGap; cursors are those of `events`.
 */
export function defineDashboard(name: string, dashboard: Dashboard): void {
  const typeName = name.charAt(0).toUpperCase() + name.slice(1)
  const { record, of } = dashboard
  const Change = builder.objectRef<EventItem>(`${typeName}Change`).implement({
    description: `A change on the screen that \`${name}\` feeds.`,
    fields: (t) => ({
      cursor: t.field({
        type: 'EventCursor',
        description: 'Resume `after` this change.',
        resolve: ({ event }) => event.position,
      }),
      event: t.field({
        type: EventEnvelope,
        description: 'What happened.',
        resolve: ({ event }) => event,
      }),
      [record.field]: t.prismaField({
        type: record.type,
        nullable: true,
        description: record.description,
        // The batch makes a query of its own for all changes of a turn; the fields below are the same.
        resolve: async (query, { event }, _args, context, info) => {
          Object.assign({}, query)
          const [id = event.subjectId] = (record.facet && event.facets[record.facet]) ?? []
          const found = await loadRecord(context, info, id, record.type)
          return found as never
        },
      }),
    }),
  })
  const Item = builder.unionType(`${typeName}Item`, {
    description: `What \`${name}\` sends: a change, word of how far the stream has come, or of changes that are missing.`,
    types: [Change, StreamCheckpoint, StreamGap],
    resolveType: ({ kind }) => {
      switch (kind) {
        case 'event':
          return Change
        case 'checkpoint':
          return StreamCheckpoint
        case 'gap':
          return StreamGap
      }
    },
  })
  builder.subscriptionField(name, (t) =>
    t.field({
      type: Item,
      description: dashboard.description,
      authScopes: { permission: dashboard.permissions[0] },
      extensions: { sharedByAuthorization: true },
      args: {
        ...logArguments(t.arg),
        ...(of && { [of.argument]: t.arg.id({ required: true, description: of.description }) }),
      },
      subscribe: async (_root, args, context) => {
        for (const permission of dashboard.permissions) demand(context, permission)
        const about = of && {
          [of.facet]: [await findOne(context, of.type, Reflect.get(args, of.argument))],
        }
        return subscribeToLog(context, args, { types: dashboard.types, about })
      },
      resolve: (item) => item,
    }),
  )
}

/** What of a Prisma client's models is used here; every one of them has it. */
interface Model {
  findUnique(args: object): Promise<{ id: string } | null>
}

/**
 * Makes sure that the caller's organization has the record: a mistyped id would give an empty screen.
 * @throws AccessError BAD_USER_INPUT
 */
async function findOne(context: Context, type: keyof PrismaTypes, id: unknown): Promise<string> {
  const model: Model = Reflect.get(
    scopedPrisma(context),
    type.charAt(0).toLowerCase() + type.slice(1),
  )
  const found = await model.findUnique({ where: { id }, select: { id: true } })
  if (found === null) throw new AccessError('BAD_USER_INPUT', `There is no ${type} ${String(id)}`)
  return found.id
}
