import { describe, expect, it } from 'vitest'
import { allowedStatuses, demandDepth, TRANSITIONS } from '../../../src/domains/assets/rules.ts'
import { AssetStatus } from '../../../src/generated/prisma/enums.ts'

const STATUSES = Object.values(AssetStatus)

describe('asset statuses', () => {
  it('the table names every status once and points only at other statuses', () => {
    expect(Object.keys(TRANSITIONS).toSorted()).toEqual(STATUSES.toSorted())
    for (const [from, targets] of Object.entries(TRANSITIONS)) {
      expect(new Set(targets).size).toBe(targets.length)
      for (const target of targets) expect(STATUSES).toContain(target)
      expect(targets).not.toContain(from)
    }
  })

  it('every status can be reached from ONLINE', () => {
    const reached = new Set<AssetStatus>(['ONLINE'])
    for (const status of reached) for (const next of TRANSITIONS[status]) reached.add(next)
    expect([...reached].toSorted()).toEqual(STATUSES.toSorted())
  })

  it('DECOMMISSIONED is final but for whoever may undo it', () => {
    expect(allowedStatuses('DECOMMISSIONED', false)).toEqual([])
    expect(allowedStatuses('DECOMMISSIONED', true)).toEqual(['ONLINE', 'OFFLINE', 'MAINTENANCE'])
  })

  it('eight levels are enough, nine are too many', () => {
    expect(() => demandDepth(8)).not.toThrow()
    expect(() => demandDepth(9)).toThrow('at most 8 levels')
  })
})
