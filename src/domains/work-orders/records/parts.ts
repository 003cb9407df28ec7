import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../../errors.ts'
import type { Part, PartUse, WorkOrder } from '../../../generated/prisma/client.ts'
import { userIdOf } from '../../../identity/users/people.ts'
import { demandCoordinator } from '../access.ts'
import { workOrderUpdated } from '../events.ts'
import type {
  AdjustPartStockInput,
  CreatePartInput,
  UpdatePartInput,
  UsePartInput,
} from './commands.ts'
import { demandEditable, MAX_CENTS } from '../rules.ts'
import { findPlace, lockWorkOrder } from '../service/load.ts'
import { saveWorkOrder } from '../service/save.ts'

/**
 * Takes parts from stock for a work order, at today's price. Taking and counting are one statement,
 * so however many take at once, the stock never falls below zero.
 * @throws DomainError CONFLICT naming the part when there are not enough.
 */
export async function usePart(unit: UnitOfWork, input: UsePartInput): Promise<PartUse> {
  const order = await lockWorkOrder(unit, input.workOrderId, 'workOrderId')
  demandEditable(order)
  const part = await unit.tx.part.findUnique({ where: { id: input.partId } })
  if (part === null) throw notFound('Part', input.partId, 'partId')
  const cost = input.quantity * part.unitCostCents
  if (order.partsCostCents + cost > MAX_CENTS) {
    throw invalid(
      `makes the parts of this work order cost more than ${MAX_CENTS} cents`,
      'quantity',
    )
  }
  if (!(await moveStock(unit, part.id, -input.quantity))) {
    const { stock } = await unit.tx.part.findUniqueOrThrow({ where: { id: part.id } })
    throw new DomainError(
      `${part.name}: ${stock} in stock, ${input.quantity} wanted`,
      { code: 'CONFLICT', ids: [part.id] },
      ['input', 'quantity'],
    )
  }
  const use = await unit.tx.partUse.create({
    data: {
      id: newId('partUse', unit.now.getTime()),
      organizationId: unit.organizationId,
      workOrderId: order.id,
      partId: part.id,
      quantity: input.quantity,
      unitCostCents: part.unitCostCents,
      usedById: userIdOf(unit.caller) ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  await saveCost(unit, order, cost)
  return use
}

/** Puts parts that were not needed back into stock. */
export async function deletePartUse(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const found = await unit.tx.partUse.findUnique({ where: { id: input.id } })
  if (found === null) throw notFound('Part use', input.id)
  const order = await lockWorkOrder(unit, found.workOrderId)
  await lockRow(unit, 'partUse', found.id)
  demandEditable(order)
  // Under the lock: of two that return the same use, one finds nothing left to return.
  const { count } = await unit.tx.partUse.deleteMany({ where: { id: found.id } })
  if (count === 0) throw notFound('Part use', input.id)
  await moveStock(unit, found.partId, found.quantity)
  await saveCost(unit, order, -found.quantity * found.unitCostCents)
  return found.id
}

export async function createPart(unit: UnitOfWork, input: CreatePartInput): Promise<Part> {
  demandCoordinator(unit.caller)
  await demandFreeNumber(unit, input.partNumber, undefined)
  return unit.tx.part.create({
    data: {
      id: newId('part', unit.now.getTime()),
      organizationId: unit.organizationId,
      name: input.name,
      partNumber: input.partNumber ?? null,
      unit: input.unit ?? 'piece',
      unitCostCents: input.unitCostCents ?? 0,
      stock: input.stock ?? 0,
      minStock: input.minStock ?? 0,
      created: unit.now,
      updated: unit.now,
    },
  })
}

export async function updatePart(unit: UnitOfWork, input: UpdatePartInput): Promise<Part> {
  demandCoordinator(unit.caller)
  const before = await lockPart(unit, input.id)
  const { id, ...given } = input
  const changes = Object.entries(given).filter(
    ([key, value]) => value !== undefined && value !== Reflect.get(before, key),
  )
  if (changes.length === 0) return before
  await demandFreeNumber(unit, input.partNumber, id)
  return unit.tx.part.update({
    where: { id },
    data: { ...Object.fromEntries(changes), updated: unit.now, version: before.version + 1 },
  })
}

/** Adds a delivery to the stock, or takes off what was lost. */
export async function adjustPartStock(
  unit: UnitOfWork,
  input: AdjustPartStockInput,
): Promise<Part> {
  demandCoordinator(unit.caller)
  const before = await lockPart(unit, input.id)
  const stock = before.stock + input.by
  if (stock < 0 || stock > MAX_CENTS) {
    throw invalid(`${before.stock} in stock: ${input.by} makes ${stock}`, 'by')
  }
  if (input.by === 0) return before
  return unit.tx.part.update({
    where: { id: before.id },
    data: { stock, updated: unit.now, version: before.version + 1 },
  })
}

/** @throws DomainError CONFLICT listing the part uses that speak of it. */
export async function deletePart(unit: UnitOfWork, input: { id: string }): Promise<string> {
  demandCoordinator(unit.caller)
  const part = await lockPart(unit, input.id)
  const uses = await unit.tx.partUse.findMany({
    where: { partId: part.id },
    select: { id: true },
    take: 20,
  })
  if (uses.length > 0) {
    throw new DomainError(
      `${part.name} was built in: its uses need it`,
      { code: 'CONFLICT', ids: uses.map((use) => use.id) },
      ['input', 'id'],
    )
  }
  await unit.tx.part.delete({ where: { id: part.id } })
  return part.id
}

/** @returns false when that would take the stock below zero. */
async function moveStock(unit: UnitOfWork, id: string, by: number): Promise<boolean> {
  const { count } = await unit.tx.part.updateMany({
    where: { id, stock: { gte: Math.max(0, -by) } },
    data: { stock: { increment: by }, version: { increment: 1 }, updated: unit.now },
  })
  return count === 1
}

async function lockPart(unit: UnitOfWork, id: string): Promise<Part> {
  if (!(await lockRow(unit, 'part', id))) throw notFound('Part', id)
  return unit.tx.part.findUniqueOrThrow({ where: { id } })
}

async function demandFreeNumber(
  unit: UnitOfWork,
  partNumber: string | null | undefined,
  ownId: string | undefined,
): Promise<void> {
  if (partNumber == null) return
  // Two parts that claim a number at the same moment: the second waits for the first.
  await unit.tx.$queryRaw`
    SELECT pg_advisory_xact_lock(hashtextextended(${`part ${unit.organizationId} ${partNumber}`}, 0))::text`
  const [other] = await unit.tx.part.findMany({ where: { partNumber }, select: { id: true } })
  if (other === undefined || other.id === ownId) return
  throw new DomainError(
    `Part number ${partNumber} is taken`,
    { code: 'CONFLICT', ids: [other.id] },
    ['input', 'partNumber'],
  )
}

async function saveCost(unit: UnitOfWork, before: WorkOrder, by: number): Promise<void> {
  const after = { ...before, partsCostCents: before.partsCostCents + by }
  const place = await findPlace(unit, before.locationId, 'locationId')
  await saveWorkOrder(unit, { before, after, announcements: [{ event: workOrderUpdated }], place })
}
