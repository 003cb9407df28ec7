import type { SlaStatus, WorkOrder } from '../../../generated/prisma/client.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { defineAttention } from '../../../graphql/reading/attention.ts'

const OVER = ['COMPLETED', 'CLOSED', 'CANCELLED', 'SKIPPED'] as const

function defineSlaAttention(
  kind: 'SLA_BREACHED' | 'SLA_AT_RISK',
  statuses: readonly SlaStatus[],
): void {
  defineAttention({
    permission: 'work-orders:read',
    async find(context, limit) {
      const found = await scopedPrisma(context).workOrder.findMany({
        where: { slaStatus: { in: [...statuses] }, status: { notIn: [...OVER] } },
        orderBy: [{ slaResolutionDeadline: 'asc' }, { id: 'asc' }],
        take: limit,
      })
      return found.map((order) => {
        const clocks = clocksOf(order).filter(({ status }) => statuses.includes(status))
        const deadlines = clocks.flatMap(({ deadline }) => deadline ?? [])
        const since = kind === 'SLA_BREACHED' ? deadlines : clocks.flatMap(({ risk }) => risk ?? [])
        return {
          kind,
          subjectId: order.id,
          title: order.title,
          since: earliest(since) ?? order.created,
          dueAt: kind === 'SLA_BREACHED' ? null : (earliest(deadlines) ?? null),
        }
      })
    },
  })
}

defineSlaAttention('SLA_BREACHED', ['BREACHED'])
defineSlaAttention('SLA_AT_RISK', ['CRITICAL', 'AT_RISK'])

function clocksOf(order: WorkOrder) {
  return [
    {
      status: order.slaResponseStatus,
      deadline: order.slaResponseDeadline,
      risk: order.slaResponseAtRiskAt,
    },
    {
      status: order.slaResolutionStatus,
      deadline: order.slaResolutionDeadline,
      risk: order.slaResolutionAtRiskAt,
    },
  ]
}

function earliest(moments: readonly Date[]): Date | undefined {
  return moments.toSorted((a, b) => a.getTime() - b.getTime())[0]
}
