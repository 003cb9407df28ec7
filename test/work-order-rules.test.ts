import { describe, expect, it } from 'vitest'
import { WorkOrderStatus } from '../src/generated/prisma/enums.ts'
import { allowedStatuses, slaDeadlines, TRANSITIONS } from '../src/work-orders/rules.ts'

const STATUSES = Object.values(WorkOrderStatus)

describe('work order transitions', () => {
  it('the table names every status once and points only at statuses', () => {
    expect(Object.keys(TRANSITIONS).toSorted()).toEqual(STATUSES.toSorted())
    for (const targets of Object.values(TRANSITIONS)) {
      expect(new Set(targets).size).toBe(targets.length)
      for (const target of targets) expect(STATUSES).toContain(target)
    }
  })

  it('every status can be reached from OPEN', () => {
    const reached = new Set<WorkOrderStatus>(['OPEN'])
    for (const status of reached) for (const next of TRANSITIONS[status]) reached.add(next)
    expect([...reached].toSorted()).toEqual(STATUSES.toSorted())
  })

  it('CANCELLED and SKIPPED are final', () => {
    expect(TRANSITIONS.CANCELLED).toEqual([])
    expect(TRANSITIONS.SKIPPED).toEqual([])
  })

  it('only preventive work can be skipped', () => {
    expect(allowedStatuses({ status: 'OPEN', type: 'PREVENTIVE' })).toContain('SKIPPED')
    expect(allowedStatuses({ status: 'OPEN', type: 'CORRECTIVE' })).not.toContain('SKIPPED')
  })
})

describe('SLA deadlines', () => {
  it.each([
    ['CRITICAL', 1, 4],
    ['HIGH', 2, 12],
    ['MEDIUM', 4, 24],
    ['LOW', 8, 48],
  ] as const)('%s: response in %d h, resolution in %d h', (priority, response, resolution) => {
    const created = new Date('2026-02-24T08:00:00Z')
    const at = (hours: number) => new Date(created.getTime() + hours * 3_600_000)
    expect(slaDeadlines(priority, created, 0)).toEqual({
      slaResponseDeadline: at(response),
      slaResolutionDeadline: at(resolution),
    })
  })

  it('a hold moves the resolution by its length and the response not at all', () => {
    const created = new Date('2026-02-24T08:00:00Z')
    expect(slaDeadlines('HIGH', created, 3_600)).toEqual({
      slaResponseDeadline: new Date('2026-02-24T10:00:00Z'),
      slaResolutionDeadline: new Date('2026-02-24T21:00:00Z'),
    })
  })

  it('NONE has no deadlines', () => {
    expect(slaDeadlines('NONE', new Date(), 0)).toEqual({
      slaResponseDeadline: null,
      slaResolutionDeadline: null,
    })
  })
})
