import { describe, expect, it } from 'vitest'
import {
  decideNextStep,
  parseRetryAfter,
  type Verdict,
} from '../../src/delivery/attempt/schedule.ts'

const HOUR_MS = 3_600_000
const SETTINGS = {
  retryDelaysMs: [
    5_000,
    30_000,
    120_000,
    600_000,
    1_800_000,
    HOUR_MS,
    2 * HOUR_MS,
    4 * HOUR_MS,
    8 * HOUR_MS,
  ],
  retryDeadlineMs: 24 * HOUR_MS,
}
const NOW = Date.parse('2026-03-01T12:00:00Z')
const FAILED: Verdict = {
  succeeded: false,
  statusCode: 500,
  retryAfter: undefined,
  attempt: 1,
  ageMs: 0,
}

const next = (verdict: Partial<Verdict>, random = 0.5) =>
  decideNextStep({ ...FAILED, ...verdict }, SETTINGS, NOW, random)

describe('the retry schedule', () => {
  it.each(SETTINGS.retryDelaysMs.map((delayMs, index) => [index + 1, delayMs]))(
    'after attempt %i waits %i ms, give or take a fifth',
    (attempt, delayMs) => {
      expect(next({ attempt })).toEqual({ kind: 'retry', delayMs })
      expect(next({ attempt }, 0)).toEqual({ kind: 'retry', delayMs: delayMs * 0.8 })
      expect(next({ attempt }, 1)).toEqual({ kind: 'retry', delayMs: delayMs * 1.2 })
    },
  )

  it('repeats the last delay', () => {
    expect(next({ attempt: 30 })).toEqual({ kind: 'retry', delayMs: 8 * HOUR_MS })
  })

  it('ends with a success, whatever the attempt', () => {
    expect(next({ succeeded: true, attempt: 9, ageMs: 30 * HOUR_MS })).toEqual({ kind: 'done' })
  })

  it('makes the last attempt at the deadline and gives up after it', () => {
    expect(next({ attempt: 9, ageMs: 23 * HOUR_MS })).toEqual({ kind: 'retry', delayMs: HOUR_MS })
    expect(next({ attempt: 10, ageMs: 24 * HOUR_MS })).toEqual({ kind: 'exhausted' })
    expect(next({ attempt: 1, ageMs: 25 * HOUR_MS })).toEqual({ kind: 'exhausted' })
  })

  it('goes on for 24 hours, never counting attempts', () => {
    let ageMs = 0
    let attempt = 1
    for (; attempt < 100; attempt++) {
      const step = next({ attempt, ageMs }, Math.random())
      if (step.kind !== 'retry') break
      ageMs += step.delayMs
    }
    expect(ageMs).toBe(24 * HOUR_MS)
    expect(attempt).toBeGreaterThanOrEqual(10)
  })

  it.each([
    [429, '7', 7_000],
    [503, '7', 7_000],
    [503, '10', 10_000],
    [429, '600', 10_000],
    [429, '1', 5_000],
    [429, 'soon', 5_000],
    [429, 'Sun, 01 Mar 2026 12:00:08 GMT', 8_000],
    [500, '9', 5_000],
    [404, '9', 5_000],
    [429, undefined, 5_000],
  ])('after %i with Retry-After %s waits %i ms', (statusCode, retryAfter, delayMs) => {
    expect(next({ statusCode, retryAfter })).toEqual({ kind: 'retry', delayMs })
  })

  it('disables the endpoint on 410, and on nothing else', () => {
    expect(next({ statusCode: 410 })).toMatchObject({ kind: 'disable', delayMs: 5_000 })
    const others = [undefined, 301, 400, 401, 403, 404, 409, 411, 451, 500, 502]
    expect(others.filter((statusCode) => next({ statusCode }).kind !== 'retry')).toEqual([])
  })

  it('reads Retry-After as seconds or as a date', () => {
    expect(parseRetryAfter('120', NOW)).toBe(120_000)
    expect(parseRetryAfter('Sun, 01 Mar 2026 11:00:00 GMT', NOW)).toBe(0)
    const unreadable = [undefined, '', '-1', '1.5', 'never', '99999999999']
    expect(unreadable.filter((value) => parseRetryAfter(value, NOW) !== undefined)).toEqual([])
  })
})
