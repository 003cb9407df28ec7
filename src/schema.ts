import './graphql/scalars.ts'
import './graphql/limits/rate-schema.ts'
import './graphql/commands/user-errors.ts'
import './identity/organization/schema.ts'
import './identity/organization/schema-audit.ts'
import './identity/keys/schema-keys.ts'
import './identity/sessions/schema-session.ts'
import './identity/users/commands.ts'
import './domains/locations/schema.ts'
import './domains/assets/schema.ts'
import './domains/assets/type-schema.ts'
import './domains/assets/commands.ts'
import './domains/assets/metrics-schema.ts'
import './domains/sor/index.ts'
import './domains/work-orders/index.ts'
import './domains/notifications/analytics/commands.ts'
import './event-log/failed-tasks-schema.ts'
import './domains/notifications/notification-schema.ts'
import './domains/companies/schema.ts'
import './domains/companies/manager-schema.ts'
import './domains/customers/schema.ts'
import './domains/customers/field-schema.ts'
import './domains/visitors/schema.ts'
import './domains/visitors/commands.ts'
import './domains/visitors/invitations/invitation-schema.ts'
import './domains/visitors/policies/policy-schema.ts'
import './domains/visitors/counts/counts-schema.ts'
import './domains/bookings/visibility.ts'
import './domains/sor/visibility.ts'
import './domains/visitors/visibility.ts'
import './domains/work-orders/visibility.ts'
import './event-log/catalogue-schema.ts'
import './event-log/conflict-records.ts'
import './webhooks/deliveries/commands.ts'
import './webhooks/deliveries/schema.ts'
import './webhooks/endpoints/commands.ts'
import './webhooks/endpoints/endpoint-schema.ts'
import './webhooks/replays/replay-schema.ts'
import './webhooks/endpoints/integration-schema.ts'
import './webhooks/payloads/preview-schema.ts'
import './domains/sensors/schema.ts'
import './domains/sensors/groups/group-schema.ts'
import './domains/sensors/rules/rule-schema.ts'
import './domains/sensors/commands.ts'
import './domains/sensors/telemetry/telemetry-schema.ts'
import './domains/devices/schema.ts'
import './domains/devices/commands.ts'
import './domains/resources/commands.ts'
import './domains/resources/services/schema.ts'
import './domains/resources/services/group-schema.ts'
import './domains/resources/shifts/schema.ts'
import './domains/bookings/commands.ts'
import './domains/bookings/utilization/utilization-schema.ts'
import './domains/bookings/series/schema.ts'
import './webhooks/life/plan.ts'
import './event-log/stream-schema.ts'
import './webhooks/hooks/sync-hooks-schema.ts'
import './event-log/boards/dashboards-schema.ts'
import './webhooks/deliveries/live-schema.ts'
import { type GraphQLSchema, isObjectType, specifiedDirectives } from 'graphql'
import { builder } from './graphql/builder.ts'
import { IDEMPOTENT } from './graphql/commands/idempotency.ts'
import { boundInputs } from './graphql/limits/input-bounds.ts'

export const schema = describeCounts(
  builder.toSchema({ directives: [...specifiedDirectives, IDEMPOTENT] }),
)
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
