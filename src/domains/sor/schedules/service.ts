import { insertRows } from '../../../database/insert-rows.ts'
import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../../errors.ts'
import type { EventDefinition } from '../../../events/define.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { RateSchedule } from '../../../generated/prisma/client.ts'
import { demandCompany } from '../../../identity/users/people.ts'
import { visibleTo } from '../../../graphql/reading/visibility.ts'
import { demandStaff } from '../access.ts'
import { scheduleArchived, scheduleFacets, serializeSchedule } from './events.ts'
import type { CreateScheduleInput, ReviseScheduleInput, UpdateScheduleInput } from './commands.ts'
import { demandDraftSchedule, demandPeriod, demandScheduleTransition } from '../rules.ts'

/** Rows per statement when items are copied: far below PostgreSQL's 65,535 parameters. */
const COPY_BATCH = 1_000

export async function createSchedule(
  unit: UnitOfWork,
  input: CreateScheduleInput,
): Promise<RateSchedule> {
  demandStaff(unit.caller)
  demandPeriod(input)
  if (input.companyId != null) await demandCompany(unit, input.companyId)
  const { currency } = await unit.tx.organization.findUniqueOrThrow({
    where: { id: unit.organizationId },
  })
  return unit.tx.rateSchedule.create({
    data: {
      id: newId('rateSchedule', unit.now.getTime()),
      organizationId: unit.organizationId,
      name: input.name,
      description: input.description ?? null,
      companyId: input.companyId ?? null,
      currency,
      effectiveFrom: input.effectiveFrom,
      effectiveTo: input.effectiveTo,
      created: unit.now,
      updated: unit.now,
    },
  })
}

/** Changes details of a draft. Nothing changed = nothing written. */
export async function updateSchedule(
  unit: UnitOfWork,
  input: UpdateScheduleInput,
): Promise<RateSchedule> {
  const before = await lockSchedule(unit, input)
  demandDraftSchedule(before.status)
  const { id: _id, ...given } = input
  if (before.supersedesId !== null) demandSameChain(before, input)
  if (input.companyId != null) await demandCompany(unit, input.companyId)
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const after: RateSchedule = { ...before, ...changes }
  demandPeriod(after)
  if (diffPayloads(serializeSchedule(before), serializeSchedule(after)) === undefined) return before
  return writeSchedule(unit, before, after)
}

/** A revision speaks of the same rates as the one before: a new name would start another chain. */
function demandSameChain(before: RateSchedule, input: UpdateScheduleInput): void {
  if (input.name !== undefined && input.name !== before.name) {
    throw invalid('A revision keeps the name of the schedule that it revises', 'name')
  }
  if (input.companyId !== undefined && input.companyId !== before.companyId) {
    throw invalid('A revision keeps the company of the schedule that it revises', 'companyId')
  }
}

/** @throws DomainError CONFLICT listing quotations that were drawn up with the draft. */
export async function deleteSchedule(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const schedule = await lockSchedule(unit, input)
  demandDraftSchedule(schedule.status)
  const quotations = await unit.tx.quotation.findMany({
    where: { scheduleId: schedule.id },
    select: { id: true },
    take: 20,
  })
  if (quotations.length > 0) {
    throw new DomainError(
      'Quotations were drawn up with this schedule',
      { code: 'CONFLICT', ids: quotations.map((row) => row.id) },
      ['input', 'id'],
    )
  }
  await unit.tx.rateSchedule.delete({ where: { id: schedule.id } })
  return schedule.id
}

/** Copies a published schedule, present or past, into a draft that is to replace it. */
export async function reviseSchedule(
  unit: UnitOfWork,
  input: ReviseScheduleInput,
): Promise<RateSchedule> {
  const source = await lockSchedule(unit, input)
  if (source.status === 'DRAFT') {
    throw new DomainError(
      'A draft needs no revision: change it as it is',
      { code: 'INVALID_TRANSITION', from: source.status, allowed: ['PUBLISHED'] },
      ['input', 'id'],
    )
  }
  const period = {
    effectiveFrom: input.effectiveFrom ?? source.effectiveFrom,
    effectiveTo: input.effectiveTo ?? source.effectiveTo,
  }
  demandPeriod(period)
  const id = newId('rateSchedule', unit.now.getTime())
  const draft = await unit.tx.rateSchedule.create({
    data: {
      id,
      organizationId: unit.organizationId,
      name: source.name,
      description: source.description,
      companyId: source.companyId,
      currency: source.currency,
      ...period,
      revision: source.revision + 1,
      supersedesId: source.id,
      itemCount: source.itemCount,
      created: unit.now,
      updated: unit.now,
    },
  })
  const items = await unit.tx.rateItem.findMany({ where: { scheduleId: source.id } })
  const copies = items.map((item) =>
    Object.assign(item, {
      id: newId('rateItem', unit.now.getTime()),
      scheduleId: id,
      version: 1,
      created: unit.now,
      updated: unit.now,
    }),
  )
  for (let from = 0; from < copies.length; from += COPY_BATCH) {
    await insertRows(unit, 'rateItem', copies.slice(from, from + COPY_BATCH))
  }
  return draft
}

/** Takes a published schedule out of use. Quotations already handed in keep their rates. */
export async function archiveSchedule(
  unit: UnitOfWork,
  input: { id: string },
): Promise<RateSchedule> {
  const before = await lockSchedule(unit, input)
  if (before.status === 'ARCHIVED') return before
  demandScheduleTransition(before.status, 'ARCHIVED')
  const after: RateSchedule = { ...before, status: 'ARCHIVED', archivedAt: unit.now }
  return moveSchedule(unit, before, after, scheduleArchived)
}

/** Writes a schedule that went to another status, and the event that tells of it. */
export async function moveSchedule(
  unit: UnitOfWork,
  before: RateSchedule,
  after: RateSchedule,
  event: EventDefinition<ReturnType<typeof serializeSchedule>>,
): Promise<RateSchedule> {
  const schedule = await writeSchedule(unit, before, after)
  const object = serializeSchedule(schedule)
  record(unit, event, {
    subjectId: schedule.id,
    object,
    previous: diffPayloads(serializeSchedule(before), object) ?? {},
    facets: scheduleFacets(schedule),
  })
  return schedule
}

export async function writeSchedule(
  unit: UnitOfWork,
  before: RateSchedule,
  after: RateSchedule,
): Promise<RateSchedule> {
  const { id, organizationId: _organization, created: _created, ...data } = after
  return unit.tx.rateSchedule.update({
    where: { id },
    data: { ...data, updated: unit.now, version: before.version + 1 },
  })
}

/**
 * A schedule to be changed, locked until the end of the transaction.
 * @throws AccessError FORBIDDEN for a contractor; DomainError NOT_FOUND, VERSION_CONFLICT
 */
export async function lockSchedule(unit: UnitOfWork, input: { id: string }): Promise<RateSchedule> {
  demandStaff(unit.caller)
  if (!(await lockRow(unit, 'rateSchedule', input.id))) throw notFound('Rate schedule', input.id)
  const schedule = await unit.tx.rateSchedule.findUniqueOrThrow({ where: { id: input.id } })
  return schedule
}

/** @throws DomainError NOT_FOUND naming the input field; also for what the caller may not know of. */
export async function findSchedule(
  unit: UnitOfWork,
  id: string,
  field: string,
): Promise<RateSchedule> {
  const schedule = await unit.tx.rateSchedule.findUnique({
    where: { id, AND: visibleTo(unit.caller, 'RateSchedule') },
  })
  if (schedule === null) throw notFound('Rate schedule', id, field)
  return schedule
}
