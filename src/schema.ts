import './graphql/scalars.ts'
import './graphql/user-errors.ts'
import './identity/schema.ts'
import './locations/schema.ts'
import './work-orders/schema.ts'
import './webhooks/catalogue-schema.ts'
import './webhooks/delivery-commands-schema.ts'
import './webhooks/delivery-schema.ts'
import './webhooks/endpoint-commands-schema.ts'
import './webhooks/endpoint-schema.ts'
import './webhooks/stream-schema.ts'
import './live/dashboards-schema.ts'
import './live/deliveries-schema.ts'
import { type GraphQLSchema, isObjectType } from 'graphql'
import { builder } from './graphql/builder.ts'

export const schema = describeCounts(builder.toSchema())

/** The Prisma plugin makes `totalCount` itself and takes no description for it. */
function describeCounts(built: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(built.getTypeMap())) {
    if (!isObjectType(type) || !type.name.endsWith('Connection')) continue
    const field = type.getFields()['totalCount']
    if (field !== undefined) {
      field.description ??= 'How many there are in all pages; counted only when asked for.'
    }
  }
  return built
}
