import { describe, expect, it } from 'vitest'
import {
  aggregate,
  faultOf,
  followBreach,
  groupStateOf,
  levelOf,
  type MetricBounds,
  stateOf,
} from '../../../src/domains/sensors/rules.ts'

const now = new Date('2026-03-01T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000)
const bounds = (given: Partial<MetricBounds> = {}): MetricBounds => ({
  minimum: null,
  maximum: null,
  warningBelow: null,
  warningAbove: null,
  alarmBelow: null,
  alarmAbove: null,
  ...given,
})

describe('a reading', () => {
  it.each([
    ['from 61 seconds ahead', -61, 20, 'at is more than 60 seconds in the future'],
    ['from 60 seconds ahead', -60, 20, undefined],
    ['from 90 days ago', 90 * 86_400, 20, undefined],
    ['from more than 90 days ago', 90 * 86_400 + 1, 20, 'at is more than 90 days ago'],
    ['below the minimum', 0, -41, 'value is below -40'],
    ['on the minimum', 0, -40, undefined],
    ['above the maximum', 0, 85.1, 'value is above 85'],
  ])('%s', (_name, age, value, fault) => {
    const limits = bounds({ minimum: -40, maximum: 85 })
    expect(faultOf({ value, at: ago(age) }, limits, now)).toBe(fault)
  })

  it.each([
    [20, 0],
    [26, 0],
    [26.1, 1],
    [30.1, 2],
    [15.9, 1],
    [9, 2],
  ])('of %d lies on level %d', (value, level) => {
    const limits = bounds({ warningBelow: 16, warningAbove: 26, alarmBelow: 10, alarmAbove: 30 })
    expect(levelOf(value, limits)).toBe(level)
  })
})

describe('states', () => {
  it('a sensor is as bad as its worst metric, and offline without a fresh reading', () => {
    const sensor = { staleAfterSeconds: 900 }
    const metric = (age: number | null, level: number) => ({
      at: age === null ? null : ago(age),
      level,
    })
    expect(stateOf(sensor, [metric(null, 0)], now)).toBe('OFFLINE')
    expect(stateOf(sensor, [metric(899, 0), metric(5_000, 0)], now)).toBe('OK')
    expect(stateOf(sensor, [metric(10, 1), metric(10, 2), metric(null, 0)], now)).toBe('ALARM')
    expect(stateOf(sensor, [metric(900, 2)], now)).toBe('OFFLINE')
  })

  it('a group is as bad as its worst sensor, and offline only when all are', () => {
    expect(groupStateOf([])).toBe('OFFLINE')
    expect(groupStateOf(['OFFLINE', 'OFFLINE'])).toBe('OFFLINE')
    expect(groupStateOf(['OFFLINE', 'OK'])).toBe('OK')
    expect(groupStateOf(['ALARM', 'OFFLINE', 'WARNING'])).toBe('ALARM')
  })

  it.each([
    ['AVERAGE', 4],
    ['SUM', 12],
    ['MINIMUM', 1],
    ['MAXIMUM', 9],
  ] as const)('%s of 1, 2 and 9 is %d', (how, value) => {
    expect(aggregate(how, [1, 2, 9])).toBe(value)
  })
})

describe('a breach', () => {
  const rule = {
    comparison: 'ABOVE' as const,
    threshold: 30,
    breachedSince: null,
    answeredAt: null,
  }
  const values = (...list: number[]) =>
    list.map((value, index) => ({ value, at: ago(100 - index) }))

  it('begins with the first reading beyond and lasts', () => {
    expect(followBreach(rule, values(29, 31, 32, 33)).breachedSince).toEqual(ago(99))
    expect(followBreach({ ...rule, breachedSince: ago(500) }, values(31)).breachedSince).toEqual(
      ago(500),
    )
  })

  it('ends with a reading on the threshold, and the next one is a new breach', () => {
    const answered = { ...rule, breachedSince: ago(500), answeredAt: ago(200) }
    expect(followBreach(answered, values(31, 30))).toEqual({
      breachedSince: null,
      answeredAt: null,
    })
    expect(followBreach(answered, values(30, 31))).toEqual({
      breachedSince: ago(99),
      answeredAt: null,
    })
  })

  it('below works the other way', () => {
    expect(followBreach({ ...rule, comparison: 'BELOW' }, values(31, 29)).breachedSince).toEqual(
      ago(99),
    )
  })
})
