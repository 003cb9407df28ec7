import { describe, expect, it } from 'vitest'
import { remainingMs, withinTime } from '../../src/database/query-scope.ts'
import {
  idleInTransactionMs,
  innerLimit,
  transactionLimits,
} from '../../src/database/time-limits.ts'

const REQUESTS_MS = [50, 300, 1_500, 10_000, 60_000, 600_000]
const NEVER = () => new Promise<never>(() => undefined)

describe('limits stand within one another', () => {
  it.each(REQUESTS_MS)('in a request of %d ms', (requestMs) => {
    for (const leftMs of [requestMs, requestMs / 2, requestMs / 100]) {
      const inner = innerLimit(10_000, leftMs)
      expect(inner).toBeGreaterThan(0)
      // What is left can be answered with.
      expect(leftMs - inner + 1e-6).toBeGreaterThanOrEqual(Math.min(1_000, leftMs / 5))
      const { timeout, maxWait } = transactionLimits(leftMs)
      expect(Math.min(timeout, maxWait)).toBeGreaterThan(leftMs)
      expect(idleInTransactionMs(requestMs)).toBeGreaterThan(Math.max(timeout, maxWait))
    }
  })

  it('and outside of requests', () => {
    expect(innerLimit(10_000)).toBe(10_000)
    const { timeout, maxWait } = transactionLimits()
    expect(idleInTransactionMs(0)).toBeGreaterThan(timeout)
    // Two transactions and the longest question of a hook, within the time that its job has.
    expect(2 * (timeout + maxWait) + 10_000).toBeLessThan(60_000)
  })

  it('work within work has at most the time of what it is part of', async () => {
    const codes: string[] = []
    const outer = withinTime(80, async () => {
      expect(remainingMs()).toBeLessThanOrEqual(80)
      await Promise.resolve(withinTime(60_000, NEVER)).catch((error: unknown) =>
        codes.push(`inner ${Reflect.get(Object(error), 'code')}`),
      )
      await NEVER()
    })
    await expect(outer).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
    expect(codes).toEqual(['inner QUERY_TIMEOUT'])
    expect(remainingMs()).toBe(Infinity)
  })
})
