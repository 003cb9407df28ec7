import { get, patch, post, remove, type Section } from './rows.ts'

/** 2030-01-07, a Monday, 10:00 UTC. */
const MONDAY = 1_894_010_400
const HOUR = 3_600

export const bookings: Section = {
  name: 'Bookings',
  description: 'Rooms and other resources, when they are taken and by whom.',
  rows: [
    get('/bookings', 'bookings', {
      query: { status: 'Confirmed', 'startTime.gte': String(MONDAY) },
    }),
    post('/bookings', 'bookingCreate', {
      resourceId: 'res-3b8n5q1',
      title: 'Fire drill briefing',
      startTime: MONDAY,
      endTime: MONDAY + HOUR,
    }),
    get('/bookings/{id}', 'booking'),
    patch('/bookings/{id}', 'bookingUpdate', { attendees: 6 }),
    remove('/bookings/{id}', 'bookingDelete'),
    post('/bookings/bulk-delete', 'bookingBulkDelete', { ids: ['bk-8v4m2c6'] }),
    post('/bookings/{id}/approval', 'bookingApprove', {}),
    post('/bookings/{id}/rejection', 'bookingReject', { reason: 'Under repair' }),
    post('/bookings/{id}/cancellation', 'bookingCancel', { reason: 'Moved' }),
    post('/bookings/{id}/check-in', 'bookingCheckIn', {}),
    post('/bookings/{id}/end', 'bookingEnd', {}),
    post('/bookings/{id}/no-show', 'bookingMarkNoShow', {}),
    remove('/bookings/{id}/no-show', 'bookingUnmarkNoShow'),
    post('/booking-series', 'bookingSeriesCreate', {
      resourceId: 'res-3b8n5q1',
      title: 'Weekly review',
      startTime: MONDAY + 2 * HOUR,
      endTime: MONDAY + 3 * HOUR,
      rule: { frequency: 'Weekly', count: 3 },
    }),
    get('/booking-series/{id}', 'bookingSeries'),
    get('/booking-series/{seriesId}/bookings', 'bookingSeries.bookings'),
    post('/booking-series/{id}/cancellation', 'bookingSeriesCancel', {}),
    remove('/booking-series/{id}', 'bookingSeriesDelete'),
  ],
}

export const resources: Section = {
  name: 'Resources',
  description: 'What can be booked, the services that come with it, and who is on duty.',
  rows: [
    get('/resources', 'resources', { query: { minCapacity: '6' } }),
    post('/resources', 'resourceCreate', {
      name: 'Meeting room Elm',
      locationId: 'loc-2f7k1m9',
      capacity: 8,
    }),
    get('/resources/{id}', 'resource'),
    patch('/resources/{id}', 'resourceUpdate', { capacity: 10 }),
    remove('/resources/{id}', 'resourceDelete'),
    get('/resources/{resourceId}/bookings', 'resource.bookings'),
    get('/services', 'services'),
    post('/services', 'serviceCreate', { name: 'Catering', priceCents: 1_250 }),
    get('/services/{id}', 'service'),
    patch('/services/{id}', 'serviceUpdate', { priceCents: 1_350 }),
    remove('/services/{id}', 'serviceDelete'),
    get('/service-groups', 'serviceGroups'),
    post('/service-groups', 'serviceGroupCreate', { name: 'Food' }),
    patch('/service-groups/{id}', 'serviceGroupUpdate', { description: 'Meals and drinks' }),
    remove('/service-groups/{id}', 'serviceGroupDelete'),
    get('/shifts', 'shifts', { query: { 'startTime.gte': String(MONDAY) } }),
    post('/shifts', 'shiftCreate', {
      resourceId: 'res-3b8n5q1',
      startTime: MONDAY,
      endTime: MONDAY + 8 * HOUR,
    }),
    patch('/shifts/{id}', 'shiftUpdate', { note: 'Reception' }),
    remove('/shifts/{id}', 'shiftDelete'),
  ],
}

export const visitors: Section = {
  name: 'Visitors',
  description: 'Who is expected, who is there, and who may not come.',
  rows: [
    get('/visitors', 'visitors', { query: { status: 'Registered', sort: 'expectedArrival' } }),
    post('/visitors', 'visitorRegister', {
      name: 'Ada Guest',
      hostId: 'usr-9d3x5z7',
      locationId: 'loc-2f7k1m9',
      expectedArrival: MONDAY,
    }),
    post('/visitors/walk-in', 'visitorWalkIn', {
      name: 'Ben Courier',
      type: 'Delivery',
      hostId: 'usr-9d3x5z7',
      locationId: 'loc-2f7k1m9',
    }),
    get('/visitors/{id}', 'visitor'),
    patch('/visitors/{id}', 'visitorUpdate', { company: 'Northwind' }),
    post('/visitors/{id}/approval', 'visitorApprove', {}),
    post('/visitors/{id}/denial', 'visitorDeny', { reason: 'Not expected' }),
    post('/visitors/{id}/cancellation', 'visitorCancel', { reason: 'Moved' }),
    post('/visitors/{id}/checkpoints', 'visitorCompleteCheckpoint', { key: 'Nda' }),
    post('/visitors/{id}/check-in', 'visitorCheckIn', { badgeNumber: '17' }),
    post('/visitors/{id}/check-out', 'visitorCheckOut', {}),
    post('/visitors/{id}/erasure', 'visitorErase', {}),
    get('/visitor-invitations', 'visitorInvitations', { query: { statuses: 'Sent' } }),
    post('/visitor-invitations', 'visitorInvitationCreate', {
      hostIds: ['usr-9d3x5z7'],
      locationId: 'loc-2f7k1m9',
      startAt: MONDAY,
      endAt: MONDAY + HOUR,
      visitors: [{ name: 'Cleo Guest' }],
    }),
    get('/visitor-invitations/{id}', 'visitorInvitation'),
    patch('/visitor-invitations/{id}', 'visitorInvitationUpdate', { endAt: MONDAY + 2 * HOUR }),
    remove('/visitor-invitations/{id}', 'visitorInvitationDelete'),
    post('/visitor-invitations/{id}/cancellation', 'visitorInvitationCancel', {}),
    get('/visitor-blocks', 'visitorBlocks'),
    post('/visitor-blocks', 'visitorBlockCreate', {
      email: 'no@example.com',
      reason: 'Banned from the site',
    }),
    remove('/visitor-blocks/{id}', 'visitorBlockDelete'),
    get('/locations/{siteId}/visit-policy', 'visitPolicy'),
    patch('/locations/{siteId}/visit-policy', 'visitPolicyUpdate', { requiresApproval: false }),
  ],
}
