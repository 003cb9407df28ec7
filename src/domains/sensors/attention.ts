import { scopedPrisma } from '../../graphql/context.ts'
import { defineAttention } from '../../graphql/reading/attention.ts'

defineAttention({
  permission: 'sensors:read',
  async find(context, limit) {
    const found = await scopedPrisma(context).sensor.findMany({
      where: { staleSince: { not: null } },
      orderBy: [{ staleSince: 'asc' }, { id: 'asc' }],
      take: limit,
      select: { id: true, name: true, staleSince: true, created: true },
    })
    return found.map(({ id, name, staleSince, created }) => ({
      kind: 'SENSOR_STALE',
      subjectId: id,
      title: name,
      since: staleSince ?? created,
      dueAt: null,
    }))
  },
})
