import { describe, expect, it } from 'vitest'
import { WorkOrderStatus } from '../../../src/generated/prisma/enums.ts'
import {
  allowedStatuses,
  demandCompletable,
  laborCostCents,
  TRANSITIONS,
} from '../../../src/domains/work-orders/rules.ts'
import {
  nextOccurrence,
  type Recurrence,
} from '../../../src/domains/work-orders/maintenance/recurrence.ts'
import { occurrenceAfterCompletion } from '../../../src/domains/work-orders/maintenance/recurrence.ts'
import {
  addWorkingMs,
  workingMsBetween,
} from '../../../src/domains/work-orders/sla/business-hours.ts'
import { DEFAULT_POLICY, slaDeadlines } from '../../../src/domains/work-orders/sla/deadlines.ts'

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

describe('completion', () => {
  const checklist = [
    { text: 'Isolate the supply', mandatory: true, doneAt: 1 },
    { text: 'Sweep the floor', mandatory: false },
  ]

  it('needs what is mandatory and nothing else', () => {
    const order = { checklist, requiresSignature: false, signedAt: null }
    expect(() => demandCompletable(order)).not.toThrow()
  })

  it('names everything that is missing at once', () => {
    const open = [...checklist, { text: 'Test the alarm', mandatory: true }]
    expect(() =>
      demandCompletable({ checklist: open, requiresSignature: true, signedAt: null }),
    ).toThrow('Still to be done: Test the alarm; A signature is required')
  })
})

describe('labor', () => {
  it.each([
    [3_600, 4_500, 4_500],
    [5_400, 4_500, 6_750],
    [1, 1_800, 1],
    [1, 1_799, 0],
    [0, 4_500, 0],
  ])('%d s at %d cents/h cost %d cents', (seconds, rate, cents) => {
    expect(laborCostCents(seconds, rate)).toBe(cents)
  })
})

describe('SLA deadlines', () => {
  const created = new Date('2026-02-24T08:00:00Z')
  const at = (hours: number) => new Date(created.getTime() + hours * 3_600_000)

  it.each([
    ['CRITICAL', 1, 4],
    ['HIGH', 2, 12],
    ['MEDIUM', 4, 24],
    ['LOW', 8, 48],
  ] as const)('%s: response in %d h, resolution in %d h', (priority, response, resolution) => {
    expect(slaDeadlines(DEFAULT_POLICY, priority, created, 0)).toEqual({
      slaResponseAtRiskAt: at(response * 0.75),
      slaResponseCriticalAt: at(response * 0.9),
      slaResponseDeadline: at(response),
      slaResolutionAtRiskAt: at(resolution * 0.75),
      slaResolutionCriticalAt: at(resolution * 0.9),
      slaResolutionDeadline: at(resolution),
    })
  })

  it('a hold moves the resolution by its length and the response not at all', () => {
    expect(slaDeadlines(DEFAULT_POLICY, 'HIGH', created, 3_600)).toMatchObject({
      slaResponseDeadline: at(2),
      slaResolutionAtRiskAt: at(10),
      slaResolutionDeadline: at(13),
    })
  })

  it('NONE has no deadlines', () => {
    const none = slaDeadlines(DEFAULT_POLICY, 'NONE', new Date(), 0)
    expect(new Set(Object.values(none))).toEqual(new Set([null]))
  })
})

describe('business hours', () => {
  // Monday to Friday, 08:00–12:00 and 13:00–17:00 in Berlin, closed on Labour Day (a Friday).
  const hours = {
    timezone: 'Europe/Berlin',
    windows: [1, 2, 3, 4, 5].flatMap((weekday) => [
      { weekday, opens: 780, closes: 1_020 },
      { weekday, opens: 480, closes: 720 },
    ]),
    holidays: new Set(['2026-05-01']),
  }
  const hour = 3_600_000

  it.each([
    ['within a window', '2026-04-27T07:00:00Z', 1, '2026-04-27T08:00:00Z'],
    ['over the lunch break', '2026-04-27T09:30:00Z', 1, '2026-04-27T11:30:00Z'],
    ['to the very end of a window', '2026-04-27T13:00:00Z', 2, '2026-04-27T15:00:00Z'],
    ['from before opening', '2026-04-27T02:00:00Z', 1, '2026-04-27T07:00:00Z'],
    ['over a night', '2026-04-27T14:00:00Z', 2, '2026-04-28T07:00:00Z'],
    ['over a holiday and a weekend', '2026-04-30T14:00:00Z', 2, '2026-05-04T07:00:00Z'],
    ['over the change to summer time', '2026-03-27T15:00:00Z', 2, '2026-03-30T07:00:00Z'],
    ['over the change to winter time', '2026-10-23T14:00:00Z', 2, '2026-10-26T08:00:00Z'],
  ])('%s', (_name, from, length, until) => {
    const end = addWorkingMs(hours, new Date(from), length * hour)
    expect(end.toISOString().replace('.000', '')).toBe(until)
    expect(workingMsBetween(hours, new Date(from), end)).toBe(length * hour)
  })

  it('a weekend has no working time', () => {
    const [friday, monday] = [new Date('2026-04-24T15:00:00Z'), new Date('2026-04-27T06:00:00Z')]
    expect(workingMsBetween(hours, friday, monday)).toBe(0)
  })

  it('around the clock, time is time', () => {
    const from = new Date('2026-04-24T15:00:00Z')
    expect(addWorkingMs(undefined, from, hour).getTime()).toBe(from.getTime() + hour)
    expect(workingMsBetween(undefined, from, new Date(from.getTime() + hour))).toBe(hour)
  })
})

