import { get, patch, post, remove, type Section } from './rows.ts'

export const locations: Section = {
  name: 'Locations',
  description: 'Sites, their parts, and zones.',
  rows: [
    get('/locations', 'locations', { query: { kinds: 'Location' } }),
    post('/locations', 'locationCreate', { name: 'Harbour House', kind: 'Location' }),
    get('/locations/{id}', 'location'),
    patch('/locations/{id}', 'locationUpdate', { name: 'Harbour House, east' }),
    remove('/locations/{id}', 'locationDelete'),
  ],
}

export const assets: Section = {
  name: 'Assets',
  description: 'Equipment at a place, and its kinds.',
  rows: [
    get('/assets', 'assets', { query: { status: 'Online', sort: 'name' } }),
    post('/assets', 'assetCreate', {
      name: 'Chiller 2',
      assetTypeId: 'at-3k9p1x6',
      locationId: 'loc-2f7k1m9',
      metadata: { manufacturer: 'Northwind', model: 'CH-400' },
    }),
    get('/assets/{id}', 'asset'),
    patch('/assets/{id}', 'assetUpdate', { name: 'Chiller 2 (roof)' }),
    remove('/assets/{id}', 'assetDelete'),
    post('/assets/{id}/status', 'assetChangeStatus', { status: 'Maintenance' }),
    get('/assets/{assetId}/children', 'asset.children'),
    get('/asset-types', 'assetTypes'),
    post('/asset-types', 'assetTypeCreate', { name: 'Chiller' }),
    get('/asset-types/{id}', 'assetType'),
    patch('/asset-types/{id}', 'assetTypeUpdate', { description: 'Cooling machines' }),
    remove('/asset-types/{id}', 'assetTypeDelete'),
  ],
}

export const sensors: Section = {
  name: 'Sensors and devices',
  description: 'What measures, in groups and with rules; and the devices that show and serve.',
  rows: [
    get('/sensors', 'sensors', { query: { states: 'Alarm,Warning' } }),
    post('/sensors', 'sensorCreate', {
      name: 'Supply temperature',
      locationId: 'loc-2f7k1m9',
      metrics: [{ key: 'temperature', unit: '°C', alarmAbove: 30 }],
    }),
    get('/sensors/{id}', 'sensor'),
    patch('/sensors/{id}', 'sensorUpdate', { staleAfterSeconds: 600 }),
    remove('/sensors/{id}', 'sensorDelete'),
    get('/sensors/{sensorId}/readings', 'sensorReadings', {
      query: { metric: 'temperature', from: '1780000000' },
    }),
    post('/telemetry', 'telemetryRecord', {
      readings: [{ sensorId: 'sns-8r2w5k1', metric: 'temperature', value: 21.5 }],
    }),
    get('/sensors/{sensorId}/rules', 'sensor.rules'),
    post('/sensors/{sensorId}/rules', 'sensorRuleCreate', {
      metric: 'temperature',
      comparison: 'Above',
      threshold: 28,
      title: 'Too warm',
    }),
    patch('/sensor-rules/{id}', 'sensorRuleUpdate', { threshold: 27 }),
    remove('/sensor-rules/{id}', 'sensorRuleDelete'),
    get('/sensor-groups', 'sensorGroups'),
    post('/sensor-groups', 'sensorGroupCreate', {
      name: 'Server room',
      locationId: 'loc-2f7k1m9',
    }),
    get('/sensor-groups/{id}', 'sensorGroup'),
    patch('/sensor-groups/{id}', 'sensorGroupUpdate', { aggregation: 'Maximum' }),
    remove('/sensor-groups/{id}', 'sensorGroupDelete'),
    get('/devices', 'devices', { query: { kinds: 'Kiosk' } }),
    post('/devices', 'deviceRegister', {
      name: 'Lobby kiosk',
      kind: 'Kiosk',
      locationId: 'loc-2f7k1m9',
    }),
    get('/devices/{id}', 'device'),
    patch('/devices/{id}', 'deviceUpdate', { name: 'Lobby kiosk, left' }),
    remove('/devices/{id}', 'deviceUnregister'),
    post('/devices/{id}/heartbeat', 'deviceHeartbeat', { appVersion: '4.3.0' }),
    post('/devices/{id}/app-version', 'deviceReportAppVersion', { appVersion: '4.3.1' }),
    post('/devices/{id}/sync-status', 'deviceReportSyncStatus', { syncStatus: 'InSync' }),
  ],
}
