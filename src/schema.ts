import './graphql/scalars.ts'
import './graphql/rate-schema.ts'
import './graphql/user-errors.ts'
import './identity/schema.ts'
import './identity/schema-audit.ts'
import './identity/schema-keys.ts'
import './identity/schema-session.ts'
import './identity/schema-users.ts'
import './locations/schema.ts'
import './work-orders/schema.ts'
import './work-orders/visibility.ts'
import './webhooks/catalogue-schema.ts'
import './webhooks/delivery-commands-schema.ts'
import './webhooks/delivery-schema.ts'
import './webhooks/endpoint-commands-schema.ts'
import './webhooks/endpoint-schema.ts'
import './webhooks/plan.ts'
import './webhooks/stream-schema.ts'
import { type GraphQLSchema, isObjectType, specifiedDirectives } from 'graphql'
import { builder } from './graphql/builder.ts'
import { IDEMPOTENT } from './graphql/idempotency.ts'

export const schema = describeCounts(
  builder.toSchema({ directives: [...specifiedDirectives, IDEMPOTENT] }),
)

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
