import { newId } from '../../../database/ids.ts'
import { lockRow, noteVersion, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { AccessError, DomainError, invalid, notFound } from '../../../errors.ts'
import type { Labor, LaborRate, WorkOrder } from '../../../generated/prisma/client.ts'
import { demandActiveUser, userIdOf } from '../../../identity/users/people.ts'
import { coordinates, demandCoordinator } from '../access.ts'
import { workOrderUpdated } from '../events.ts'
import type { AddLaborInput, SetLaborRateInput, StartLaborInput } from './commands.ts'
import { allowedStatuses, demandEditable, laborCostCents, MAX_CENTS } from '../rules.ts'
import { findPlace, lockWorkOrder } from '../service/load.ts'
import { saveWorkOrder } from '../service/save.ts'

/** Starts a timer. It ends by itself when the work order leaves IN_PROGRESS. */
export async function startLabor(unit: UnitOfWork, input: StartLaborInput): Promise<Labor> {
  const order = await lockWorkOrder(unit, input.workOrderId, 'workOrderId')
  if (order.status !== 'IN_PROGRESS') {
    throw new DomainError(
      `Timers run on work in progress; this work order is ${order.status}`,
      { code: 'INVALID_TRANSITION', from: order.status, allowed: allowedStatuses(order) },
      ['input', 'workOrderId'],
    )
  }
  const userId = await demandWorker(unit, input.userId)
  const labor: Labor = {
    id: newId('labor', unit.now.getTime()),
    organizationId: unit.organizationId,
    workOrderId: order.id,
    userId,
    startedAt: unit.now,
    endedAt: null,
    seconds: 0,
    costCents: 0,
    hourlyRateCents: await findRate(unit, userId),
    note: input.note ?? null,
    version: 1,
    created: unit.now,
    updated: unit.now,
  }
  // The unique index on running timers decides, also against a start on another work order.
  const { count } = await unit.tx.labor.createMany({ data: [labor], skipDuplicates: true })
  if (count === 1) return labor
  const running = await unit.tx.labor.findFirst({ where: { userId, endedAt: null } })
  throw new DomainError(
    `User ${userId} has a running timer: stop it first`,
    { code: 'CONFLICT', ids: running === null ? [] : [running.id] },
    ['input', 'userId'],
  )
}

/** Stops a timer and adds its time to the work order. */
export async function stopLabor(unit: UnitOfWork, input: { id: string }): Promise<Labor> {
  const { order } = await lockLabor(unit, input.id)
  // Read again under the lock: it may have been stopped meanwhile.
  const labor = await unit.tx.labor.findUniqueOrThrow({ where: { id: input.id } })
  if (labor.endedAt !== null) throw invalid(`Timer ${labor.id} is not running`, 'id')
  const stopped = await stop(unit, labor)
  await saveSums(unit, order, { seconds: stopped.seconds, costCents: stopped.costCents })
  return stopped
}

/** Records work done without a timer. */
export async function addLabor(unit: UnitOfWork, input: AddLaborInput): Promise<Labor> {
  const order = await lockWorkOrder(unit, input.workOrderId, 'workOrderId')
  demandEditable(order)
  const userId = await demandWorker(unit, input.userId)
  if (input.endedAt > unit.now) throw invalid('must not lie in the future', 'endedAt')
  if (input.hourlyRateCents != null && !coordinates(unit.caller)) {
    throw new AccessError('FORBIDDEN', 'Only a Manager, Admin or Owner sets another rate')
  }
  const hourlyRateCents = input.hourlyRateCents ?? (await findRate(unit, userId))
  const seconds = Math.round((input.endedAt.getTime() - input.startedAt.getTime()) / 1_000)
  const costCents = laborCostCents(seconds, hourlyRateCents)
  demandRoom(order, costCents)
  const labor = await unit.tx.labor.create({
    data: {
      id: newId('labor', unit.now.getTime()),
      organizationId: unit.organizationId,
      workOrderId: order.id,
      userId,
      startedAt: input.startedAt,
      endedAt: input.endedAt,
      seconds,
      costCents,
      hourlyRateCents,
      note: input.note ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  await saveSums(unit, order, { seconds, costCents })
  return labor
}

/** Removes labor that was recorded by mistake. */
export async function deleteLabor(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const { order } = await lockLabor(unit, input.id)
  demandEditable(order)
  const [labor] = await unit.tx.labor.findMany({ where: { id: input.id } })
  if (labor === undefined) throw notFound('Labor', input.id)
  await unit.tx.labor.delete({ where: { id: labor.id } })
  await saveSums(unit, order, { seconds: -labor.seconds, costCents: -labor.costCents })
  return labor.id
}

/** What an hour of a user's work costs from now on; recorded work keeps its rate. */
export async function setLaborRate(unit: UnitOfWork, input: SetLaborRateInput): Promise<LaborRate> {
  demandCoordinator(unit.caller)
  await demandActiveUser(unit, input.userId, 'userId')
  const { organizationId } = unit
  const { userId, hourlyRateCents } = input
  await lockLaborRate(unit, userId)
  return unit.tx.laborRate.upsert({
    where: { organizationId_userId: { organizationId, userId } },
    create: { organizationId, userId, hourlyRateCents, created: unit.now, updated: unit.now },
    update: { hourlyRateCents, updated: unit.now, version: { increment: 1 } },
  })
}

/**
 * Stops every running timer of a work order; answers all its labor and its new sums. The caller saves
 * the sums.
 */
export async function stopTimers(
  unit: UnitOfWork,
  order: WorkOrder,
): Promise<{
  labor: readonly Labor[]
  sums: Pick<WorkOrder, 'laborSeconds' | 'laborCostCents'>
}> {
  const found = await unit.tx.labor.findMany({
    where: { workOrderId: order.id },
    orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
  })
  const labor: Labor[] = []
  let { laborSeconds, laborCostCents: cost } = order
  for (const entry of found) {
    if (entry.endedAt !== null) {
      labor.push(entry)
      continue
    }
    const stopped = await stop(unit, entry)
    labor.push(stopped)
    laborSeconds += stopped.seconds
    cost = Math.min(cost + stopped.costCents, MAX_CENTS)
  }
  return { labor, sums: { laborSeconds, laborCostCents: cost } }
}

async function stop(unit: UnitOfWork, labor: Labor): Promise<Labor> {
  const seconds = Math.max(0, Math.round((unit.now.getTime() - labor.startedAt.getTime()) / 1_000))
  return unit.tx.labor.update({
    where: { id: labor.id },
    data: {
      // Another process's clock may be a little ahead of ours.
      endedAt: unit.now > labor.startedAt ? unit.now : labor.startedAt,
      seconds,
      costCents: Math.min(laborCostCents(seconds, labor.hourlyRateCents), MAX_CENTS),
      updated: unit.now,
      version: labor.version + 1,
    },
  })
}

async function saveSums(
  unit: UnitOfWork,
  before: WorkOrder,
  change: { seconds: number; costCents: number },
): Promise<void> {
  const after: WorkOrder = {
    ...before,
    laborSeconds: before.laborSeconds + change.seconds,
    laborCostCents: Math.min(before.laborCostCents + change.costCents, MAX_CENTS),
  }
  const place = await findPlace(unit, before.locationId, 'locationId')
  await saveWorkOrder(unit, {
    before,
    after,
    announcements: [{ event: workOrderUpdated }],
    place,
  })
}

async function lockLabor(
  unit: UnitOfWork,
  id: string,
): Promise<{ labor: Labor; order: WorkOrder }> {
  const labor = await unit.tx.labor.findUnique({ where: { id } })
  if (labor === null) throw notFound('Labor', id)
  const order = await lockWorkOrder(unit, labor.workOrderId)
  if (!(await lockRow(unit, 'labor', id))) throw notFound('Labor', id)
  return { labor, order }
}

/** One change of somebody's rate after the other, the first one included, which has no row to lock. */
async function lockLaborRate(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.tx
    .$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`labor rate ${userId}`}, 0))::text`
  const [rate] = await unit.tx.laborRate.findMany({ where: { userId } })
  noteVersion(unit, { id: userId, version: rate?.version ?? 0 })
}

/** Whose work it is: the caller's own unless a manager or a machine says otherwise. */
async function demandWorker(unit: UnitOfWork, given: string | null | undefined): Promise<string> {
  const own = userIdOf(unit.caller)
  const userId = given ?? own
  if (userId === undefined) throw invalid('is required when a machine records work', 'userId')
  if (userId === own) return userId
  if (!coordinates(unit.caller)) {
    throw new AccessError('FORBIDDEN', 'A technician may record only their own work')
  }
  await demandActiveUser(unit, userId, 'userId')
  return userId
}

async function findRate(unit: UnitOfWork, userId: string): Promise<number> {
  const [rate] = await unit.tx.laborRate.findMany({ where: { userId } })
  return rate?.hourlyRateCents ?? 0
}

/** @throws DomainError VALIDATION when the sum would no longer fit. */
function demandRoom(order: WorkOrder, costCents: number): void {
  if (order.laborCostCents + costCents > MAX_CENTS) {
    throw invalid(`makes the labor of this work order cost more than ${MAX_CENTS} cents`, 'endedAt')
  }
}
