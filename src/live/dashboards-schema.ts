import { defineDashboard } from './dashboard.ts'

defineDashboard('workOrderBoard', {
  description:
    'Changes of work orders, each with the work order as it is now: for a board. Subscribe first, load `workOrders` when the first checkpoint has come, then apply what follows.',
  permission: 'work-orders:read',
  types: ['workorder.*'],
  record: {
    field: 'workOrder',
    type: 'WorkOrder',
    facet: 'workOrder',
    description: 'As it is now, which may be later than the event; null when it is gone.',
  },
})
