import type { z } from 'zod'
import type { UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, DomainErrors } from '../../../errors.ts'
import type { WorkOrder } from '../../../generated/prisma/client.ts'
import { creationItem, statusChangeItem } from '../orders/fields.ts'
import { insertWorkOrders, prepareWorkOrder, type PreparedWorkOrder } from './create.ts'
import { lockWorkOrders } from './load.ts'
import { changeWorkOrderStatus } from './status.ts'

/**
 * Bulk commands run in one transaction: one commit and one write of all events instead of hundreds.
 * An item that is refused does not undo the others. That holds without savepoints because every
 * command decides before it writes: whatever it throws as a refusal, it throws having written nothing.
 */
export interface BulkResult {
  index: number
  workOrder: WorkOrder | undefined
  errors: readonly DomainError[]
}

export async function bulkCreateWorkOrders(
  unit: UnitOfWork,
  input: { items: readonly unknown[] },
): Promise<BulkResult[]> {
  const prepared: PreparedWorkOrder[] = []
  const results = await eachItem(input.items, creationItem.rule, async (item) => {
    const made = await prepareWorkOrder(unit, item)
    prepared.push(made)
    return made.order
  })
  await insertWorkOrders(unit, prepared)
  return results
}

export async function bulkChangeWorkOrderStatus(
  unit: UnitOfWork,
  input: { items: readonly { id: string }[] },
): Promise<BulkResult[]> {
  await lockWorkOrders(
    unit,
    input.items.map((item) => item.id),
  )
  return eachItem(input.items, statusChangeItem.rule, (item) => changeWorkOrderStatus(unit, item))
}

async function eachItem<T>(
  items: readonly unknown[],
  schema: z.ZodType<T>,
  run: (item: T) => Promise<WorkOrder>,
): Promise<BulkResult[]> {
  const results: BulkResult[] = []
  for (const [index, item] of items.entries()) {
    const parsed = schema.safeParse(item)
    if (!parsed.success) {
      const errors = parsed.error.issues.map(
        (issue) =>
          new DomainError(`${issue.path.join('.')}: ${issue.message}`, { code: 'VALIDATION' }, [
            'input',
            ...issue.path.map(String),
          ]),
      )
      results.push({ index, workOrder: undefined, errors: errors.map((e) => atItem(e, index)) })
      continue
    }
    try {
      results.push({ index, workOrder: await run(parsed.data), errors: [] })
    } catch (error) {
      const errors =
        error instanceof DomainErrors ? error.errors : error instanceof DomainError ? [error] : []
      if (errors.length === 0) throw error
      results.push({ index, workOrder: undefined, errors: errors.map((e) => atItem(e, index)) })
    }
  }
  return results
}

/** ["input", "status"] → ["input", "items", "3", "status"] */
function atItem(error: DomainError, index: number): DomainError {
  const [, ...field] = error.path ?? []
  return new DomainError(error.message, error.detail, ['input', 'items', String(index), ...field])
}
