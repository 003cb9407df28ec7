import SchemaBuilder from '@pothos/core'
import ComplexityPlugin from '@pothos/plugin-complexity'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import type { Permission } from '../access/caller.ts'
import type PrismaTypes from '../generated/pothos.ts'
import { getDatamodel } from '../generated/pothos.ts'
import { type Context, callerOf, demand, scopedPrisma } from './context.ts'
import ListCursorsPlugin from './lists/cursor-plugin.ts'
import PlainIdsPlugin from './reading/plain-ids.ts'
import { demandNodeId, dropMalformed, readNodeId } from './reading/node.ts'

export interface SchemaTypes {
  Context: Context
  PrismaTypes: PrismaTypes
  DefaultFieldNullability: false
  AuthScopes: { signedIn: boolean; permission: Permission }
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: Date; Output: Date }
    BigInt: { Input: bigint; Output: bigint }
    JSONObject: { Input: Record<string, unknown>; Output: unknown }
    EventType: { Input: string; Output: string }
    EventCursor: { Input: bigint; Output: bigint }
  }
  Connection: { totalCount: () => number | Promise<number> }
}

/** The page size is a factor of the list's own field already. */
const COUNTED_ABOVE = { field: 1, multiplier: 1 }

/** Imports no slice: slices import it, and schema.ts imports the slices. */
export const builder = new SchemaBuilder<SchemaTypes>({
  defaultFieldNullability: false,
  plugins: [
    PlainIdsPlugin,
    ListCursorsPlugin,
    RelayPlugin,
    ScopeAuthPlugin,
    ComplexityPlugin,
    PrismaPlugin,
  ],
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    nodesOnConnection: {
      description: 'The records of the page, without their cursors.',
      complexity: COUNTED_ABOVE,
    },
    idFieldOptions: {
      description: 'Opaque, prefixed, the same everywhere: answers, payloads, logs.',
    },
    edgesFieldOptions: {
      description: 'The records of the page with their cursors.',
      complexity: COUNTED_ABOVE,
    },
    nodeFieldOptions: { description: 'The record.' },
    cursorFieldOptions: { description: 'Its place in the list.' },
    pageInfoFieldOptions: { description: 'Where the page lies in the list.' },
    pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there is more after it.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is more before it.' },
    startCursorFieldOptions: { description: 'Cursor of the first record.' },
    endCursorFieldOptions: { description: 'Cursor of the last record; hand it back as `after`.' },
    firstArgOptions: {
      description: 'At most this many from the start: 20 unless given, up to 100.',
    },
    afterArgOptions: { description: 'Only what comes after this cursor.' },
    lastArgOptions: { description: 'At most this many from the end, up to 100.' },
    beforeArgOptions: { description: 'Only what comes before this cursor.' },
    nodeQueryOptions: {
      description: 'Any record by its id. Null when there is none in your organization.',
      args: { id: { description: 'Id of any kind.' } },
      authScopes: { signedIn: true },
      resolve: (_root, { id }, _context, _info, resolveNode) => {
        demandNodeId(id)
        return resolveNode(id)
      },
    },
    nodesQueryOptions: {
      description: 'Records by their ids, in the order asked for; null where there is none.',
      args: { ids: { description: 'Ids of any kinds.' } },
      authScopes: { signedIn: true },
      resolve: (_root, { ids }, _context, _info, resolveNodes) => {
        dropMalformed(ids)
        return resolveNodes(ids)
      },
    },
    nodeTypeOptions: { description: 'A record with an id of its own.' },
    // Ids are opaque prefixed strings everywhere; the prefix names the type.
    encodeGlobalID: (_typename, id) => String(id),
    decodeGlobalID: readNodeId,
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    // Once per record rather than once per field of it.
    runScopesOnType: true,
    authScopes: (context) => ({
      signedIn: () => callerOf(context) !== undefined,
      permission: (permission) => demand(context, permission),
    }),
  },
  // The plugin is here for the option `complexity` of fields; admission.ts reads it and adds it up, for
  // a whole operation at once and before it runs.
  complexity: { disabled: true },
  prisma: {
    client: scopedPrisma,
    dmmf: getDatamodel(),
    filterConnectionTotalCount: true,
    onUnusedQuery: 'error',
    exposeDescriptions: false,
  },
})

builder.queryType({
  description: 'Reads. Everything is limited to the organization of the caller.',
})
builder.mutationType({
  description:
    'Changes. Each runs in one transaction with its events; expected failures come back in `userErrors`.',
})
builder.subscriptionType({
  description: 'Live streams over WebSocket (graphql-transport-ws) or SSE.',
})
