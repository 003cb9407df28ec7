import type { UnitOfWork } from '../../database/unit-of-work.ts'

/** What else must happen when an integration's scopes change, or it goes. */
type OnIntegrationChanged = (unit: UnitOfWork, integrationId: string) => Promise<void>

const steps: OnIntegrationChanged[] = []

/** Later floors say here what depends on an integration; runs in the transaction of the change. */
export function whenIntegrationChanges(step: OnIntegrationChanged): void {
  steps.push(step)
}

export async function tellIntegrationChanged(
  unit: UnitOfWork,
  integrationId: string,
): Promise<void> {
  for (const step of steps) await step(unit, integrationId)
}
