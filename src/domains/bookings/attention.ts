import { scopedPrisma } from '../../graphql/context.ts'
import { decides, defineAttention } from '../../graphql/reading/attention.ts'

defineAttention({
  permission: 'bookings:write',
  concerns: decides,
  async find(context, limit) {
    const found = await scopedPrisma(context).booking.findMany({
      // One that is approved may wait for a hook still.
      where: { status: 'PENDING', approvedAt: null, endTime: { gt: new Date() } },
      orderBy: [{ startTime: 'asc' }, { id: 'asc' }],
      take: limit,
      include: { resource: { select: { name: true } } },
    })
    return found.map(({ id, resource, startTime, created }) => ({
      kind: 'APPROVAL',
      subjectId: id,
      title: resource.name,
      since: created,
      dueAt: startTime,
    }))
  },
})
