import { describe, expect, it } from 'vitest'
import { QuotationStatus, RateScheduleStatus } from '../../../src/generated/prisma/enums.ts'
import {
  formatQuantity,
  lineAmountCents,
  MAX_CENTS,
  parseQuantity,
  totalCents,
} from '../../../src/domains/sor/money.ts'
import {
  coversAmount,
  isInForce,
  QUOTATION_TRANSITIONS,
  SCHEDULE_TRANSITIONS,
} from '../../../src/domains/sor/rules.ts'

describe.each([
  ['schedule', SCHEDULE_TRANSITIONS, Object.values<string>(RateScheduleStatus)],
  ['quotation', QUOTATION_TRANSITIONS, Object.values<string>(QuotationStatus)],
])('%s transitions', (_name, table: Readonly<Record<string, readonly string[]>>, statuses) => {
  it('the table names every status once and points only at statuses', () => {
    expect(Object.keys(table).toSorted()).toEqual(statuses.toSorted())
    for (const targets of Object.values(table)) {
      expect(new Set(targets).size).toBe(targets.length)
      for (const target of targets) expect(statuses).toContain(target)
    }
  })

  it('every status can be reached from DRAFT', () => {
    const reached = new Set(['DRAFT'])
    for (const status of reached) for (const next of table[status] ?? []) reached.add(next)
    expect([...reached].toSorted()).toEqual(statuses.toSorted())
  })
})

describe('quantities', () => {
  it.each([
    ['1', 1_000n, '1'],
    ['2.5', 2_500n, '2.5'],
    ['2.50', 2_500n, '2.5'],
    ['0.001', 1n, '0.001'],
    ['0.010', 10n, '0.01'],
    ['007', 7_000n, '7'],
    ['999999999999.999', 999_999_999_999_999n, '999999999999.999'],
  ])('%s is %s thousandths and is written %s', (text, milli, written) => {
    expect(parseQuantity(text)).toBe(milli)
    expect(formatQuantity(milli)).toBe(written)
  })

  it.each([
    '',
    '0',
    '0.000',
    '-1',
    '+1',
    '1.2345',
    '.5',
    '5.',
    '1e3',
    '1,5',
    'NaN',
    '٣',
    '1'.repeat(13),
  ])('"%s" is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  })
})

describe('amounts', () => {
  it.each([
    // 1.005 × 100 is 100.49999999999999 in floating point: the half would be lost.
    ['1.005', 100n, 101n],
    ['0.5', 1n, 1n],
    ['0.499', 1n, 0n],
    ['0.001', 499n, 0n],
    ['0.001', 500n, 1n],
    ['2.675', 100n, 268n],
    ['3.75', 8_500n, 31_875n],
    ['12', 0n, 0n],
    ['0.333', 100n, 33n],
    ['1', MAX_CENTS, MAX_CENTS],
  ])('%s × %d cents = %d cents, halves up', (quantity, rate, amount) => {
    expect(lineAmountCents(parseQuantity(quantity) ?? 0n, rate)).toBe(amount)
  })

  it('are refused from 2^53 on, alone and in sum', () => {
    expect(lineAmountCents(1_001n, MAX_CENTS)).toBeUndefined()
    expect(totalCents([MAX_CENTS, 1n])).toBeUndefined()
    expect(totalCents([MAX_CENTS - 1n, 1n])).toBe(MAX_CENTS)
    expect(totalCents([])).toBe(0n)
  })

  it('a limit covers up to itself, no limit covers all', () => {
    expect(coversAmount(100n, 100n)).toBe(true)
    expect(coversAmount(100n, 101n)).toBe(false)
    expect(coversAmount(0n, 1n)).toBe(false)
    expect(coversAmount(null, MAX_CENTS)).toBe(true)
  })
})

describe('in force', () => {
  const schedule = {
    status: 'PUBLISHED' as const,
    effectiveFrom: new Date('2026-01-01T00:00:00Z'),
    effectiveTo: new Date('2027-01-01T00:00:00Z'),
    supersededAt: null,
  }
  it.each([
    ['2025-12-31T23:59:59.999Z', false],
    ['2026-01-01T00:00:00Z', true],
    ['2026-12-31T23:59:59.999Z', true],
    ['2027-01-01T00:00:00Z', false],
  ])('a year, half open, at %s: %s', (at, expected) => {
    expect(isInForce(schedule, new Date(at))).toBe(expected)
  })

  it('ends where its successor begins, and only counts once published', () => {
    const supersededAt = new Date('2026-07-01T00:00:00Z')
    expect(isInForce({ ...schedule, supersededAt }, new Date('2026-06-30T00:00:00Z'))).toBe(true)
    expect(isInForce({ ...schedule, supersededAt }, supersededAt)).toBe(false)
    expect(isInForce({ ...schedule, status: 'DRAFT' }, new Date('2026-06-30T00:00:00Z'))).toBe(
      false,
    )
  })
})
