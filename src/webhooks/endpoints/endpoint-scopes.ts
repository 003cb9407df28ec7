import { holdsScope, SCOPES } from '../../access/caller.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid } from '../../errors.ts'
import { listEvents, scopesOf } from '../../events/define.ts'
import { compileSelection } from '../../events/match.ts'
import { whenIntegrationChanges } from '../../identity/keys/integration-changes.ts'
import { lockIntegration } from '../../identity/keys/service.ts'
import { takeBackRenderings } from '../payloads/take-back.ts'

/**
 * What bounds an endpoint: with an integration its scopes, as they are now; without one nothing but
 * the organization, since only its Owners and Admins, who read everything, register endpoints.
 */
export type Bounds =
  | { kind: 'organization' }
  | { kind: 'integration'; name: string; scopes: ReadonlySet<string> }
  | { kind: 'gone'; integrationId: string }

/** Scopes that an event needs and the bounds lack; a duty is never among those of an integration. */
function missingScopes(bounds: Bounds, eventType: string): readonly string[] {
  if (bounds.kind === 'organization') return []
  const needed = scopesOf(eventType)
  return bounds.kind === 'gone'
    ? needed
    : needed.filter((scope) => !holdsScope(bounds.scopes, scope))
}

/** Why an event of this type is not sent, for the delivery log; undefined when it may be. */
export function reasonToSkip(bounds: Bounds, eventType: string): string | undefined {
  if (bounds.kind === 'gone') return `The integration ${bounds.integrationId} was deleted`
  if (bounds.kind === 'organization') return undefined
  const missing = missingScopes(bounds, eventType)
  if (missing.length === 0) return undefined
  return `The integration "${bounds.name}" lacks ${missing.join(', ')}`
}

/**
 * Locks integrations before an endpoint that names them: whoever changes an integration locks it and
 * then its endpoints, and neither may wait for the other in a circle.
 */
export async function lockIntegrationsFirst(
  unit: UnitOfWork,
  endpointId: string,
  nextIntegrationId: string | null | undefined,
): Promise<void> {
  const endpoint = await unit.tx.webhookEndpoint.findUnique({
    where: { id: endpointId },
    select: { integrationId: true },
  })
  const ids = new Set([endpoint?.integrationId, nextIntegrationId])
  for (const id of [...ids].toSorted()) if (id != null) await lockRow(unit, 'integration', id)
}

/**
 * Checks that an endpoint's integration may see what is subscribed to, and keeps it from changing
 * until the end of the transaction. A pattern needs the scopes of everything that it stands for;
 * what only a duty lets people see (webhook.*) is left out of a pattern instead.
 * @throws DomainError NOT_FOUND (integrationId) or VALIDATION (eventTypes)
 */
export async function demandBounds(
  unit: UnitOfWork,
  integrationId: string | null,
  eventTypes: readonly string[],
): Promise<Bounds> {
  if (integrationId === null) return { kind: 'organization' }
  const { name, scopes } = await lockIntegration(unit, integrationId, 'integrationId')
  const bounds: Bounds = { kind: 'integration', name, scopes: new Set(scopes) }
  for (const [index, pattern] of eventTypes.entries()) {
    const matches = compileSelection({ types: [pattern] })
    for (const { type } of listEvents()) {
      if (!matches({ type, subjectId: '', facets: {}, changedFields: [] })) continue
      const missing = missingScopes(bounds, type).filter(
        (scope) => pattern === type || (SCOPES as readonly string[]).includes(scope),
      )
      if (missing.length === 0) continue
      throw invalid(
        `eventTypes: the integration "${name}" lacks ${missing.join(', ')}, which ${type} needs`,
        'eventTypes',
        String(index),
      )
    }
  }
  return bounds
}

// Workers know an endpoint by its version: a new one has them look at its integration again.
whenIntegrationChanges(async (unit, integrationId) => {
  const changed = await unit.tx.webhookEndpoint.updateManyAndReturn({
    where: { integrationId, deletedAt: null },
    data: { version: { increment: 1 }, updated: unit.now },
    select: { id: true },
  })
  const ids = changed.map((endpoint) => endpoint.id)
  await takeBackRenderings(unit, ids, { tried: true })
})
