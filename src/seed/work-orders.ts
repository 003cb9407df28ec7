import { newId } from '../db/ids.ts'
import { diffPayloads } from '../events/diff.ts'
import type { EventDefinition } from '../events/define.ts'
import type { Labor, Location, WorkOrder } from '../generated/prisma/client.ts'
import { serializeCompletedWorkOrder, workOrderCompleted } from '../work-orders/completed-event.ts'
import {
  serializeWorkOrder,
  workOrderCreated,
  workOrderFacets,
  workOrderStatusChanged,
  workOrderUpdated,
} from '../work-orders/events.ts'
import { laborCostCents } from '../work-orders/rules.ts'
import { readClocks } from '../work-orders/sla/clocks.ts'
import { DEFAULT_POLICY, shiftResolution, slaDeadlines } from '../work-orders/sla/deadlines.ts'
import { passTime } from '../work-orders/sla/told.ts'
import {
  atWork,
  type Campus,
  DAY_MS,
  HOUR_MS,
  hoursAfter,
  type Person,
  type Step,
} from './campus.ts'
import { CANCEL_REASONS, FAULTS, HOLD_REASONS, type Occasion, OTHERS, PLANNED } from './faults.ts'
import { tellQuotation } from './quotations.ts'

const WORK_ORDERS = 600
/** The last days are told more densely, so that there is something under way. */
const LATELY = { share: 0.08, days: 6 }
/** What is hardly urgent may lie for so long before anybody takes it. */
const BACKLOG_DAYS = 45

/** A year of work orders, each with its history as far as today. */
export function addWorkOrders(campus: Campus): Iterable<Step> {
  return tellAll(campus)
}

function* tellAll(campus: Campus): Generator<Step> {
  const { random, start, now, scale } = campus
  const lengthMs = now.getTime() - start.getTime() - HOUR_MS
  const moments = Array.from({ length: WORK_ORDERS * scale }, () => {
    const fromMs = random.chance(LATELY.share) ? lengthMs - LATELY.days * DAY_MS : 0
    const offsetMs = fromMs + random.next() * (lengthMs - fromMs)
    // To the second, like all that follows: payloads know no fractions.
    return start.getTime() + HOUR_MS + Math.floor(offsetMs / 1_000) * 1_000
  }).toSorted((a, b) => a - b)
  for (const moment of moments) {
    const occasion = random.pick(
      { fault: FAULTS, planned: PLANNED, other: OTHERS }[
        random.weighted({ fault: 70, planned: 20, other: 10 })
      ],
    )
    // What is broken is reported at any hour, the rest is thought of at work.
    const isUrgent = occasion.priority === 'CRITICAL' || occasion.priority === 'HIGH'
    const reported = new Date(moment)
    const thoughtOf = isUrgent ? reported : atWork(reported)
    const step = tell(campus, occasion, thoughtOf < now ? thoughtOf : reported)
    yield { ...step, at: reported }
  }
}

/** A work order on its way through time, with what it leaves behind. */
export interface Story {
  campus: Campus
  order: WorkOrder
  place: Location
  occasion: Occasion
  step: Step
}

/**
 * Changes the work order of a story as the command of the product would: fields, version, events.
 * @returns false, changing nothing, for what lies in the future.
 */
function change(
  story: Story,
  at: Date,
  actor: Person,
  changes: Partial<WorkOrder>,
  definitions: readonly EventDefinition[],
): boolean {
  if (at >= story.campus.now) return false
  letTimePass(story, at)
  const before = story.order
  const version = before.version + 1
  const after = readClocks({ ...before, ...changes, updated: at, version }, at)
  story.order = after
  for (const definition of definitions) {
    story.step.facts.push({
      at,
      definition,
      subjectId: after.id,
      object: serializeWorkOrder(after),
      previous: diffPayloads(serializeWorkOrder(before), serializeWorkOrder(after)),
      facets: workOrderFacets(after, story.place),
      actorId: actor.id,
    })
  }
  return true
}

/** What the clocks have to tell until a moment, each when its time has come. */
function letTimePass(story: Story, until: Date): void {
  for (;;) {
    const at = story.order.slaNextAt
    if (at === null || at >= until) return
    const { order, facts } = passTime(story.order, at)
    story.order = order
    for (const fact of facts) {
      const facets = workOrderFacets(order, story.place)
      story.step.facts.push({ at, ...fact, subjectId: order.id, facets })
    }
  }
}

