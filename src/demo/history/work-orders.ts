import {
  serializeWorkOrder,
  workOrderCreated,
  workOrderFacets,
  workOrderUpdated,
} from '../../domains/work-orders/events.ts'
import { isRetired, type Equipment } from '../campus/assets.ts'
import {
  atWork,
  type Campus,
  DAY_MS,
  HOUR_MS,
  hoursAfter,
  type Person,
  type Step,
} from '../campus/campus.ts'
import {
  CANCEL_REASONS,
  FAULTS,
  HOLD_REASONS,
  type Occasion,
  OTHERS,
  PLANNED,
} from '../campus/faults.ts'
import { finish, newWorkOrder } from './job.ts'
import { tellQuotation } from './quotations.ts'
import {
  change,
  isUrgent,
  letTimePass,
  MOVED,
  moveEquipment,
  resolutionAfter,
  type Story,
} from './story.ts'

const WORK_ORDERS = 600
/** The last days are told more densely, so that there is something under way. */
const LATELY = { share: 0.12, days: 6 }
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
    const reported = new Date(moment)
    const thoughtOf = isUrgent(occasion) ? reported : atWork(reported)
    const step = tell(campus, occasion, thoughtOf < now ? thoughtOf : reported)
    yield { ...step, at: reported }
  }
}

function tell(campus: Campus, occasion: Occasion, at: Date): Step {
  const { random, people } = campus
  const reporter = random.pick(
    occasion.type === 'PREVENTIVE'
      ? people.managers
      : [...people.requesters, ...people.technicians],
  )
  const about = findEquipment(campus, occasion)
  const place = about?.place ?? random.pick(campus.zones)
  const order = newWorkOrder(campus, occasion, place, about?.asset, reporter, at)
  const step: Step = { at, rows: [], facts: [] }
  const equipment = about !== undefined && about.busyUntil <= at ? about : undefined
  const story: Story = { campus, order, place, occasion, step, equipment }
  step.facts.push({
    at,
    definition: workOrderCreated,
    subjectId: order.id,
    object: serializeWorkOrder(order),
    facets: workOrderFacets(order, place),
    actorId: reporter.id,
  })
  if (isUrgent(occasion)) moveEquipment(story, at, reporter, 'OFFLINE')
  live(story)
  letTimePass(story, campus.now)
  if (equipment !== undefined) equipment.busyUntil = endOf(story)
  step.rows.unshift({ table: 'work_order', values: story.order })
  return step
}

/** What breaks is often equipment; what is planned always is, where the trade has any. */
function findEquipment(
  { random, equipmentByTrade }: Campus,
  { trade, type }: Occasion,
): Equipment | undefined {
  const candidates = equipmentByTrade.get(trade)
  const share = { PREVENTIVE: 1, CORRECTIVE: 0.6, INSPECTION: 0, REQUEST: 0 }[type]
  if (candidates === undefined || !random.chance(share)) return undefined
  const found = random.pick(candidates)
  return isRetired(found) ? undefined : found
}

/** When a work order lets its asset go: when it is over, else not before the end of the story. */
function endOf({ order, campus }: Story): Date {
  const isOver = ['COMPLETED', 'CLOSED', 'CANCELLED', 'SKIPPED'].includes(order.status)
  return isOver ? order.updated : campus.now
}

/** From the report to the closing, as far as time allows. */
function live(story: Story): void {
  const { campus, order, occasion } = story
  const { random, people } = campus
  const manager = random.pick(people.managers)
  const technician = random.pick(people.technicians)
  const next = (from: Date, hours: number) => {
    const moment = hoursAfter(from, hours)
    return isUrgent(occasion) ? moment : atWork(moment)
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
  const isFresh = order.created.getTime() > campus.now.getTime() - LATELY.days * DAY_MS
  // Denser lately here too: some are waiting for a decision on any day.
  if (occasion.type === 'CORRECTIVE' && random.chance(isFresh ? 0.5 : 0.16)) {
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
