import './graphql/scalars.ts'
import './graphql/rate-schema.ts'
import './graphql/user-errors.ts'
import './identity/schema.ts'
import './identity/schema-audit.ts'
import './identity/schema-keys.ts'
import './identity/schema-session.ts'
import './identity/schema-users.ts'
import './locations/schema.ts'
import './assets/schema.ts'
import './assets/type-schema.ts'
import './assets/commands.ts'
import './assets/metrics-schema.ts'
import './sor/schema.ts'
import './work-orders/schema.ts'
import './operations/schema.ts'
import './operations/notification-schema.ts'
import './companies/schema.ts'
import './companies/manager-schema.ts'
import './customers/schema.ts'
import './customers/field-schema.ts'
import './visitors/schema.ts'
import './visitors/commands.ts'
import './visitors/invitation-schema.ts'
import './visitors/policy-schema.ts'
import './visitors/counts-schema.ts'
import './bookings/visibility.ts'
import './sor/visibility.ts'
import './visitors/visibility.ts'
import './work-orders/visibility.ts'
import './webhooks/catalogue-schema.ts'
import './webhooks/conflict-records.ts'
import './webhooks/delivery-commands-schema.ts'
import './webhooks/delivery-schema.ts'
import './webhooks/endpoint-commands-schema.ts'
import './webhooks/endpoint-schema.ts'
import './webhooks/replay-schema.ts'
import './webhooks/integration-schema.ts'
import './webhooks/preview-schema.ts'
import './sensors/schema.ts'
import './sensors/group-schema.ts'
import './sensors/rule-schema.ts'
import './sensors/commands.ts'
import './sensors/telemetry-schema.ts'
import './devices/schema.ts'
import './devices/commands.ts'
import './resources/commands.ts'
import './resources/services/schema.ts'
import './resources/services/group-schema.ts'
import './resources/shifts/schema.ts'
import './bookings/commands.ts'
import './bookings/utilization-schema.ts'
import './bookings/series/schema.ts'
import './webhooks/plan.ts'
import './webhooks/stream-schema.ts'
import './webhooks/sync-hooks-schema.ts'
import './live/dashboards-schema.ts'
import './live/deliveries-schema.ts'
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
