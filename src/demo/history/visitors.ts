import type { Location, VisitPolicy } from '../../generated/prisma/client.ts'
import type { VisitorCheckpointKey } from '../../generated/prisma/enums.ts'
import type { Campus, Person, Step } from '../campus/campus.ts'
import { tellVisit } from './visitor-story.ts'
import { workingDays } from '../campus/working-days.ts'

const DAYS_BACK = 60
const DAYS_AHEAD = 7
/** Personal data of the demo's guests stays so long: the history is a little shorter. */
const RETENTION_DAYS = 90

type Rules = Pick<
  VisitPolicy,
  'requiredCheckpoints' | 'requiresApproval' | 'closesAtMinute' | 'retentionDays'
>
const policy = (requiredCheckpoints: VisitorCheckpointKey[], requiresApproval: boolean): Rules => ({
  requiredCheckpoints,
  requiresApproval,
  closesAtMinute: 20 * 60,
  retentionDays: RETENTION_DAYS,
})
/** Of the three sites. */
const POLICIES: readonly Rules[] = [
  policy(['NDA', 'ID_CHECK'], false),
  policy(['HEALTH_FORM'], true),
  policy(['ID_CHECK'], false),
]

/** A visit that is going to be told. */
export interface Visit {
  site: Location
  rules: Rules
  place: Location
  host: Person
  badge: number
  /** When the site closes on the expected day. */
  closing: Date
  arrival: Date
  departure: Date
  created: Date
}

/** Two months of visitors at every site: gone, inside and expected. */
export function addVisitors(campus: Campus): Iterable<Step> {
  const visits: Visit[] = []
  const first: Step = { at: campus.start, rows: [], facts: [] }
  for (const [index, site] of campus.sites.entries()) {
    const rules = POLICIES[index % POLICIES.length]
    if (rules === undefined) continue
    first.rows.push({ table: 'visit_policy', values: newPolicy(campus, site, rules) })
    visits.push(...planVisits(campus, site, rules))
  }
  visits.sort((a, b) => a.created.getTime() - b.created.getTime())
  return tellAll(campus, first, visits)
}

function* tellAll(campus: Campus, first: Step, visits: readonly Visit[]): Generator<Step> {
  yield first
  for (const visit of visits) yield tellVisit(campus, visit)
}

function newPolicy({ start, organizationId }: Campus, site: Location, rules: Rules): VisitPolicy {
  return { siteId: site.id, organizationId, ...rules, version: 1, created: start, updated: start }
}

function planVisits(campus: Campus, site: Location, rules: Rules): Visit[] {
  const { random, now, people, zones } = campus
  const around = zones.filter((zone) => zone.siteId === site.id)
  const hosts = [...people.requesters, ...people.managers]
  const visits: Visit[] = []
  for (const { at } of workingDays(now, site.timezone ?? 'UTC', DAYS_BACK, DAYS_AHEAD)) {
    for (let left = random.int(0, 4); left > 0; left--) {
      const from = 8 * 60 + 15 * random.int(0, 28)
      const arrival = at(from)
      const announced = arrival.getTime() - random.int(20, 200) * 3_600_000
      // Who is expected in some days has been announced already.
      const created = new Date(
        Math.min(announced, now.getTime() - random.int(3_600, 72_000) * 1_000),
      )
      visits.push({
        site,
        rules,
        place: random.pick(around),
        host: random.pick(hosts),
        badge: visits.length + 1,
        closing: at(rules.closesAtMinute),
        arrival,
        departure: at(from + random.pick([45, 60, 90, 120, 180])),
        created,
      })
    }
  }
  return visits
}
