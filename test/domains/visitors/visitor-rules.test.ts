import { describe, expect, it } from 'vitest'
import { VisitorInvitationStatus, VisitorStatus } from '../../../src/generated/prisma/enums.ts'
import {
  INVITATION_TRANSITIONS,
  isOver,
  localDay,
  missingCheckpoints,
  nameKey,
  OPEN,
  TRANSITIONS,
} from '../../../src/domains/visitors/rules.ts'

describe.each([
  ['visitors', TRANSITIONS, Object.values(VisitorStatus), ['PENDING_APPROVAL', 'REGISTERED']],
  ['invitations', INVITATION_TRANSITIONS, Object.values(VisitorInvitationStatus), ['SENT']],
] as const)('transitions of %s', (_name, table, statuses, starts) => {
  const targets = (from: string): readonly string[] =>
    Object.entries(table).find(([key]) => key === from)?.[1] ?? []

  it('the table names every status once and points only at statuses', () => {
    expect(Object.keys(table).toSorted()).toEqual([...statuses].toSorted())
    for (const status of statuses) {
      expect(new Set(targets(status)).size).toBe(targets(status).length)
      for (const target of targets(status)) expect(statuses).toContain(target)
    }
  })

  it('every status can be reached from a start', () => {
    const reached = new Set<string>(starts)
    for (const status of reached) for (const next of targets(status)) reached.add(next)
    expect([...reached].toSorted()).toEqual([...statuses].toSorted())
  })
})

describe('visits', () => {
  it('a visit is open or over, never both', () => {
    for (const status of Object.values(VisitorStatus)) {
      expect(isOver(status)).toBe(!OPEN.some((open) => open === status))
    }
  })

  it.each([
    ['2026-03-01T23:30:00Z', 'Europe/Berlin', '2026-03-02'],
    ['2026-03-01T23:30:00Z', 'America/New_York', '2026-03-01'],
    ['2026-03-01T02:00:00Z', 'Pacific/Auckland', '2026-03-01'],
    ['2026-03-01T12:00:00Z', 'Pacific/Auckland', '2026-03-02'],
  ])('%s is in %s on %s', (moment, zone, day) => {
    expect(localDay(new Date(moment), zone)).toBe(day)
  })

  it('missing checkpoints are the required ones without a completion', () => {
    expect(missingCheckpoints(['NDA', 'PHOTO'], [{ key: 'PHOTO' }, { key: 'ID_CHECK' }])).toEqual([
      'NDA',
    ])
    expect(missingCheckpoints([], [])).toEqual([])
  })

  it.each([
    ['  Jane   SMITH ', 'jane smith'],
    ['O’Brien, Pat', 'o brien pat'],
    ['Ｊａｎｅ Smith', 'jane smith'],
    ['Łukasz Żółć', 'łukasz żółć'],
    ['!!!', ''],
  ])('the block list compares %j as %j', (name, key) => {
    expect(nameKey(name)).toBe(key)
  })
})
