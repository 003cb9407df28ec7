import './graphql/scalars.ts'
import './graphql/limits/rate-schema.ts'
import './graphql/commands/user-errors.ts'
import './identity/index.ts'
import './domains/locations/index.ts'
import './domains/notifications/index.ts'
import './domains/companies/index.ts'
import './domains/customers/index.ts'
import './domains/assets/index.ts'
import './domains/sor/index.ts'
import './domains/work-orders/index.ts'
import './domains/sensors/index.ts'
import './domains/devices/index.ts'
import './domains/resources/index.ts'
import './domains/bookings/index.ts'
import './domains/visitors/index.ts'
import './event-log/index.ts'
import './webhooks/index.ts'
import { type GraphQLSchema, isObjectType, specifiedDirectives } from 'graphql'
import { builder } from './graphql/builder.ts'
import { IDEMPOTENT } from './graphql/commands/idempotency.ts'
import { boundInputs } from './graphql/limits/input-bounds.ts'
import { addRelationIds } from './graphql/reading/relation-ids.ts'

export const schema = describeCounts(
  builder.toSchema({ directives: [...specifiedDirectives, IDEMPOTENT] }),
)
addRelationIds(schema)
boundInputs(schema)

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
