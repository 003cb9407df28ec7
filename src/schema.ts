import './graphql/scalars.ts'
import './graphql/user-errors.ts'
import './identity/schema.ts'
import './locations/schema.ts'
import './work-orders/schema.ts'
import './resources/commands.ts'
import './resources/services/schema.ts'
import './resources/services/group-schema.ts'
import './resources/shifts/schema.ts'
import './bookings/commands.ts'
import './bookings/series/schema.ts'
import './webhooks/stream-schema.ts'
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
