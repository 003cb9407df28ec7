import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { markStale } from '../../../src/domains/sensors/mark-stale.ts'
import { send } from '../../harness/app.ts'
import { later, openWorld, unique, type World } from '../../harness/emitters/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

async function newAsset(automaticStatus = true): Promise<string> {
  const assetTypeId = await world.make('assetTypeCreate', { name: unique('Lifts') }, 'assetType')
  const input = { name: 'Lift', assetTypeId, locationId: world.siteId, automaticStatus }
  return world.make('assetCreate', input, 'asset')
}

const newOrder = (assetId: string) =>
  world.make('workOrderCreate', { title: 'Mend', locationId: world.siteId, assetId }, 'workOrder')
const move = (id: string, status: string) =>
  world.run('workOrderChangeStatus', { id, status, reason: 'So it is' })

async function newSensor(assetId: string): Promise<string> {
  const metrics = [{ key: 'load' }]
  const input = { name: 'Scale', locationId: world.siteId, assetId, metrics }
  const id = await world.make('sensorCreate', input, 'sensor')
  await measure(id)
  return id
}
const measure = (sensorId: string) =>
  world.run('telemetryRecord', { readings: [{ sensorId, metric: 'load', value: 1 }] })
const fallSilent = () => markStale(world.app, later(60))

async function statusOf(id: string): Promise<string> {
  const answer = await send<{ asset: { status: string } }, object>(
    world.test.url,
    world.owner,
    'query ($id: ID!) { asset(id: $id) { status } }',
    { id },
  )
  return answer.data.asset.status
}

/** Every status that an event told of, in order. */
async function told(id: string): Promise<unknown[]> {
  return (await world.written())
    .filter(({ envelope }) => envelope.type === 'asset.status.changed')
    .filter(({ envelope }) => envelope.data.object['id'] === id)
    .map(({ envelope }) => envelope.data.object['status'])
}

describe('an asset with automatic status', () => {
  it('is in maintenance while somebody works on it, until the last of the work has ended', async () => {
    const id = await newAsset()
    const [first, second, waiting] = [await newOrder(id), await newOrder(id), await newOrder(id)]
    await move(first, 'IN_PROGRESS')
    await move(second, 'IN_PROGRESS')
    await move(first, 'ON_HOLD')
    await move(second, 'COMPLETED')
    expect(await statusOf(id)).toBe('MAINTENANCE')
    await move(first, 'CANCELLED')
    expect(await told(id), 'work that has not begun does not count').toEqual([
      'Maintenance',
      'Online',
    ])
    await move(waiting, 'IN_PROGRESS')
    await world.run('workOrderDelete', { id: waiting })
    expect(await statusOf(id)).toBe('ONLINE')
  })

  it('keeps the status that a person set', async () => {
    const id = await newAsset()
    await world.run('assetChangeStatus', { id, status: 'MAINTENANCE' })
    const order = await newOrder(id)
    await move(order, 'IN_PROGRESS')
    await move(order, 'COMPLETED')
    expect(await told(id)).toEqual(['Maintenance'])

    const taken = await newAsset()
    const other = await newOrder(taken)
    await move(other, 'IN_PROGRESS')
    await world.run('assetChangeStatus', { id: taken, status: 'OFFLINE' })
    await move(other, 'COMPLETED')
    expect(await told(taken)).toEqual(['Maintenance', 'Offline'])
  })

  it('goes offline with a sensor, only from online, and comes back with the last of them', async () => {
    const id = await newAsset()
    const [first, second] = [await newSensor(id), await newSensor(id)]
    await fallSilent()
    await measure(first)
    expect(await statusOf(id)).toBe('OFFLINE')
    await measure(second)
    expect(await told(id)).toEqual(['Offline', 'Online'])

    await world.run('assetChangeStatus', { id, status: 'MAINTENANCE' })
    await fallSilent()
    expect(await statusOf(id)).toBe('MAINTENANCE')
  })

  it('after work is offline where a sensor has fallen silent meanwhile', async () => {
    const id = await newAsset()
    const sensor = await newSensor(id)
    const order = await newOrder(id)
    await move(order, 'IN_PROGRESS')
    await fallSilent()
    await move(order, 'COMPLETED')
    await measure(sensor)
    expect(await told(id)).toEqual(['Maintenance', 'Offline', 'Online'])
  })

  it('is one by choice: others stay as they are', async () => {
    const id = await newAsset(false)
    await newSensor(id)
    const order = await newOrder(id)
    await move(order, 'IN_PROGRESS')
    await fallSilent()
    await move(order, 'COMPLETED')
    expect(await told(id)).toEqual([])
  })

  it('moves with the work order that is given to another asset', async () => {
    const [old, fresh] = [await newAsset(), await newAsset()]
    const order = await newOrder(old)
    await move(order, 'IN_PROGRESS')
    await world.run('workOrderUpdate', { id: order, assetId: fresh })
    expect([await statusOf(old), await statusOf(fresh)]).toEqual(['ONLINE', 'MAINTENANCE'])
  })
})
