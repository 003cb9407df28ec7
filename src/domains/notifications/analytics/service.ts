import { randomInt } from 'node:crypto'
import { newId } from '../../../database/ids.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { invalid } from '../../../errors.ts'
import { toUnixSeconds } from '../../../events/envelope.ts'
import { record } from '../../../events/record.ts'
import { analyticsEventCreated } from '../events.ts'
import type { RecordAnalyticsInput } from './commands.ts'

/** Clocks of clients run ahead a little. */
const FUTURE_MS = 60_000

/**
 * Records what applications report, as far as the organization wants it: each event is kept with
 * the organization's sampling share. The event log is their only store.
 * @returns ids of the events that were kept
 */
export async function recordAnalytics(
  unit: UnitOfWork,
  input: RecordAnalyticsInput,
): Promise<string[]> {
  for (const [index, { at }] of input.events.entries()) {
    if (at != null && at.getTime() > unit.now.getTime() + FUTURE_MS) {
      throw invalid('must not lie in the future', 'events', String(index), 'at')
    }
  }
  const { analyticsSamplePercent } = await unit.tx.organization.findUniqueOrThrow({
    where: { id: unit.organizationId },
    select: { analyticsSamplePercent: true },
  })
  const kept = input.events.filter(() => randomInt(100) < analyticsSamplePercent)
  return kept.map(({ name, properties, at }) => {
    const id = newId('analyticsEvent', unit.now.getTime())
    record(unit, analyticsEventCreated, {
      subjectId: id,
      object: { id, name, properties, at: toUnixSeconds(at ?? unit.now) },
      facets: {},
    })
    return id
  })
}
