import { z } from 'zod'
import { defineEvent } from '../../../events/define.ts'
import { exampleWorkOrder, workOrderPayload } from '../events.ts'
import { PLACE_FACETS } from '../../locations/events.ts'

const slaPayload = workOrderPayload.extend({
  slaClock: z.enum(['Response', 'Resolution']).describe('The clock that this event is about.'),
})
const slaShared = {
  scopes: ['work-orders:read'],
  payload: slaPayload,
  facets: [...PLACE_FACETS, 'asset', 'workOrder'],
} as const

export const workOrderSlaAtRisk = defineEvent({
  ...slaShared,
  type: 'workorder.sla.at_risk',
  description: 'Most of the time to respond or to resolve is used up. Once per clock and deadline.',
  example: {
    ...exampleWorkOrder,
    slaStatus: 'AtRisk',
    slaResponseStatus: 'AtRisk',
    slaClock: 'Response',
    updated: 1_780_005_400,
  },
  previousExample: { slaStatus: 'OnTrack', slaResponseStatus: 'OnTrack' },
})

export const workOrderSlaBreached = defineEvent({
  ...slaShared,
  type: 'workorder.sla.breached',
  description: 'A response or resolution deadline passed. Once per clock and deadline.',
  example: {
    ...exampleWorkOrder,
    slaStatus: 'Breached',
    slaResponseStatus: 'Breached',
    slaClock: 'Response',
    updated: 1_780_007_200,
  },
  previousExample: { slaStatus: 'AtRisk', slaResponseStatus: 'AtRisk' },
})
