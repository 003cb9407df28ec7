import { describe, expect, it } from 'vitest'
import { planPartitions } from '../../src/delivery/log/retention.ts'

const NOON = new Date('2026-03-01T12:00:00Z')

describe('attempt partitions', () => {
  it('are made for today and a week ahead, each once', () => {
    const { create } = planPartitions(new Set(['webhook_attempt_20260302']), 30, NOON)
    expect(create.map((partition) => partition.name)).toEqual([
      'webhook_attempt_20260301',
      ...[3, 4, 5, 6, 7, 8].map((day) => `webhook_attempt_2026030${day}`),
    ])
    expect(create[0]).toMatchObject({ from: '2026-03-01 00:00Z', to: '2026-03-02 00:00Z' })
  })

  it('are dropped once all of their day is older than the log is kept', () => {
    const existing = new Set([
      'webhook_attempt_default',
      'webhook_attempt_20260129',
      'webhook_attempt_20260130',
      'webhook_attempt_20251231',
    ])
    const { drop } = planPartitions(existing, 30, NOON)
    expect(drop.toSorted()).toEqual(['webhook_attempt_20251231', 'webhook_attempt_20260129'])
  })
})
