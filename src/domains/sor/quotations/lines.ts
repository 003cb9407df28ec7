import { newId } from '../../../database/ids.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, DomainErrors, invalid } from '../../../errors.ts'
import type { QuotationLine, RateItem } from '../../../generated/prisma/client.ts'
import type { LineInput } from './commands.ts'
import { lineAmountCents, totalCents } from '../money.ts'

export interface Priced {
  lines: QuotationLine[]
  totalAmountCents: bigint
  lineItemCount: number
}

interface Target {
  quotationId: string
  scheduleId: string
}

/**
 * Prices given lines: what the schedule lists at the schedule's rate, other work at the rate given
 * for it, with a reason. Totals are counted here and nowhere else.
 * @param before lines of the quotation so far; a line in the same place keeps its id.
 * @throws DomainErrors with the path of every line at fault.
 */
export async function priceLines(
  unit: UnitOfWork,
  target: Target,
  given: readonly LineInput[],
  before: readonly QuotationLine[] = [],
): Promise<Priced> {
  const items = await findItems(
    unit,
    target.scheduleId,
    given.flatMap((line) => line.itemId ?? []),
  )
  return price(
    collect(given, (line, index) => ({
      id: before[index]?.id ?? newId('quotationLine', unit.now.getTime()),
      organizationId: unit.organizationId,
      quotationId: target.quotationId,
      position: index + 1,
      quantityMilli: line.quantity,
      ...(line.itemId == null
        ? offSchedule(line, index)
        : listed(items.get(line.itemId), line, index)),
    })),
  )
}

/** Lines that stand already, at what their items say now. */
export async function repriceLines(
  unit: UnitOfWork,
  scheduleId: string,
  lines: readonly QuotationLine[],
): Promise<Priced> {
  const items = await findItems(
    unit,
    scheduleId,
    lines.flatMap((line) => line.itemId ?? []),
  )
  return price(
    collect(lines, (line, index) => {
      const { itemId, description } = line
      if (itemId === null) return line
      return { ...line, ...listed(items.get(itemId), { itemId, description }, index) }
    }),
  )
}

/** Exchanges the lines of a quotation for others. */
export async function writeLines(
  unit: UnitOfWork,
  quotationId: string,
  lines: QuotationLine[],
): Promise<void> {
  await unit.tx.quotationLine.deleteMany({ where: { quotationId } })
  if (lines.length > 0) await unit.tx.quotationLine.createMany({ data: lines })
}

async function findItems(
  unit: UnitOfWork,
  scheduleId: string,
  ids: readonly string[],
): Promise<Map<string, RateItem>> {
  if (ids.length === 0) return new Map()
  const items = await unit.tx.rateItem.findMany({
    where: { scheduleId, id: { in: [...new Set(ids)] } },
  })
  return new Map(items.map((item) => [item.id, item]))
}

/** Every line's result, or the faults of all lines together. */
function collect<L, T>(lines: readonly L[], step: (line: L, index: number) => T): T[] {
  const errors: DomainError[] = []
  const results: T[] = []
  for (const [index, line] of lines.entries()) {
    try {
      results.push(step(line, index))
    } catch (error) {
      if (error instanceof DomainError) errors.push(error)
      else if (error instanceof DomainErrors) errors.push(...error.errors)
      else throw error
    }
  }
  if (errors.length > 0) throw new DomainErrors(errors)
  return results
}

type Content = Pick<
  QuotationLine,
  'itemId' | 'code' | 'description' | 'unit' | 'rateCents' | 'offScheduleReason'
>

function listed(item: RateItem | undefined, line: Partial<LineInput>, index: number): Content {
  const at = (field: string) => ['lines', String(index), field]
  if (item === undefined) {
    const id = line.itemId ?? ''
    throw new DomainError(
      `Rate item ${id} was not found in the schedule`,
      { code: 'NOT_FOUND', id },
      ['input', ...at('itemId')],
    )
  }
  if (!item.enabled) throw invalid(`Item ${item.code} is not offered any more`, ...at('itemId'))
  if (line.rateCents != null) {
    throw invalid(`The rate of ${item.code} is the schedule's: leave it out`, ...at('rateCents'))
  }
  return {
    itemId: item.id,
    code: item.code,
    description: line.description ?? item.shortDescription,
    unit: item.unit,
    rateCents: item.rateCents,
    offScheduleReason: null,
  }
}

function offSchedule(line: LineInput, index: number): Content {
  const { description, unit, rateCents, reason } = line
  if (description == null || unit == null || rateCents == null || reason == null) {
    const fields = { description, unit, rateCents, reason }
    const missing = Object.entries(fields).filter(([, value]) => value == null)
    throw new DomainErrors(
      missing.map(([field]) =>
        invalid(`Work without an item of the schedule needs ${field}`, 'lines', `${index}`, field),
      ),
    )
  }
  return {
    itemId: null,
    code: line.code ?? null,
    description,
    unit,
    rateCents,
    offScheduleReason: reason,
  }
}

function price(lines: readonly Omit<QuotationLine, 'amountCents'>[]): Priced {
  const priced = collect(lines, (line, index): QuotationLine => {
    const amountCents = lineAmountCents(line.quantityMilli, line.rateCents)
    if (amountCents === undefined) {
      throw invalid('The amount must be below 2^53 cents', 'lines', String(index), 'quantity')
    }
    return { ...line, amountCents }
  })
  const totalAmountCents = totalCents(priced.map((line) => line.amountCents))
  if (totalAmountCents === undefined) throw invalid('The total must be below 2^53 cents', 'lines')
  return { lines: priced, totalAmountCents, lineItemCount: priced.length }
}