const MOVED = [workOrderStatusChanged]

function tell(campus: Campus, occasion: Occasion, at: Date): Step {
  const { random, people } = campus
  const reporter = random.pick(
    occasion.type === 'PREVENTIVE'
      ? people.managers
      : [...people.requesters, ...people.technicians],
  )
  const place = random.pick(campus.zones)
  const order = newWorkOrder(campus, occasion, place, reporter, at)
  const step: Step = { at, rows: [], facts: [] }
  const story: Story = { campus, order, place, occasion, step }
  step.facts.push({
    at,
    definition: workOrderCreated,
    subjectId: order.id,
    object: serializeWorkOrder(order),
    facets: workOrderFacets(order, place),
    actorId: reporter.id,
  })
  live(story)
  letTimePass(story, campus.now)
  step.rows.unshift({ table: 'work_order', values: story.order })
  return step
}

function newWorkOrder(
  campus: Campus,
  occasion: Occasion,
  place: Location,
  reporter: Person,
  at: Date,
): WorkOrder {
  const order: WorkOrder = {
    id: newId('workOrder', at.getTime()),
    organizationId: campus.organizationId,
    title: occasion.title,
    description: `${occasion.title}: ${place.name.toLowerCase()}`,
    status: 'OPEN',
    priority: occasion.priority,
    type: occasion.type,
    locationId: place.id,
    assetId: null,
    assigneeId: null,
    reportedById: reporter.id,
    completedById: null,
    dueAt: occasion.type === 'PREVENTIVE' ? hoursAfter(at, 14 * 24) : null,
    startedAt: null,
    respondedAt: null,
    completedAt: null,
    onHoldReason: null,
    cancelReason: null,
    reopenReason: null,
    companyId: null,
    requestId: null,
    maintenanceScheduleId: null,
    occurrenceAt: null,
    requiresSignature: false,
    signedAt: null,
    signedBy: null,
    signatureUrl: null,
    checklist: [],
    attachments: [],
    laborSeconds: 0,
    laborCostCents: 0,
    partsCostCents: 0,
    ...slaDeadlines(DEFAULT_POLICY, occasion.priority, at, 0),
    slaPausedAt: null,
    slaPausedSeconds: 0,
    slaStatus: 'NONE',
    slaResponseStatus: 'NONE',
    slaResolutionStatus: 'NONE',
    slaResponseTold: 0,
    slaResolutionTold: 0,
    slaNextAt: null,
    version: 1,
    created: at,
    updated: at,
  }
  return readClocks(order, at)
}

/** From the report to the closing, as far as time allows. */
function live(story: Story): void {
  const { campus, order, occasion } = story
  const { random, people } = campus
  const manager = random.pick(people.managers)
  const technician = random.pick(people.technicians)
  const isUrgent = occasion.priority === 'CRITICAL' || occasion.priority === 'HIGH'
  const next = (from: Date, hours: number) => {
    const moment = hoursAfter(from, hours)
    return isUrgent ? moment : atWork(moment)
  }
  // Most are answered in time, some are not.
  const response = order.slaResponseDeadline ?? hoursAfter(order.created, 24)
  const patience = (response.getTime() - order.created.getTime()) / HOUR_MS
  const answered = next(order.created, patience * (0.1 + 1.1 * random.next() ** 2))
  if (occasion.type === 'PREVENTIVE' && random.chance(0.05)) {
    change(story, answered, manager, { status: 'SKIPPED' }, MOVED)
    return
  }
  if (random.chance(0.05)) {
    const cancelReason = random.pick(CANCEL_REASONS)
    change(story, answered, manager, { status: 'CANCELLED', cancelReason }, MOVED)
    return
  }
  const isRecent = order.created.getTime() > campus.now.getTime() - BACKLOG_DAYS * DAY_MS
  const isMinor = occasion.priority === 'LOW' || occasion.priority === 'NONE'
  if (isRecent && isMinor && random.chance(0.25)) return
  const assignment = { assigneeId: technician.id, respondedAt: answered }
  if (!change(story, answered, manager, assignment, [workOrderUpdated])) return
  let at = answered
  if (random.chance(0.4)) {
    at = next(at, 0.1 + random.next())
    if (!change(story, at, technician, { status: 'ACCEPTED' }, MOVED)) return
  }
  at = next(at, 0.2 + 5 * random.next() ** 2)
  if (!change(story, at, technician, { status: 'IN_PROGRESS', startedAt: at }, MOVED)) return
  if (random.chance(0.12)) {
    const resumed = hold(story, at, technician, next)
    if (resumed === undefined) return
    at = resumed
  }
  if (occasion.type === 'CORRECTIVE' && random.chance(0.16)) {
    const decided = tellQuotation(story, hoursAfter(at, 0.5))
    if (decided === undefined) return
    at = decided
  }
  const done = finish(story, next(at, occasion.hours * (0.6 + 0.9 * random.next())), technician)
  if (done === undefined) return
  if (random.chance(0.03)) at = next(done, 4 + 40 * random.next())
  else {
    if (random.chance(0.8)) {
      const closed = atWork(hoursAfter(done, 4 + 60 * random.next()))
      change(story, closed, manager, { status: 'CLOSED' }, MOVED)
    }
    return
  }
  letTimePass(story, at)
  const reopened = {
    ...resolutionAfter(story.order, done, at),
    status: 'REOPENED' as const,
    reopenReason: 'Happened again',
    completedAt: null,
    completedById: null,
  }
  if (!change(story, at, manager, reopened, MOVED)) return
  at = next(at, 0.5 + 3 * random.next())
  if (!change(story, at, technician, { status: 'IN_PROGRESS' }, MOVED)) return
  finish(story, next(at, occasion.hours), technician)
}

