import { scopedPrisma } from '../../graphql/context.ts'
import { decides, defineAttention } from '../../graphql/reading/attention.ts'

defineAttention({
  permission: 'visitors:write',
  concerns: decides,
  async find(context, limit) {
    const found = await scopedPrisma(context).visitor.findMany({
      where: { status: 'PENDING_APPROVAL' },
      orderBy: [{ expectedArrival: 'asc' }, { id: 'asc' }],
      take: limit,
    })
    return found.map(({ id, name, created, expectedArrival }) => ({
      kind: 'APPROVAL',
      subjectId: id,
      title: name,
      since: created,
      dueAt: expectedArrival,
    }))
  },
})
