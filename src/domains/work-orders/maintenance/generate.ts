import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import type { MaintenanceSchedule } from '../../../generated/prisma/client.ts'
import { checklistTemplateShape } from '../records/checklist.ts'
import { nextOccurrence } from './recurrence.ts'
import { createWorkOrder } from '../service/create.ts'
import { occurrenceRow, ruleOf, savePlan } from './service.ts'

/** Occurrences dealt with in one transaction; the rest follow in the next. */
const BATCH = 100

/**
 * Makes the work orders of a locked schedule that are due by now. Of several occurrences that were
 * missed (no worker ran for days), the last gets its work order; the ones before it are audited as
 * skipped, because nobody checks a pump three times for three days that have passed.
 */
export async function generateDue(
  unit: UnitOfWork,
  schedule: MaintenanceSchedule,
): Promise<number> {
  const rule = await ruleOf(unit, schedule)
  let next = schedule.nextOccurrenceAt ?? undefined
  let made = 0
  for (let step = 0; step < BATCH && next !== undefined; step++) {
    if (next.getTime() - schedule.aheadSeconds * 1_000 > unit.now.getTime()) break
    const following = schedule.basedOn === 'SCHEDULED_DATE' ? nextOccurrence(rule, next) : undefined
    if (following !== undefined && following <= unit.now) {
      await unit.tx.maintenanceOccurrence.createMany({
        data: [
          occurrenceRow(unit, schedule.id, next, {
            outcome: 'SKIPPED',
            reason: `Missed: ${following.toISOString()} has come too`,
          }),
        ],
      })
    } else {
      await generate(unit, schedule, next)
      made++
    }
    next = following
  }
  await savePlan(unit, schedule, next)
  return made
}

async function generate(
  unit: UnitOfWork,
  schedule: MaintenanceSchedule,
  occurrenceAt: Date,
): Promise<void> {
  const order = await createWorkOrder(
    unit,
    {
      title: schedule.title,
      description: schedule.description ?? undefined,
      priority: schedule.priority,
      type: 'PREVENTIVE',
      locationId: schedule.locationId,
      assigneeId: (await stillActive(unit, schedule.assigneeId)) ?? undefined,
      companyId: schedule.companyId ?? undefined,
      dueAt: occurrenceAt,
      requiresSignature: schedule.requiresSignature,
      checklist: checklistTemplateShape.parse(schedule.checklist),
    },
    { reportedById: null, maintenanceScheduleId: schedule.id, occurrenceAt },
  )
  await unit.tx.maintenanceOccurrence.createMany({
    data: [
      occurrenceRow(unit, schedule.id, occurrenceAt, {
        outcome: 'GENERATED',
        workOrderId: order.id,
      }),
    ],
  })
}

/** The assignee while they can be given work; otherwise somebody has to be found. */
async function stillActive(unit: UnitOfWork, userId: string | null): Promise<string | null> {
  if (userId === null) return null
  const user = await unit.tx.user.findUnique({ where: { id: userId }, select: { status: true } })
  return user?.status === 'ACTIVE' ? userId : null
}
