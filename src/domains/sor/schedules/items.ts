import { insertRows } from '../../../database/insert-rows.ts'
import { newId } from '../../../database/ids.ts'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid } from '../../../errors.ts'
import { Prisma, type RateItem, type RateSchedule } from '../../../generated/prisma/client.ts'
import type { ImportItemsInput, RemoveItemsInput } from './commands.ts'
import type { RateItemInput } from './fields.ts'
import { rateItem } from './fields.ts'
import { demandDraftSchedule } from '../rules.ts'
import { lockSchedule, writeSchedule } from './service.ts'

/** Most items of one schedule: bounds the copy that a revision makes. */
const MAX_ITEMS = 20_000

/** Why one item of an import was left out. */
export interface ItemError {
  /** Place in the input, from 0. */
  index: number
  code: string | undefined
  message: string
  /** ["input", "items", "3", "rateCents"] */
  path: readonly string[]
}

export interface ImportResult {
  schedule: RateSchedule
  created: number
  updated: number
  unchanged: number
  itemErrors: readonly ItemError[]
}

/**
 * Adds items to a draft, or changes those whose code it has already. Good items are kept, bad ones
 * are reported one by one: a price list of a thousand lines is not sent twice for one typing error.
 */
export async function importItems(
  unit: UnitOfWork,
  input: ImportItemsInput,
): Promise<ImportResult> {
  const schedule = await lockSchedule(unit, input)
  demandDraftSchedule(schedule.status)
  const { items, itemErrors } = parseItems(input.items)
  const known = await unit.tx.rateItem.findMany({
    where: { scheduleId: schedule.id, code: { in: items.map((item) => item.code) } },
  })
  const byCode = new Map(known.map((item) => [item.code, item]))
  const fresh: RateItem[] = []
  const changed: RateItem[] = []
  for (const item of items) {
    const before = byCode.get(item.code)
    const after = apply(unit, schedule, item, before)
    if (before === undefined) fresh.push(after)
    else if (DETAILS.some((key) => before[key] !== after[key])) changed.push(after)
  }
  const counts = {
    created: fresh.length,
    updated: changed.length,
    unchanged: items.length - fresh.length - changed.length,
    itemErrors,
  }
  if (fresh.length + changed.length === 0) return { schedule, ...counts }
  const itemCount = schedule.itemCount + fresh.length
  if (itemCount > MAX_ITEMS) {
    throw invalid(`A schedule takes at most ${MAX_ITEMS} items`, 'items')
  }
  await insertRows(unit, 'rateItem', fresh)
  if (changed.length > 0) await writeChanged(unit, changed)
  return { schedule: await writeSchedule(unit, schedule, { ...schedule, itemCount }), ...counts }
}

const DETAILS = [
  'shortDescription',
  'longDescription',
  'trade',
  'unit',
  'rateCents',
  'standardMinutes',
  'enabled',
] as const

function apply(
  unit: UnitOfWork,
  schedule: RateSchedule,
  item: RateItemInput,
  before: RateItem | undefined,
): RateItem {
  return {
    id: before?.id ?? newId('rateItem', unit.now.getTime()),
    organizationId: unit.organizationId,
    scheduleId: schedule.id,
    code: item.code,
    shortDescription: item.shortDescription,
    longDescription: item.longDescription ?? null,
    trade: item.trade ?? null,
    unit: item.unit,
    rateCents: item.rateCents,
    standardMinutes: item.standardMinutes ?? null,
    enabled: item.enabled ?? true,
    version: (before?.version ?? 0) + 1,
    created: before?.created ?? unit.now,
    updated: unit.now,
  }
}

function parseItems(given: readonly unknown[]) {
  const items: RateItemInput[] = []
  const itemErrors: ItemError[] = []
  const seen = new Set<string>()
  for (const [index, raw] of given.entries()) {
    const parsed = rateItem.rule.safeParse(raw)
    const at = ['input', 'items', String(index)]
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        const path = [...at, ...issue.path.map(String)]
        itemErrors.push({
          index,
          code: codeOf(raw),
          message: `${path.at(-1)}: ${issue.message}`,
          path,
        })
      }
    } else if (seen.has(parsed.data.code)) {
      const { code } = parsed.data
      const message = `code: ${code} stands in this import twice`
      itemErrors.push({ index, code, message, path: [...at, 'code'] })
    } else {
      seen.add(parsed.data.code)
      items.push(parsed.data)
    }
  }
  return { items, itemErrors }
}

function codeOf(raw: unknown): string | undefined {
  const code: unknown =
    typeof raw === 'object' && raw !== null ? Reflect.get(raw, 'code') : undefined
  return typeof code === 'string' ? code.slice(0, 32) : undefined
}

/** All in one statement. Cents travel as text: they may exceed what JSON numbers keep. */
async function writeChanged(unit: UnitOfWork, items: readonly RateItem[]): Promise<void> {
  const rows = JSON.stringify(items, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  await unit.tx.$executeRaw(
    Prisma.sql`UPDATE rate_item AS item
                  SET short_description = given."shortDescription",
                      long_description = given."longDescription", trade = given.trade,
                      unit = given.unit::rate_unit, rate_cents = given."rateCents",
                      standard_minutes = given."standardMinutes", enabled = given.enabled,
                      version = given.version, updated = ${unit.now}
                 FROM jsonb_to_recordset(${rows}::jsonb) AS given(
                      id text, "shortDescription" text, "longDescription" text, trade text, unit text,
                      "rateCents" bigint, "standardMinutes" int, enabled boolean, version int)
                WHERE item.id = given.id AND item.organization_id = ${unit.organizationId}`,
  )
}

/**
 * Removes items from a draft by their codes.
 * @throws DomainError VALIDATION naming codes it has not; CONFLICT listing quotations that use one.
 */
export async function removeItems(
  unit: UnitOfWork,
  input: RemoveItemsInput,
): Promise<RateSchedule> {
  const schedule = await lockSchedule(unit, input)
  demandDraftSchedule(schedule.status)
  const codes = [...new Set(input.codes)]
  const items = await unit.tx.rateItem.findMany({
    where: { scheduleId: schedule.id, code: { in: codes } },
    select: { id: true, code: true },
  })
  if (items.length < codes.length) {
    const found = new Set(items.map((item) => item.code))
    const missing = codes.filter((code) => !found.has(code)).slice(0, 20)
    throw invalid(`The schedule has no items ${missing.join(', ')}`, 'codes')
  }
  const itemIds = items.map((item) => item.id)
  const lines = await unit.tx.quotationLine.findMany({
    where: { itemId: { in: itemIds } },
    select: { quotationId: true },
    distinct: ['quotationId'],
    take: 20,
  })
  if (lines.length > 0) {
    throw new DomainError(
      'Quotations use some of these items',
      { code: 'CONFLICT', ids: lines.map((row) => row.quotationId) },
      ['input', 'codes'],
    )
  }
  await unit.tx.rateItem.deleteMany({ where: { id: { in: itemIds } } })
  const itemCount = schedule.itemCount - items.length
  return writeSchedule(unit, schedule, { ...schedule, itemCount })
}
