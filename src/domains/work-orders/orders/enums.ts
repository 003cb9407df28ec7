import {
  SlaStatus,
  WorkOrderPriority,
  WorkOrderStatus,
  WorkOrderType,
} from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'

export const StatusEnum = builder.enumType('WorkOrderStatus', {
  description: 'Where a work order stands.',
  values: {
    [WorkOrderStatus.OPEN]: { description: 'Reported; nobody has taken it yet.' },
    [WorkOrderStatus.ACCEPTED]: { description: 'Somebody has taken it.' },
    [WorkOrderStatus.IN_PROGRESS]: { description: 'Being worked on.' },
    [WorkOrderStatus.ON_HOLD]: { description: 'Waiting; the resolution clock stands still.' },
    [WorkOrderStatus.COMPLETED]: { description: 'Done.' },
    [WorkOrderStatus.CLOSED]: { description: 'Done and checked.' },
    [WorkOrderStatus.REOPENED]: { description: 'Was done, but not well enough.' },
    [WorkOrderStatus.CANCELLED]: { description: 'Will not be done. Final.' },
    [WorkOrderStatus.SKIPPED]: { description: 'Planned work left out this time. Final.' },
  },
})

export const PriorityEnum = builder.enumType('WorkOrderPriority', {
  description: 'How urgent it is; sets the SLA deadlines.',
  values: {
    [WorkOrderPriority.NONE]: { description: 'No SLA.' },
    [WorkOrderPriority.LOW]: {
      description: 'Response in 8 h, resolution in 48 h, unless a policy says otherwise.',
    },
    [WorkOrderPriority.MEDIUM]: {
      description: 'Response in 4 h, resolution in 24 h, unless a policy says otherwise.',
    },
    [WorkOrderPriority.HIGH]: {
      description: 'Response in 2 h, resolution in 12 h, unless a policy says otherwise.',
    },
    [WorkOrderPriority.CRITICAL]: {
      description: 'Response in 1 h, resolution in 4 h, unless a policy says otherwise.',
    },
  },
})

export const TypeEnum = builder.enumType('WorkOrderType', {
  description: 'Kind of work.',
  values: {
    [WorkOrderType.CORRECTIVE]: { description: 'Repairs a fault.' },
    [WorkOrderType.PREVENTIVE]: { description: 'Planned maintenance.' },
    [WorkOrderType.INSPECTION]: { description: 'Looks without repairing.' },
    [WorkOrderType.REQUEST]: { description: 'Something that somebody asked for.' },
  },
})

export const SlaStatusEnum = builder.enumType('SlaStatus', {
  description: 'How a work order, or one of its clocks, stands against its service level.',
  values: {
    [SlaStatus.NONE]: { description: 'Nothing was promised, or the work was called off.' },
    [SlaStatus.ON_TRACK]: { description: 'There is time.' },
    [SlaStatus.AT_RISK]: {
      description: 'Most of the time is used up: 75 % unless a policy says otherwise.',
    },
    [SlaStatus.CRITICAL]: {
      description: 'Hardly any time is left: 90 % is used up unless a policy says otherwise.',
    },
    [SlaStatus.BREACHED]: { description: 'The deadline passed.' },
    [SlaStatus.MET]: { description: 'Done in time.' },
  },
})
