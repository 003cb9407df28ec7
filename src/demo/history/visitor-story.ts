import { newId } from '../../database/ids.ts'
import type { EventDefinition } from '../../events/define.ts'
import { diffPayloads } from '../../events/diff.ts'
import type { VisitorCheckpointKey, VisitorType } from '../../generated/prisma/enums.ts'
import {
  serializeCheckpoint,
  serializeVisitor,
  visitorApproved,
  visitorCancelled,
  visitorCheckedIn,
  visitorCheckedOut,
  visitorCheckpointCompleted,
  visitorFacets,
  visitorNoShow,
  type VisitorRecord,
  visitorRegistered,
} from '../../domains/visitors/events.ts'
import { type Campus, hoursAfter, type Person, type Step } from '../campus/campus.ts'
import { GUEST_COMPANIES, GUEST_NAMES, PURPOSES } from '../campus/guests.ts'
import type { Visit } from './visitors.ts'

interface Story {
  campus: Campus
  visitor: VisitorRecord
  step: Step
}

/** One visit from its announcement to its end, as far as time allows. */
export function tellVisit(campus: Campus, visit: Visit): Step {
  const { created, host } = visit
  const visitor = newVisitor(campus, visit)
  const step: Step = { at: created, rows: [], facts: [] }
  const story: Story = { campus, visitor, step }
  step.facts.push({
    at: created,
    definition: visitorRegistered,
    subjectId: visitor.id,
    object: serializeVisitor(visitor),
    facets: visitorFacets(visitor),
    actorId: host.id,
  })
  live(story, visit)
  const { checkpoints, location: _location, invitation: _invitation, ...values } = story.visitor
  step.rows.push(
    { table: 'visitor', values },
    ...checkpoints.map((done) => ({ table: 'visitor_checkpoint' as const, values: done })),
  )
  return step
}

function live(story: Story, visit: Visit): void {
  const { campus } = story
  const { random, people } = campus
  const { rules, host, arrival, departure, created, closing } = visit
  if (rules.requiresApproval) {
    const approver = random.pick(people.managers)
    const at = hoursAfter(created, 0.2 + random.next())
    if (!change(story, at, approver.id, visitorApproved, { status: 'REGISTERED' })) return
  }
  if (random.chance(0.06)) {
    const at = hoursAfter(story.visitor.updated, 2)
    const cancelled = { status: 'CANCELLED' as const, cancelReason: 'Postponed', endedAt: at }
    change(story, at, host.id, visitorCancelled, cancelled)
    return
  }
  if (random.chance(0.06)) {
    const missed = { status: 'NO_SHOW' as const, endedAt: closing }
    change(story, closing, undefined, visitorNoShow, missed)
    return
  }
  let at = new Date(arrival.getTime() + random.int(-600, 900) * 1_000)
  for (const key of rules.requiredCheckpoints) {
    if (!complete(story, key, at, host)) return
    at = new Date(at.getTime() + random.int(30, 240) * 1_000)
  }
  const badgeNumber = `B-${visit.badge}`
  const inside = { status: 'CHECKED_IN' as const, checkedInAt: at, badgeNumber }
  if (!change(story, at, host.id, visitorCheckedIn, inside)) return
  // Some forget to sign out: the closing of the site does it for them.
  const forgets = random.chance(0.1)
  const left = forgets ? closing : new Date(departure.getTime() + random.int(-300, 1_200) * 1_000)
  const outside = {
    status: 'CHECKED_OUT' as const,
    checkedOutAt: left,
    checkedOutBy: forgets ? 'system' : host.id,
    endedAt: left,
  }
  change(story, left, forgets ? undefined : host.id, visitorCheckedOut, outside)
}

function complete(story: Story, key: VisitorCheckpointKey, at: Date, host: Person): boolean {
  const { visitor, campus } = story
  const done = {
    visitorId: visitor.id,
    organizationId: campus.organizationId,
    key,
    completedAt: at,
    completedBy: host.id,
    documentUrl: null,
  }
  const checkpoints = [...visitor.checkpoints, done]
  const about = { checkpoint: serializeCheckpoint(done) }
  return change(story, at, host.id, visitorCheckpointCompleted, { checkpoints }, about)
}

/** @returns false, changing nothing, for what lies in the future. */
function change(
  story: Story,
  at: Date,
  actorId: string | undefined,
  definition: EventDefinition,
  changes: Partial<VisitorRecord>,
  about: object = {},
): boolean {
  const { visitor: before, campus, step } = story
  if (at > campus.now) return false
  const after = { ...before, ...changes, updated: at, version: before.version + 1 }
  story.visitor = after
  step.facts.push({
    at,
    definition,
    subjectId: after.id,
    object: { ...serializeVisitor(after), ...about },
    previous: diffPayloads(serializeVisitor(before), serializeVisitor(after)),
    facets: visitorFacets(after),
    actorId,
  })
  return true
}

const TYPES: Readonly<Record<VisitorType, number>> = {
  GUEST: 50,
  CONTRACTOR: 20,
  VENDOR: 12,
  CANDIDATE: 10,
  DELIVERY: 5,
  OTHER: 3,
}

function newVisitor(campus: Campus, visit: Visit): VisitorRecord {
  const { random, organizationId } = campus
  const { created, place, site, host } = visit
  const id = newId('visitor', created.getTime())
  const [first, last] = [random.pick(GUEST_NAMES.first), random.pick(GUEST_NAMES.last)]
  return {
    id,
    organizationId,
    name: `${first} ${last}`,
    email: `${first}.${last}@guest.example`.toLowerCase(),
    phone: null,
    company: random.pick(GUEST_COMPANIES),
    type: random.weighted(TYPES),
    purpose: random.pick(PURPOSES),
    hostId: host.id,
    locationId: place.id,
    siteId: site.id,
    invitationId: null,
    bookingId: null,
    walkIn: false,
    expectedArrival: visit.arrival,
    expectedDeparture: visit.departure,
    status: visit.rules.requiresApproval ? 'PENDING_APPROVAL' : 'REGISTERED',
    badgeNumber: null,
    photoUrl: null,
    checkedInAt: null,
    checkedOutAt: null,
    checkedOutBy: null,
    denyReason: null,
    cancelReason: null,
    registeredById: host.id,
    approvedBy: null,
    approvedAt: null,
    approvedThrough: null,
    approvedDigest: null,
    endedAt: null,
    erasedAt: null,
    version: 1,
    created,
    updated: created,
    checkpoints: [],
    location: place,
    invitation: null,
  }
}
