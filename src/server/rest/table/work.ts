import { get, patch, post, put, remove, type Section } from './rows.ts'

// Ids in examples: one for each kind of record, the same in all of them (see openapi/examples.ts).

export const workOrders: Section = {
  name: 'Work orders',
  description: 'Work to be done at a place, with its comments, checklist, labor and parts.',
  rows: [
    get('/work-orders', 'workOrders', { query: { status: 'Open,InProgress', sort: '-created' } }),
    post('/work-orders', 'workOrderCreate', {
      title: 'Lift 2 stops between floors',
      locationId: 'loc-2f7k1m9',
      priority: 'High',
      dueAt: 1_893_456_000,
    }),
    get('/work-orders/{id}', 'workOrder'),
    patch('/work-orders/{id}', 'workOrderUpdate', { priority: 'Critical' }),
    remove('/work-orders/{id}', 'workOrderDelete'),
    post('/work-orders/{id}/status', 'workOrderChangeStatus', { status: 'InProgress' }),
    post('/work-orders/{id}/signature', 'workOrderSign', { name: 'Nora Tenant' }),
    post('/work-orders/bulk', 'workOrderBulkCreate', {
      items: [{ title: 'Filter change', locationId: 'loc-2f7k1m9' }],
    }),
    post('/work-orders/bulk-status', 'workOrderBulkChangeStatus', {
      items: [{ id: 'wo-7h2p9q4', status: 'Accepted' }],
    }),
    get('/work-orders/{workOrderId}/comments', 'workOrder.comments'),
    post('/work-orders/{workOrderId}/comments', 'workOrderCommentAdd', { text: 'Part ordered' }),
    remove('/comments/{id}', 'workOrderCommentDelete'),
    post('/work-orders/{workOrderId}/checklist', 'checklistItemAdd', { text: 'Test the brake' }),
    put('/work-orders/{workOrderId}/checklist/{itemId}', 'checklistItemCheck', { done: true }),
    remove('/work-orders/{workOrderId}/checklist/{itemId}', 'checklistItemRemove'),
    post('/work-orders/{workOrderId}/attachments', 'attachmentAdd', {
      name: 'Photo',
      url: 'https://files.example.com/lift.jpg',
    }),
    remove('/work-orders/{workOrderId}/attachments/{id}', 'attachmentRemove'),
    get('/work-orders/{workOrderId}/labor', 'workOrder.labor'),
    post('/work-orders/{workOrderId}/labor', 'laborAdd', {
      startedAt: 1_760_000_000,
      endedAt: 1_760_003_600,
    }),
    post('/work-orders/{workOrderId}/labor/start', 'laborStart', {}),
    post('/labor/{id}/stop', 'laborStop', {}),
    remove('/labor/{id}', 'laborDelete'),
    get('/work-orders/{workOrderId}/parts', 'workOrder.partUses'),
    post('/work-orders/{workOrderId}/parts', 'partUseCreate', {
      partId: 'prt-4d1f8k2',
      quantity: 1,
    }),
    remove('/part-uses/{id}', 'partUseDelete'),
    get('/work-orders/{workOrderId}/quotations', 'workOrder.quotations'),
  ],
}

export const workPlanning: Section = {
  name: 'Work planning',
  description:
    'Requests for work, maintenance that comes round, service levels and parts in stock.',
  rows: [
    get('/work-requests', 'workRequests', { query: { statuses: 'Pending' } }),
    post('/work-requests', 'workRequestCreate', {
      title: 'Tap drips',
      locationId: 'loc-2f7k1m9',
    }),
    post('/work-requests/{id}/acceptance', 'workRequestAccept', { priority: 'Low' }),
    post('/work-requests/{id}/rejection', 'workRequestReject', { reason: 'Done already' }),
    get('/maintenance-schedules', 'maintenanceSchedules', { query: { active: 'true' } }),
    post('/maintenance-schedules', 'maintenanceScheduleCreate', {
      title: 'Chiller service',
      locationId: 'loc-2f7k1m9',
      frequency: 'Monthly',
      startsAt: 1_893_456_000,
    }),
    patch('/maintenance-schedules/{id}', 'maintenanceScheduleUpdate', { interval: 2 }),
    remove('/maintenance-schedules/{id}', 'maintenanceScheduleDelete'),
    post('/maintenance-schedules/{id}/skip', 'maintenanceScheduleSkipNext', {
      reason: 'Closed for the holidays',
    }),
    get('/sla-policies', 'slaPolicies'),
    post('/sla-policies', 'slaPolicyCreate', {
      name: 'Standard',
      targets: [{ priority: 'High', responseMinutes: 60, resolutionMinutes: 480 }],
    }),
    patch('/sla-policies/{id}', 'slaPolicyUpdate', { atRiskPercent: 60 }),
    remove('/sla-policies/{id}', 'slaPolicyDelete'),
    get('/parts', 'parts', { query: { belowMinimum: 'true' } }),
    post('/parts', 'partCreate', { name: 'Filter G4', stock: 12, unitCostCents: 890 }),
    patch('/parts/{id}', 'partUpdate', { minStock: 4 }),
    remove('/parts/{id}', 'partDelete'),
    post('/parts/{id}/stock', 'partStockAdjust', { by: 5 }),
  ],
}
