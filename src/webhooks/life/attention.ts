import { scopedPrisma } from '../../graphql/context.ts'
import { defineAttention } from '../../graphql/reading/attention.ts'

defineAttention({
  permission: 'webhooks:manage',
  async find(context, limit) {
    const found = await scopedPrisma(context).webhookEndpoint.findMany({
      where: { deletedAt: null, status: 'DISABLED' },
      orderBy: [{ statusSince: 'asc' }, { id: 'asc' }],
      take: limit,
    })
    return found.map(({ id, name, url, statusSince }) => ({
      kind: 'ENDPOINT_DISABLED',
      subjectId: id,
      title: name ?? url,
      since: statusSince,
      dueAt: null,
    }))
  },
})

defineAttention({
  permission: 'webhooks:manage',
  async find(context, limit) {
    const found = await scopedPrisma(context).deliveryLane.findMany({
      where: {
        failingSince: { not: null },
        endpoint: { deletedAt: null, status: 'ACTIVE' },
      },
      orderBy: [{ failingSince: 'asc' }, { endpointId: 'asc' }],
      take: limit,
      include: { endpoint: { select: { name: true, url: true } } },
    })
    const { disableAfterMs } = context.config.webhooks
    return found.flatMap(({ endpointId, endpoint, failingSince }) =>
      failingSince === null
        ? []
        : {
            kind: 'ENDPOINT_FAILING',
            subjectId: endpointId,
            title: endpoint.name ?? endpoint.url,
            since: failingSince,
            dueAt: new Date(failingSince.getTime() + disableAfterMs),
          },
    )
  },
})