/** A pause in which the clock of the resolution stands still. */
function hold(
  story: Story,
  from: Date,
  technician: Person,
  next: (from: Date, hours: number) => Date,
): Date | undefined {
  const { random } = story.campus
  const held = next(from, 0.3 + random.next())
  const onHoldReason = random.pick(HOLD_REASONS)
  const pause = { status: 'ON_HOLD' as const, onHoldReason, slaPausedAt: held }
  if (!change(story, held, technician, pause, MOVED)) return undefined
  const resumed = next(held, 4 + 70 * random.next())
  const onward = {
    ...resolutionAfter(story.order, held, resumed),
    status: 'IN_PROGRESS' as const,
    onHoldReason: null,
    slaPausedAt: null,
  }
  return change(story, resumed, technician, onward, MOVED) ? resumed : undefined
}

/** The resolution clock after it stood still for a while. */
function resolutionAfter(order: WorkOrder, since: Date, until: Date): Partial<WorkOrder> {
  const {
    slaPausedSeconds,
    slaResolutionAtRiskAt,
    slaResolutionCriticalAt,
    slaResolutionDeadline,
  } = shiftResolution(order, undefined, since, until)
  return {
    slaPausedSeconds,
    slaResolutionAtRiskAt,
    slaResolutionCriticalAt,
    slaResolutionDeadline,
  }
}

const HOURLY_RATE_CENTS = 4_800
/** Longest that anybody works on one thing before it is done. */
const SHIFT_HOURS = 6

function finish(story: Story, at: Date, technician: Person): Date | undefined {
  const { order, campus, step, place } = story
  if (at >= campus.now) return undefined
  const startedAt = new Date(
    Math.max(order.updated.getTime(), at.getTime() - SHIFT_HOURS * HOUR_MS),
  )
  const seconds = Math.round((at.getTime() - startedAt.getTime()) / 1_000)
  const labor: Labor = {
    id: newId('labor', startedAt.getTime()),
    organizationId: campus.organizationId,
    workOrderId: order.id,
    userId: technician.id,
    startedAt,
    endedAt: at,
    seconds,
    costCents: laborCostCents(seconds, HOURLY_RATE_CENTS),
    hourlyRateCents: HOURLY_RATE_CENTS,
    note: null,
    version: 1,
    created: startedAt,
    updated: at,
  }
  const ended = {
    status: 'COMPLETED' as const,
    completedAt: at,
    completedById: technician.id,
    laborSeconds: order.laborSeconds + seconds,
    laborCostCents: order.laborCostCents + labor.costCents,
  }
  if (!change(story, at, technician, ended, MOVED)) return undefined
  step.rows.push({ table: 'labor', values: labor })
  const all = step.rows.filter((row) => row.table === 'labor').map((row) => row.values as Labor)
  const records = { labor: all, parts: [], currency: campus.currency }
  step.facts.push({
    at,
    definition: workOrderCompleted,
    subjectId: order.id,
    object: serializeCompletedWorkOrder(story.order, records),
    previous: step.facts.at(-1)?.previous,
    facets: workOrderFacets(story.order, place),
    actorId: technician.id,
  })
  return at
}
