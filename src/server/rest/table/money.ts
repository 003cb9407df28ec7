import { get, patch, post, remove, type Section } from './rows.ts'

export const rates: Section = {
  name: 'Schedules of rates',
  description: 'Agreed rates, and quotations made from them.',
  rows: [
    get('/rate-schedules', 'rateSchedules', { query: { statuses: 'Published' } }),
    post('/rate-schedules', 'rateScheduleCreate', {
      name: 'Building services 2030',
      effectiveFrom: 1_893_456_000,
      effectiveTo: 1_924_992_000,
    }),
    get('/rate-schedules/{id}', 'rateSchedule'),
    patch('/rate-schedules/{id}', 'rateScheduleUpdate', { description: 'All trades' }),
    remove('/rate-schedules/{id}', 'rateScheduleDelete'),
    get('/rate-schedules/{scheduleId}/items', 'rateSchedule.items'),
    post('/rate-schedules/{scheduleId}/items', 'rateScheduleImportItems', {
      items: [
        { code: 'ME-014', shortDescription: 'Lift mechanic', unit: 'Hour', rateCents: 8_500 },
      ],
    }),
    post('/rate-schedules/{scheduleId}/items/removal', 'rateScheduleRemoveItems', {
      codes: ['ME-014'],
    }),
    post('/rate-schedules/{id}/publication', 'rateSchedulePublish', {}),
    post('/rate-schedules/{id}/archival', 'rateScheduleArchive', {}),
    post('/rate-schedules/{id}/revision', 'rateScheduleRevise', {}),
    get('/quotations', 'quotations', { query: { statuses: 'Submitted' } }),
    post('/quotations', 'quotationCreate', {
      scheduleId: 'sor-sch-3k8v2n6',
      workOrderId: 'wo-7h2p9q4',
      lines: [{ itemId: 'sor-it-1b6g4t9', quantity: '3.75' }],
    }),
    get('/quotations/{id}', 'quotation'),
    patch('/quotations/{id}', 'quotationUpdate', { note: 'Including travel' }),
    post('/quotations/{id}/submission', 'quotationSubmit', {}),
    post('/quotations/{id}/withdrawal', 'quotationWithdraw', {}),
    post('/quotations/{id}/approval', 'quotationApprove', {}),
    post('/quotations/{id}/rejection', 'quotationReject', { reason: 'Two hours are enough' }),
    post('/quotations/{id}/revision', 'quotationRevise', {}),
    post('/quotations/{id}/cancellation', 'quotationCancel', {}),
  ],
}

export const customers: Section = {
  name: 'Customers and companies',
  description: 'Whom the work is for, who does it, and who is in charge of what.',
  rows: [
    get('/customers', 'customers', { query: { search: 'nora' } }),
    post('/customers', 'customerCreate', { name: 'Nora Tenant', email: 'nora@tenant.example' }),
    get('/customers/{id}', 'customer'),
    patch('/customers/{id}', 'customerUpdate', { notes: 'Prefers mail' }),
    remove('/customers/{id}', 'customerDelete'),
    get('/customer-fields', 'customerFields'),
    post('/customer-fields', 'customerFieldCreate', {
      key: 'costCentre',
      label: 'Cost centre',
      type: 'Text',
    }),
    patch('/customer-fields/{id}', 'customerFieldUpdate', { label: 'Cost centre (SAP)' }),
    remove('/customer-fields/{id}', 'customerFieldDelete'),
    get('/companies', 'companies', { query: { kinds: 'Contractor' } }),
    post('/companies', 'companyCreate', { name: 'Liftworks Ltd', kind: 'Contractor' }),
    get('/companies/{id}', 'company'),
    patch('/companies/{id}', 'companyUpdate', { phone: '+49 30 000000' }),
    remove('/companies/{id}', 'companyDelete'),
    get('/managers', 'managers'),
    post('/managers', 'managerCreate', { userId: 'usr-9d3x5z7', locationId: 'loc-2f7k1m9' }),
    patch('/managers/{id}', 'managerUpdate', { title: 'Site manager' }),
    remove('/managers/{id}', 'managerDelete'),
  ],
}
