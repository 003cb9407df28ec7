import { get, patch, post, remove, type Section } from './rows.ts'

/** The guide calls them so. */
const shownAs = { eventTypes: 'events' }

export const webhooks: Section = {
  name: 'Webhooks',
  description:
    'Where events are sent, and every attempt to send them. Only with the Bearer token of an Owner or Admin.',
  rows: [
    get('/webhooks', 'webhookEndpoints', { shownAs }),
    post(
      '/webhooks',
      'webhookEndpointCreate',
      {
        url: 'https://your-server.com/webhooks/plantroom',
        events: ['workorder.status.changed', 'asset.telemetry.updated'],
        description: 'BMS integration - work orders and sensors',
      },
      { shownAs },
    ),
    get('/webhooks/{id}', 'webhookEndpoint', { shownAs }),
    patch('/webhooks/{id}', 'webhookEndpointUpdate', { events: ['workorder.*'] }, { shownAs }),
    remove('/webhooks/{id}', 'webhookEndpointDelete'),
    post('/webhooks/{id}/test', 'webhookEndpointTest', {}),
    post('/webhooks/{id}/pause', 'webhookEndpointPause', {}, { shownAs }),
    post('/webhooks/{id}/resume', 'webhookEndpointResume', {}, { shownAs }),
    post('/webhooks/{id}/rotate-secret', 'webhookEndpointRotateSecret', {}, { shownAs }),
    get('/webhooks/{endpointId}/deliveries', 'webhookDeliveries'),
    get('/webhooks/{endpointId}/replays', 'webhookReplays'),
    post('/webhooks/{endpointId}/replays', 'webhookReplayStart', { from: 1_780_000_000 }),
    post('/webhooks/{endpointId}/retry-exhausted', 'webhookDeliveriesRetryExhausted', {}),
    get('/deliveries', 'webhookDeliveries', { query: { status: 'Exhausted' } }),
    get('/deliveries/{id}', 'node', { type: 'WebhookDelivery' }),
    post('/deliveries/{id}/retry', 'webhookDeliveryRetry', {}),
    post('/deliveries/retry', 'webhookDeliveriesRetry', { ids: ['dlv-2m8c4x7'] }),
    get('/replays/{id}', 'webhookReplay'),
    post('/replays/{id}/cancellation', 'webhookReplayCancel', {}),
  ],
}

export const events: Section = {
  name: 'Events',
  description: 'The log of everything that happened, as the webhooks tell it.',
  rows: [
    get('/events', 'events', { query: { types: 'workorder.*' } }),
    get('/event-types', 'eventTypes'),
  ],
}

export const metrics: Section = {
  name: 'Metrics',
  description: 'Figures for dashboards, computed when they are asked for.',
  rows: [
    get('/metrics/work-orders', 'workOrderMetrics', {
      query: { from: '1780000000', to: '1782592000' },
    }),
    get('/metrics/assets', 'assetMetrics'),
    get('/metrics/bookings', 'bookingUtilization', {
      query: { from: '1780000000', to: '1782592000' },
    }),
    get('/metrics/visitors', 'visitorDays', { query: { from: '2026-06-01', to: '2026-06-30' } }),
  ],
}

export const organization: Section = {
  name: 'Organization',
  description: 'Whose data this is, who asks, and who may.',
  rows: [
    get('/viewer', 'viewer'),
    get('', 'viewer.organization'),
    patch('', 'organizationUpdate', { name: 'Northwind Estates' }),
    get('/users', 'users'),
  ],
}
