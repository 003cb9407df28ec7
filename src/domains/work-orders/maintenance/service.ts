import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../../errors.ts'
import type { MaintenanceSchedule, Prisma, WorkOrder } from '../../../generated/prisma/client.ts'
import { demandActiveUser, demandCompany } from '../../../identity/users/people.ts'
import { demandTimezone } from '../../locations/rules.ts'
import { findTimezone } from '../../locations/timezone.ts'
import { demandCoordinator } from '../access.ts'
import type { CreateScheduleInput, SkipOccurrenceInput, UpdateScheduleInput } from './commands.ts'
import { nextOccurrence, occurrenceAfterCompletion, type Recurrence } from './recurrence.ts'
import { findPlace } from '../service/load.ts'

export async function createSchedule(
  unit: UnitOfWork,
  input: CreateScheduleInput,
): Promise<MaintenanceSchedule> {
  demandCoordinator(unit.caller)
  const schedule = await check(unit, {
    id: newId('maintenanceSchedule', unit.now.getTime()),
    organizationId: unit.organizationId,
    title: input.title,
    description: input.description ?? null,
    locationId: input.locationId,
    priority: input.priority ?? 'MEDIUM',
    assigneeId: input.assigneeId ?? null,
    companyId: input.companyId ?? null,
    frequency: input.frequency,
    interval: input.interval ?? 1,
    daysOfWeek: input.daysOfWeek ?? [],
    dayOfMonth: input.dayOfMonth ?? null,
    timezone: input.timezone ?? null,
    startsAt: input.startsAt,
    endsAt: input.endsAt ?? null,
    aheadSeconds: input.aheadSeconds ?? 0,
    basedOn: input.basedOn ?? 'SCHEDULED_DATE',
    requiresSignature: input.requiresSignature ?? false,
    checklist: input.checklist ?? [],
    active: input.active ?? true,
    nextOccurrenceAt: null,
    nextGenerateAt: null,
    version: 1,
    created: unit.now,
    updated: unit.now,
  })
  const planned = await planNext(unit, schedule)
  await unit.tx.maintenanceSchedule.createMany({ data: [writable(planned)] })
  return planned
}

/** Changes a schedule; its next occurrence is counted anew. Work orders made already stay. */
export async function updateSchedule(
  unit: UnitOfWork,
  input: UpdateScheduleInput,
): Promise<MaintenanceSchedule> {
  demandCoordinator(unit.caller)
  const before = await lockSchedule(unit, input.id)
  const { id, ...given } = input
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const changed = await check(unit, { ...before, ...changes }, before)
  const planned = await planNext(unit, changed)
  if (JSON.stringify(planned) === JSON.stringify(before)) return before
  const after = { ...planned, updated: unit.now, version: before.version + 1 }
  await unit.tx.maintenanceSchedule.updateMany({ where: { id }, data: writable(after) })
  return after
}

/** @throws DomainError CONFLICT listing work orders that came from it: deactivate it instead. */
export async function deleteSchedule(unit: UnitOfWork, input: { id: string }): Promise<string> {
  demandCoordinator(unit.caller)
  const schedule = await lockSchedule(unit, input.id)
  const orders = await unit.tx.workOrder.findMany({
    where: { maintenanceScheduleId: schedule.id },
    select: { id: true },
    take: 20,
  })
  if (orders.length > 0) {
    throw new DomainError(
      'Work orders came from this schedule: deactivate it instead of deleting it',
      { code: 'CONFLICT', ids: orders.map((order) => order.id) },
      ['input', 'id'],
    )
  }
  await unit.tx.maintenanceOccurrence.deleteMany({ where: { scheduleId: schedule.id } })
  await unit.tx.maintenanceSchedule.delete({ where: { id: schedule.id } })
  return schedule.id
}

/** Leaves out the next occurrence; the audit trail keeps why. */
export async function skipNextOccurrence(
  unit: UnitOfWork,
  input: SkipOccurrenceInput,
): Promise<MaintenanceSchedule> {
  demandCoordinator(unit.caller)
  const before = await lockSchedule(unit, input.id)
  const skipped = before.nextOccurrenceAt
  if (skipped === null) throw invalid('has no next occurrence to skip', 'id')
  if (input.occurrenceAt != null && input.occurrenceAt.getTime() !== skipped.getTime()) {
    throw invalid(`the next occurrence is ${skipped.toISOString()}`, 'occurrenceAt')
  }
  await unit.tx.maintenanceOccurrence.createMany({
    data: [occurrenceRow(unit, before.id, skipped, { outcome: 'SKIPPED', reason: input.reason })],
  })
  const rule = await ruleOf(unit, before)
  const next =
    before.basedOn === 'SCHEDULED_DATE'
      ? nextOccurrence(rule, skipped)
      : occurrenceAfterCompletion(rule, skipped)
  return savePlan(unit, before, next)
}

/**
 * After a planned work order has ended: a schedule that counts from completion goes on from now, and
 * a skipped work order becomes a skipped occurrence in the audit trail.
 */
