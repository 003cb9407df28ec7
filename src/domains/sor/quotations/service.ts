import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { invalid, notFound } from '../../../errors.ts'
import type { EventDefinition } from '../../../events/define.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { Quotation, QuotationLine, RateSchedule } from '../../../generated/prisma/client.ts'
import { visibleTo } from '../../../graphql/reading/visibility.ts'
import { responsibleUser } from '../access.ts'
import { quotationFacets, serializeQuotation } from './events.ts'
import type { CreateQuotationInput, UpdateQuotationInput } from './commands.ts'
import { demandDraftQuotation, demandQuotable } from '../rules.ts'
import { type Priced, priceLines, writeLines } from './lines.ts'
import { findSchedule } from '../schedules/service.ts'

export async function createQuotation(
  unit: UnitOfWork,
  input: CreateQuotationInput,
): Promise<Quotation> {
  const schedule = await findSchedule(unit, input.scheduleId, 'scheduleId')
  demandUsable(schedule)
  const workOrder = await unit.tx.workOrder.findUnique({
    where: { id: input.workOrderId, AND: visibleTo(unit.caller, 'WorkOrder') },
  })
  if (workOrder === null) throw notFound('Work order', input.workOrderId, 'workOrderId')
  demandQuotable(workOrder.status, 'workOrderId')
  const id = newId('quotation', unit.now.getTime())
  const target = { quotationId: id, scheduleId: schedule.id }
  const { lines, ...sums } = await priceLines(unit, target, input.lines ?? [])
  const quotation = await unit.tx.quotation.create({
    data: {
      id,
      organizationId: unit.organizationId,
      scheduleId: schedule.id,
      workOrderId: workOrder.id,
      note: input.note ?? null,
      currency: schedule.currency,
      ...sums,
      createdById: await responsibleUser(unit),
      created: unit.now,
      updated: unit.now,
    },
  })
  if (lines.length > 0) await unit.tx.quotationLine.createMany({ data: lines })
  return quotation
}

/** Changes a draft; given lines take the place of all it had. Nothing changed = nothing written. */
export async function updateQuotation(
  unit: UnitOfWork,
  input: UpdateQuotationInput,
): Promise<Quotation> {
  const before = await lockQuotation(unit, input)
  demandDraftQuotation(before.quotation.status)
  const scheduleId = input.scheduleId ?? before.quotation.scheduleId
  const schedule = await findSchedule(unit, scheduleId, 'scheduleId')
  if (scheduleId !== before.quotation.scheduleId) {
    demandUsable(schedule)
    if (input.lines === undefined && before.lines.length > 0) {
      throw invalid('Another schedule has other items: give the lines too', 'lines')
    }
  }
  const target = { quotationId: before.quotation.id, scheduleId }
  const after: Quotation = { ...before.quotation, scheduleId, currency: schedule.currency }
  if (input.note !== undefined) after.note = input.note
  if (input.lines === undefined) return saveQuotation(unit, before, after)
  return saveQuotation(unit, before, after, {
    priced: await priceLines(unit, target, input.lines, before.lines),
  })
}

/** @throws DomainError VALIDATION for a schedule that is out of use. */
function demandUsable(schedule: RateSchedule): void {
  if (schedule.status === 'DRAFT' || schedule.status === 'PUBLISHED') return
  throw invalid(`The schedule is ${schedule.status}`, 'scheduleId')
}

export interface LoadedQuotation {
  quotation: Quotation
  /** In their order. */
  lines: QuotationLine[]
}

/**
 * A quotation to be changed, locked until the end of the transaction. Somebody else's is to a
 * contractor as if it did not exist.
 * @throws DomainError NOT_FOUND, VERSION_CONFLICT
 */
export async function lockQuotation(
  unit: UnitOfWork,
  input: { id: string },
): Promise<LoadedQuotation> {
  const { id } = input
  if (!(await lockRow(unit, 'quotation', id))) throw notFound('Quotation', id)
  const quotation = await unit.tx.quotation.findUnique({
    where: { id, AND: visibleTo(unit.caller, 'Quotation') },
  })
  if (quotation === null) throw notFound('Quotation', id)
  const lines = await unit.tx.quotationLine.findMany({
    where: { quotationId: id },
    orderBy: { position: 'asc' },
  })
  return { quotation, lines }
}

/** Writes a changed quotation and, where one is named, the event that tells of it. */
export async function saveQuotation(
  unit: UnitOfWork,
  before: LoadedQuotation,
  after: Quotation,
  {
    priced,
    event,
  }: { priced?: Priced; event?: EventDefinition<ReturnType<typeof serializeQuotation>> } = {},
): Promise<Quotation> {
  const { lines = before.lines, ...sums } = priced ?? {}
  const old = serializeQuotation(before.quotation, before.lines)
  const previous = diffPayloads(old, serializeQuotation({ ...after, ...sums }, lines))
  if (previous === undefined) return before.quotation
  if ('lines' in previous) await writeLines(unit, after.id, lines)
  const { id, organizationId: _organization, created: _created, ...data } = { ...after, ...sums }
  const quotation = await unit.tx.quotation.update({
    where: { id },
    data: { ...data, updated: unit.now, version: before.quotation.version + 1 },
  })
  if (event !== undefined) {
    const { workOrder, createdBy } = await unit.tx.quotation.findUniqueOrThrow({
      where: { id },
      select: {
        workOrder: { select: { location: true } },
        createdBy: { select: { companyId: true } },
      },
    })
    record(unit, event, {
      subjectId: id,
      object: serializeQuotation(quotation, lines),
      previous,
      facets: quotationFacets(quotation, workOrder.location, createdBy?.companyId ?? null),
    })
  }
  return quotation
}
