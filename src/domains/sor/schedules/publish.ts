import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { lockRow } from '../../../database/unit-of-work.ts'
import { DomainError, invalid } from '../../../errors.ts'
import { Prisma, type RateSchedule } from '../../../generated/prisma/client.ts'
import { responsibleUser } from '../access.ts'
import { schedulePublished, scheduleSuperseded } from './events.ts'

import { demandPeriod, demandScheduleTransition } from '../rules.ts'
import { lockSchedule, moveSchedule, writeSchedule } from './service.ts'

/**
 * Puts a draft into force for its period and fixes it. A published revision that it replaces gives
 * way: at once, or when the new period begins.
 * @throws DomainError CONFLICT listing published schedules of the same name and company whose
 * periods overlap; VALIDATION without items or when the period is over.
 */
export async function publishSchedule(
  unit: UnitOfWork,
  input: { id: string },
): Promise<RateSchedule> {
  const draft = await lockSchedule(unit, input)
  if (draft.status === 'PUBLISHED') return draft
  demandScheduleTransition(draft.status, 'PUBLISHED')
  demandPeriod(draft)
  if (draft.effectiveTo <= unit.now) throw invalid('The period of the schedule is over', 'id')
  if (draft.itemCount === 0) throw invalid('A schedule needs at least one item', 'id')
  await lockName(unit, draft)
  await retirePredecessor(unit, draft)
  const overlapping = await findOverlapping(unit, draft)
  if (overlapping.length > 0) {
    throw new DomainError(
      `Another published schedule named ${draft.name} is in force during this period`,
      { code: 'CONFLICT', ids: overlapping },
      ['input', 'id'],
    )
  }
  const published: RateSchedule = {
    ...draft,
    status: 'PUBLISHED',
    publishedById: await responsibleUser(unit),
    publishedAt: unit.now,
  }
  return moveSchedule(unit, draft, published, schedulePublished)
}

/**
 * One publication per name and company at a time, so that the loser of a race is told whom it lost
 * to. The exclusion constraint holds without it, but can only say that something is in the way.
 */
async function lockName(unit: UnitOfWork, draft: RateSchedule): Promise<void> {
  const key = JSON.stringify([unit.organizationId, draft.companyId, draft.name.toLowerCase()])
  await unit.tx.$queryRaw(
    Prisma.sql`SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))) AS locked`,
  )
}

async function retirePredecessor(unit: UnitOfWork, draft: RateSchedule): Promise<void> {
  if (draft.supersedesId === null) return
  await lockRow(unit, 'rateSchedule', draft.supersedesId)
  const before = await unit.tx.rateSchedule.findUnique({
    where: { id: draft.supersedesId, status: 'PUBLISHED' },
  })
  if (before === null || before.effectiveTo <= draft.effectiveFrom) return
  // Another revision of the same predecessor was published before: that one is in the way.
  if (before.supersededAt !== null && before.supersededAt <= draft.effectiveFrom) return
  const startsLater = draft.effectiveFrom > unit.now && draft.effectiveFrom > before.effectiveFrom
  if (startsLater) {
    await writeSchedule(unit, before, { ...before, supersededAt: draft.effectiveFrom })
    return
  }
  const after: RateSchedule = { ...before, status: 'SUPERSEDED', supersededAt: unit.now }
  await moveSchedule(unit, before, after, scheduleSuperseded)
}

async function findOverlapping(unit: UnitOfWork, draft: RateSchedule): Promise<string[]> {
  const rows = await unit.tx.$queryRaw<{ id: string }[]>(
    Prisma.sql`SELECT id FROM rate_schedule
                WHERE organization_id = ${unit.organizationId} AND status = 'PUBLISHED'
                  AND lower(name) = lower(${draft.name})
                  AND coalesce(company_id, '') = ${draft.companyId ?? ''}
                  AND tstzrange(effective_from, coalesce(superseded_at, effective_to))
                      && tstzrange(${draft.effectiveFrom}, ${draft.effectiveTo})
                ORDER BY id LIMIT 20`,
  )
  return rows.map((row) => row.id)
}
