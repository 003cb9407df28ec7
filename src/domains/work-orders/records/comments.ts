import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { AccessError, notFound } from '../../../errors.ts'
import type { WorkOrderComment } from '../../../generated/prisma/client.ts'
import { userIdOf } from '../../../identity/users/people.ts'
import { coordinates } from '../access.ts'
import type { AddCommentInput } from '../orders/detail-commands.ts'
import { lockWorkOrder } from '../service/load.ts'

/** Adds a comment, also to a finished work order. */
export async function addComment(
  unit: UnitOfWork,
  input: AddCommentInput,
): Promise<WorkOrderComment> {
  const order = await lockWorkOrder(unit, input.workOrderId, 'workOrderId')
  return unit.tx.workOrderComment.create({
    data: {
      id: newId('workOrderComment', unit.now.getTime()),
      organizationId: unit.organizationId,
      workOrderId: order.id,
      authorId: userIdOf(unit.caller) ?? null,
      text: input.text,
      created: unit.now,
      updated: unit.now,
    },
  })
}

/** @throws AccessError FORBIDDEN for somebody else's, unless by a manager. */
export async function deleteComment(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const isThere = await lockRow(unit, 'workOrderComment', input.id)
  const comment = await unit.tx.workOrderComment.findUnique({ where: { id: input.id } })
  if (!isThere || comment === null) throw notFound('Comment', input.id)
  if (comment.authorId !== userIdOf(unit.caller) && !coordinates(unit.caller)) {
    throw new AccessError('FORBIDDEN', 'Only the author or a manager removes a comment')
  }
  await unit.tx.workOrderComment.delete({ where: { id: comment.id } })
  return comment.id
}
