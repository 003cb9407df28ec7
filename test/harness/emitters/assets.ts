import { checkDevices } from '../../../src/domains/devices/sweeps.ts'
import { markStale } from '../../../src/domains/sensors/mark-stale.ts'
import { tellPulses } from '../../../src/domains/sensors/telemetry/tell-pulses.ts'
import { type Emitters, later, on, plain, unique, type World } from './world.ts'

const newPlace = (world: World) =>
  world.make('locationCreate', { name: 'Annexe', kind: 'LOCATION' }, 'location')

export async function newAsset(world: World): Promise<string> {
  const assetTypeId = await world.make('assetTypeCreate', { name: unique('Chillers') }, 'assetType')
  return world.make('assetCreate', assetInput(world, assetTypeId), 'asset')
}

const assetInput = (world: World, assetTypeId: string) => ({
  name: 'Chiller',
  assetTypeId,
  locationId: world.siteId,
  metadata: { manufacturer: 'Daikin', model: 'VRV', serialNumber: '12' },
})

const newDevice = (world: World) =>
  world.make(
    'deviceRegister',
    { name: 'Panel', kind: 'PANEL', locationId: world.siteId, appVersion: '1.0' },
    'device',
  )

async function onlineDevice(world: World): Promise<string> {
  const id = await newDevice(world)
  await world.run('deviceHeartbeat', { id, syncStatus: 'IN_SYNC' })
  return id
}

interface Sensing {
  sensorId: string
  groupId: string
}

/** A sensor of an asset and of a group, alarmed above 30. */
export async function newSensor(world: World, reading?: number): Promise<Sensing> {
  const assetId = await newAsset(world)
  const groupId = await world.make(
    'sensorGroupCreate',
    { name: 'Open office', locationId: world.siteId, aggregation: 'AVERAGE' },
    'sensorGroup',
  )
  const metrics = [{ key: 'temperature', unit: '°C', alarmAbove: 30 }]
  const sensorId = await world.make(
    'sensorCreate',
    { name: 'Supply air', locationId: world.siteId, assetId, groupId, metrics },
    'sensor',
  )
  if (reading !== undefined) await measure(world, sensorId, reading)
  return { sensorId, groupId }
}

const measure = (world: World, sensorId: string, value: number) =>
  world.run('telemetryRecord', { readings: [{ sensorId, metric: 'temperature', value }] })

/** A reading that nobody has been told of yet. */
const told = {
  by: 'telemetry events',
  async arrange(world: World) {
    await newSensor(world, 21)
    return () => world.sweep('telemetry events', () => tellPulses(world.app, 0))
  },
}

/** A reading of an hour ago, and none since. */
const stale = {
  by: 'stale sensors',
  async arrange(world: World) {
    await newSensor(world, 21)
    return () => world.sweep('stale sensors', () => markStale(world.app, later(60)))
  },
}

/** A reading that is too high. */
const alarmed = {
  by: 'telemetryRecord',
  async arrange(world: World) {
    const { sensorId } = await newSensor(world, 21)
    return () => measure(world, sensorId, 35)
  },
}

const deviceSilence = (minutes: number) =>
  on('device health', onlineDevice, (world) =>
    world.sweep('device health', () => checkDevices(world.app, later(minutes))),
  )

export const ASSET_EMITTERS: Emitters = {
  'location.created': plain('locationCreate', newPlace),
  'location.updated': on('locationUpdate', newPlace, (world, id) =>
    world.run('locationUpdate', { id, name: 'Annexe B' }),
  ),
  'location.deleted': on('locationDelete', newPlace, (world, id) =>
    world.run('locationDelete', { id }),
  ),
  'asset.created': {
    by: 'assetCreate',
    async arrange(world) {
      const typeId = await world.make('assetTypeCreate', { name: unique('Lifts') }, 'assetType')
      return () => world.run('assetCreate', assetInput(world, typeId))
    },
  },
  'asset.updated': on('assetUpdate', newAsset, (world, id) =>
    world.run('assetUpdate', { id, name: 'Chiller (roof)' }),
  ),
  'asset.status.changed': on('assetChangeStatus', newAsset, (world, id) =>
    world.run('assetChangeStatus', { id, status: 'OFFLINE' }),
  ),
  'asset.deleted': on('assetDelete', newAsset, (world, id) => world.run('assetDelete', { id })),
  'asset.telemetry.updated': told,
  'sensor.reading.updated': told,
  'sensor.group.reading.updated': told,
  'sensor.reading.stale': stale,
  'sensor.group.reading.stale': stale,
  'sensor.state.changed': alarmed,
  'sensor.group.state.changed': alarmed,
  'device.registered': plain('deviceRegister', newDevice),
  'device.unregistered': on('deviceUnregister', newDevice, (world, id) =>
    world.run('deviceUnregister', { id }),
  ),
  'device.app.updated': on('deviceReportAppVersion', newDevice, (world, id) =>
    world.run('deviceReportAppVersion', { id, appVersion: '1.1' }),
  ),
  'device.in_sync': on('deviceReportSyncStatus', newDevice, (world, id) =>
    world.run('deviceReportSyncStatus', { id, syncStatus: 'IN_SYNC' }),
  ),
  'device.out_of_sync': on('deviceReportSyncStatus', onlineDevice, (world, id) =>
    world.run('deviceReportSyncStatus', { id, syncStatus: 'OUT_OF_SYNC' }),
  ),
  'device.health.online': on('deviceHeartbeat', newDevice, (world, id) =>
    world.run('deviceHeartbeat', { id }),
  ),
  'device.health.lost_communication': deviceSilence(5),
  'device.health.offline': deviceSilence(15),
}
