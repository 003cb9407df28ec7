import SchemaBuilder from '@pothos/core'
import ComplexityPlugin from '@pothos/plugin-complexity'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import type { Permission } from '../caller.ts'
import type PrismaTypes from '../generated/pothos.ts'
import { getDatamodel } from '../generated/pothos.ts'
import { type Context, callerOf, demand, scopedPrisma } from './context.ts'
import { COST_LIMITS, refuseCost } from './limits.ts'
import { kindOfId, typeNameOf } from './node.ts'

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

/** Imports no slice: slices import it, and schema.ts imports the slices. */
export const builder = new SchemaBuilder<SchemaTypes>({
  defaultFieldNullability: false,
  plugins: [RelayPlugin, ScopeAuthPlugin, ComplexityPlugin, PrismaPlugin],
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    nodeQueryOptions: {
      description: 'Any record by its id. Null when there is none in your organization.',
      authScopes: { signedIn: true },
    },
    nodesQueryOptions: {
      description: 'Records by their ids, in the order asked for; null where there is none.',
      authScopes: { signedIn: true },
    },
    nodeTypeOptions: { description: 'A record with an id of its own.' },
    // Ids are opaque prefixed strings everywhere; the prefix names the type.
    encodeGlobalID: (_typename, id) => String(id),
    decodeGlobalID: (id) => ({ typename: typeNameOf(kindOfId(id)), id }),
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: (context) => ({
      signedIn: () => callerOf(context) !== undefined,
      permission: (permission) => demand(context, permission),
    }),
  },
  complexity: {
    limit: COST_LIMITS,
    defaultComplexity: 1,
    defaultListMultiplier: 10,
    complexityError: refuseCost,
  },
  prisma: {
    client: scopedPrisma,
    dmmf: getDatamodel(),
    filterConnectionTotalCount: true,
    onUnusedQuery: 'error',
    exposeDescriptions: false,
  },
})

builder.queryType({ description: 'Reads. Everything is limited to the organization of the caller.' })
builder.mutationType({
  description:
    'Changes. Each runs in one transaction with its events; expected failures come back in `userErrors`.',
})
builder.subscriptionType({ description: 'Live streams over WebSocket (graphql-transport-ws) or SSE.' })
