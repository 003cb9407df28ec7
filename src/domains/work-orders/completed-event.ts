import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toUnixSeconds } from '../../events/envelope.ts'
import type { Labor, Part, PartUse, WorkOrder } from '../../generated/prisma/client.ts'
import { exampleWorkOrder, seconds, serializeWorkOrder, workOrderPayload } from './events.ts'
import { PLACE_FACETS } from '../locations/events.ts'

const completedPayload = workOrderPayload.extend({
  labor: z
    .array(
      z.object({
        id: z.string(),
        userId: z.string(),
        startedAt: seconds('Start'),
        endedAt: seconds('End'),
        seconds: z.int(),
        hourlyRateCents: z.int(),
        costCents: z.int(),
      }),
    )
    .describe('All labor; every timer has been stopped.'),
  parts: z
    .array(
      z.object({
        id: z.string(),
        partId: z.string(),
        partNumber: z.string().optional(),
        name: z.string(),
        unit: z.string(),
        quantity: z.int(),
        unitCostCents: z.int(),
        costCents: z.int(),
      }),
    )
    .describe('All parts used.'),
  laborHours: z.number().describe('laborSeconds in hours, two decimals.'),
  totalCostCents: z.int().describe('Labor and parts.'),
  currency: z.string().describe('ISO 4217 code of every amount.'),
})

export interface FinalRecords {
  labor: readonly Labor[]
  parts: readonly (PartUse & { part: Part })[]
  currency: string
}

/** A completed work order with what it took: all that an invoice or an ERP needs. */
export function serializeCompletedWorkOrder(
  order: WorkOrder,
  { labor, parts, currency }: FinalRecords,
): z.infer<typeof completedPayload> {
  return {
    ...serializeWorkOrder(order),
    labor: labor.map((entry) => ({
      id: entry.id,
      userId: entry.userId,
      startedAt: toUnixSeconds(entry.startedAt),
      endedAt: toUnixSeconds(entry.endedAt ?? entry.startedAt),
      seconds: entry.seconds,
      hourlyRateCents: entry.hourlyRateCents,
      costCents: entry.costCents,
    })),
    parts: parts.map(({ part, ...use }) =>
      omitEmpty({
        id: use.id,
        partId: use.partId,
        partNumber: part.partNumber,
        name: part.name,
        unit: part.unit,
        quantity: use.quantity,
        unitCostCents: use.unitCostCents,
        costCents: use.quantity * use.unitCostCents,
      }),
    ),
    laborHours: Math.round(order.laborSeconds / 36) / 100,
    totalCostCents: order.laborCostCents + order.partsCostCents,
    currency,
  }
}

export const workOrderCompleted = defineEvent({
  scopes: ['work-orders:read'],
  payload: completedPayload,
  type: 'workorder.completed',
  description:
    'A work order was completed, with its final labor and parts. Follows workorder.status.changed of the same change.',
  example: {
    ...exampleWorkOrder,
    status: 'Completed',
    slaStatus: 'Met',
    slaResponseStatus: 'Met',
    slaResolutionStatus: 'Met',
    startedAt: 1_780_003_600,
    respondedAt: 1_780_003_600,
    completedAt: 1_780_014_400,
    completedBy: 'usr-4n8t6w1',
    updated: 1_780_014_400,
    laborSeconds: 5_400,
    laborCostCents: 6_750,
    partsCostCents: 2_380,
    labor: [
      {
        id: 'lab-3k9s5t2',
        userId: 'usr-4n8t6w1',
        startedAt: 1_780_003_600,
        endedAt: 1_780_009_000,
        seconds: 5_400,
        hourlyRateCents: 4_500,
        costCents: 6_750,
      },
    ],
    parts: [
      {
        id: 'use-6w1r8n4',
        partId: 'prt-1d5g7h9',
        partNumber: 'LFT-DR-220',
        name: 'Door roller',
        unit: 'piece',
        quantity: 2,
        unitCostCents: 1_190,
        costCents: 2_380,
      },
    ],
    laborHours: 1.5,
    totalCostCents: 9_130,
    currency: 'EUR',
  },
  facets: [...PLACE_FACETS, 'asset', 'workOrder'],
  previousExample: { status: 'InProgress', completedAt: null, completedBy: null },
})