describe('recurrence', () => {
  const rule = (changes: Partial<Recurrence>): Recurrence => ({
    frequency: 'DAILY',
    interval: 1,
    daysOfWeek: [],
    dayOfMonth: null,
    startsAt: new Date('2026-01-31T07:00:00Z'),
    endsAt: null,
    timezone: 'Europe/Berlin',
    ...changes,
  })
  function occurrences(
    changes: Partial<Recurrence>,
    count: number,
    after = '2026-01-01T00:00:00Z',
  ) {
    const found: string[] = []
    let last = new Date(after)
    for (let n = 0; n < count; n++) {
      const next = nextOccurrence(rule(changes), last)
      if (next === undefined) break
      found.push(next.toISOString().slice(0, 16))
      last = next
    }
    return found
  }

  it('daily, every third day', () => {
    expect(occurrences({ interval: 3 }, 3)).toEqual([
      '2026-01-31T07:00',
      '2026-02-03T07:00',
      '2026-02-06T07:00',
    ])
  })

  it('keeps its hour on the wall over both clock changes', () => {
    expect(occurrences({}, 2, '2026-03-28T06:59:00Z')).toEqual([
      '2026-03-28T07:00',
      '2026-03-29T06:00',
    ])
    expect(occurrences({}, 2, '2026-10-24T05:59:00Z')).toEqual([
      '2026-10-24T06:00',
      '2026-10-25T07:00',
    ])
  })

  it('weekly on given days, every second week, not before the start', () => {
    // 31 January 2026 is a Saturday.
    expect(occurrences({ frequency: 'WEEKLY', interval: 2, daysOfWeek: [1, 6, 7] }, 5)).toEqual([
      '2026-01-31T07:00',
      '2026-02-01T07:00',
      '2026-02-09T07:00',
      '2026-02-14T07:00',
      '2026-02-15T07:00',
    ])
  })

  it('weekly without days comes on the weekday of the start', () => {
    expect(occurrences({ frequency: 'WEEKLY' }, 2)).toEqual([
      '2026-01-31T07:00',
      '2026-02-07T07:00',
    ])
  })

  it('monthly on the 31st comes on the last day of shorter months', () => {
    expect(occurrences({ frequency: 'MONTHLY' }, 4)).toEqual([
      '2026-01-31T07:00',
      '2026-02-28T07:00',
      '2026-03-31T06:00',
      '2026-04-30T06:00',
    ])
  })

  it('monthly on another day than the start begins with the first such day after it', () => {
    expect(occurrences({ frequency: 'MONTHLY', dayOfMonth: 15 }, 2)).toEqual([
      '2026-02-15T07:00',
      '2026-03-15T07:00',
    ])
  })

  it('yearly on 29 February comes on the 28th in other years', () => {
    expect(
      occurrences(
        { frequency: 'YEARLY', startsAt: new Date('2024-02-29T07:00:00Z') },
        3,
        '2026-01-01T00:00:00Z',
      ),
    ).toEqual(['2026-02-28T07:00', '2027-02-28T07:00', '2028-02-29T07:00'])
  })

  it('ends', () => {
    expect(occurrences({ endsAt: new Date('2026-02-02T07:00:00Z') }, 9)).toHaveLength(3)
  })

  it('is found at once, decades after the start', () => {
    const started = performance.now()
    expect(occurrences({}, 1, '2086-01-01T12:00:00Z')).toEqual(['2086-01-02T07:00'])
    expect(performance.now() - started).toBeLessThan(50)
  })

  it.each([
    ['DAILY', 10, [], null, '2026-05-30T06:00'],
    ['WEEKLY', 2, [], null, '2026-06-03T06:00'],
    ['WEEKLY', 1, [1, 4], null, '2026-05-25T06:00'],
    ['MONTHLY', 1, [], null, '2026-06-20T06:00'],
    ['MONTHLY', 1, [], 5, '2026-06-05T06:00'],
    ['YEARLY', 1, [], null, '2027-05-20T06:00'],
  ] as const)(
    '%s × %d after a completion on Wednesday, 20 May',
    (frequency, interval, daysOfWeek, dayOfMonth, next) => {
      const found = occurrenceAfterCompletion(
        rule({ frequency, interval, daysOfWeek, dayOfMonth }),
        new Date('2026-05-20T15:00:00Z'),
      )
      expect(found?.toISOString().slice(0, 16)).toBe(next)
    },
  )
})
