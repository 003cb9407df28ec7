import { scopedPrisma } from '../../../graphql/context.ts'
import { decides, defineAttention } from '../../../graphql/reading/attention.ts'

defineAttention({
  permission: 'work-requests:write',
  concerns: decides,
  async find(context, limit) {
    const found = await scopedPrisma(context).workRequest.findMany({
      where: { status: 'PENDING' },
      orderBy: [{ created: 'asc' }, { id: 'asc' }],
      take: limit,
    })
    return found.map(({ id, title, created }) => ({
      kind: 'APPROVAL',
      subjectId: id,
      title,
      since: created,
      dueAt: null,
    }))
  },
})
