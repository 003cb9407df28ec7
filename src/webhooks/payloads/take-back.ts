import type { UnitOfWork } from '../../database/unit-of-work.ts'

/**
 * Takes back what was rendered for deliveries that still wait: it is rendered anew before it is sent.
 * The endpoints must be locked.
 * @param tried also of those that were tried, and would be sent again as they were: where the rights
 *   have changed with which they were rendered
 */
export async function takeBackRenderings(
  unit: UnitOfWork,
  endpointIds: readonly string[],
  { tried }: { tried: boolean },
): Promise<void> {
  await unit.tx.webhookDelivery.updateMany({
    where: {
      endpointId: { in: [...endpointIds] },
      status: 'PENDING',
      payloadKey: { not: null },
      ...(tried ? {} : { attemptCount: 0 }),
    },
    data: { body: null, payloadKey: null },
  })
}