export async function continueSchedule(unit: UnitOfWork, order: WorkOrder): Promise<void> {
  const { maintenanceScheduleId: id, occurrenceAt } = order
  if (id === null || !['COMPLETED', 'CANCELLED', 'SKIPPED'].includes(order.status)) return
  if (order.status === 'SKIPPED' && occurrenceAt !== null) {
    await unit.tx.maintenanceOccurrence.updateMany({
      where: { scheduleId: id, occurrenceAt },
      data: { outcome: 'SKIPPED', reason: 'The work order was skipped' },
    })
  }
  const schedule = await lockSchedule(unit, id)
  if (schedule.basedOn !== 'COMPLETED_DATE' || schedule.nextOccurrenceAt !== null) return
  const rule = await ruleOf(unit, schedule)
  await savePlan(unit, schedule, occurrenceAfterCompletion(rule, order.completedAt ?? unit.now))
}

/** Writes when the schedule comes next. */
export async function savePlan(
  unit: UnitOfWork,
  before: MaintenanceSchedule,
  next: Date | undefined,
): Promise<MaintenanceSchedule> {
  const plan = planOf(before, next)
  const version = before.version + 1
  await unit.tx.maintenanceSchedule.updateMany({
    where: { id: before.id },
    data: { ...plan, version, updated: unit.now },
  })
  return { ...before, ...plan, version, updated: unit.now }
}

function planOf(schedule: MaintenanceSchedule, next: Date | undefined) {
  return {
    nextOccurrenceAt: next ?? null,
    nextGenerateAt:
      next === undefined || !schedule.active
        ? null
        : new Date(next.getTime() - schedule.aheadSeconds * 1_000),
  }
}

/** The next occurrence of a new or changed schedule: after now and after what was dealt with already. */
async function planNext(
  unit: UnitOfWork,
  schedule: MaintenanceSchedule,
): Promise<MaintenanceSchedule> {
  const [last] = await unit.tx.maintenanceOccurrence.findMany({
    where: { scheduleId: schedule.id },
    orderBy: { occurrenceAt: 'desc' },
    take: 1,
  })
  if (schedule.basedOn === 'COMPLETED_DATE') {
    const open = await unit.tx.workOrder.count({
      where: {
        maintenanceScheduleId: schedule.id,
        status: { notIn: ['COMPLETED', 'CLOSED', 'CANCELLED', 'SKIPPED'] },
      },
    })
    if (open > 0) return { ...schedule, ...planOf(schedule, undefined) }
  }
  // A moment earlier, so that an occurrence at this very moment counts.
  const from = Math.max(unit.now.getTime() - 1, last?.occurrenceAt.getTime() ?? 0)
  const next = nextOccurrence(await ruleOf(unit, schedule), new Date(from))
  return { ...schedule, ...planOf(schedule, next) }
}

export async function ruleOf(unit: UnitOfWork, schedule: MaintenanceSchedule): Promise<Recurrence> {
  const place = await findPlace(unit, schedule.locationId, 'locationId')
  return { ...schedule, timezone: schedule.timezone ?? (await findTimezone(unit, place)) }
}

export function occurrenceRow(
  unit: UnitOfWork,
  scheduleId: string,
  occurrenceAt: Date,
  what: { outcome: 'GENERATED'; workOrderId: string } | { outcome: 'SKIPPED'; reason: string },
): Prisma.MaintenanceOccurrenceCreateManyInput {
  return {
    id: newId('maintenanceOccurrence', unit.now.getTime()),
    organizationId: unit.organizationId,
    scheduleId,
    occurrenceAt,
    created: unit.now,
    ...what,
  }
}

/** The rules that need the database or more than one field. */
async function check(
  unit: UnitOfWork,
  schedule: MaintenanceSchedule,
  before?: MaintenanceSchedule,
): Promise<MaintenanceSchedule> {
  await findPlace(unit, schedule.locationId, 'locationId')
  if (schedule.assigneeId !== null && schedule.assigneeId !== before?.assigneeId) {
    await demandActiveUser(unit, schedule.assigneeId, 'assigneeId')
  }
  if (schedule.companyId !== null && schedule.companyId !== before?.companyId) {
    await demandCompany(unit, schedule.companyId)
  }
  demandTimezone(schedule.timezone)
  if (schedule.endsAt !== null && schedule.endsAt <= schedule.startsAt) {
    throw invalid('must be after startsAt', 'endsAt')
  }
  if (schedule.daysOfWeek.length > 0 && schedule.frequency !== 'WEEKLY') {
    throw invalid('is for WEEKLY schedules only', 'daysOfWeek')
  }
  if (schedule.dayOfMonth !== null && !['MONTHLY', 'YEARLY'].includes(schedule.frequency)) {
    throw invalid('is for MONTHLY and YEARLY schedules only', 'dayOfMonth')
  }
  return schedule
}

const writable = (schedule: MaintenanceSchedule) => ({
  ...schedule,
  checklist: schedule.checklist as Prisma.InputJsonValue,
})

async function lockSchedule(unit: UnitOfWork, id: string): Promise<MaintenanceSchedule> {
  if (!(await lockRow(unit, 'maintenanceSchedule', id))) throw notFound('Maintenance schedule', id)
  return unit.tx.maintenanceSchedule.findUniqueOrThrow({ where: { id } })
}
