import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { decides, defineAttention } from '../../../graphql/reading/attention.ts'

// As demandApprover decides: not one's own, and within one's limit.
defineAttention({
  permission: 'sor:write',
  concerns: decides,
  async find(context, limit) {
    const caller = callerOf(context)
    if (caller.kind !== 'user') return []
    const { userId } = caller
    const prisma = scopedPrisma(context)
    const user = await prisma.user.findUniqueOrThrow({
      where: { id: userId },
      select: { approvalLimitCents: true },
    })
    const found = await prisma.quotation.findMany({
      where: {
        status: 'SUBMITTED',
        NOT: [{ submittedById: userId }, { submittedByIds: { has: userId } }],
        ...(user.approvalLimitCents === null
          ? {}
          : { totalAmountCents: { lte: user.approvalLimitCents } }),
      },
      orderBy: [{ submittedAt: 'asc' }, { id: 'asc' }],
      take: limit,
      include: { workOrder: { select: { title: true } } },
    })
    return found.map((quotation) => ({
      kind: 'APPROVAL',
      subjectId: quotation.id,
      title: quotation.workOrder.title,
      since: quotation.submittedAt ?? quotation.created,
      dueAt: null,
    }))
  },
})
