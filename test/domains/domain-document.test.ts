import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { TRANSITIONS as ASSET } from '../../src/domains/assets/rules.ts'
import { TRANSITIONS as BOOKING } from '../../src/domains/bookings/rules.ts'
import { USER_TRANSITIONS } from '../../src/identity/users/user-rules.ts'
import { QUOTATION_TRANSITIONS, SCHEDULE_TRANSITIONS } from '../../src/domains/sor/rules.ts'
import { INVITATION_TRANSITIONS, TRANSITIONS as VISITOR } from '../../src/domains/visitors/rules.ts'
import { TRANSITIONS as WORK_ORDER } from '../../src/domains/work-orders/rules.ts'
import { DEFAULT_POLICY } from '../../src/domains/work-orders/sla/deadlines.ts'

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/domain.md'), 'utf8')

/** The rows below a heading, up to the next one. */
function rowsOf(heading: string): string[] {
  const section = page.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return section.split('\n').filter((line) => /^\| [A-Z]/.test(line))
}

describe('docs/domain.md', () => {
  it.each([
    ['Assets', ASSET],
    ['Work orders', WORK_ORDER],
    ['Bookings', BOOKING],
    ['Visitors', VISITOR],
    ['Invitations', INVITATION_TRANSITIONS],
    ['Schedules of rates', SCHEDULE_TRANSITIONS],
    ['Quotations', QUOTATION_TRANSITIONS],
    ['Users', USER_TRANSITIONS],
  ])('has the transitions of %s', (heading, table: Record<string, readonly string[]>) => {
    const rows = Object.entries(table).map(
      ([from, to]) => `| ${from} | ${to.length === 0 ? 'final' : to.join(', ')} |`,
    )
    expect(rowsOf(heading)).toEqual(rows)
  })

  it('has the promises that hold where no policy says otherwise', () => {
    const hours = (minutes: number | null) => (minutes === null ? 'none' : `${minutes / 60} h`)
    const rows = Object.entries(DEFAULT_POLICY.targets).map(
      ([priority, { responseMinutes, resolutionMinutes }]) =>
        `| ${priority} | ${hours(responseMinutes)} | ${hours(resolutionMinutes)} |`,
    )
    expect(rowsOf('Response and resolution')).toEqual(rows)
    expect(page).toContain(`${DEFAULT_POLICY.atRiskPercent} %`)
    expect(page).toContain(`${DEFAULT_POLICY.criticalPercent} %`)
  })
})
