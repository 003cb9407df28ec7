import { endSchedules } from '../../../src/domains/sor/sweeps.ts'
import { sweepSlaClocks } from '../../../src/domains/work-orders/sweeps.ts'
import { poison } from '../poison.ts'
import { isObject } from '../recorded.ts'
import { newAsset } from './assets.ts'
import { type Emitter, type Emitters, later, on, plain, unique, type World } from './world.ts'

const DAY = 1_440

async function newOrder(world: World): Promise<string> {
  const { userId } = await world.addPerson()
  return world.make(
    'workOrderCreate',
    {
      title: 'Fix the leak',
      description: 'Under the sink',
      priority: 'HIGH',
      locationId: world.siteId,
      assigneeId: userId,
    },
    'workOrder',
  )
}

/** One under way, with the hours and parts that an ERP asks for. */
export async function startedOrder(world: World, { timer = true } = {}): Promise<string> {
  const id = await newOrder(world)
  await world.run('workOrderChangeStatus', { id, status: 'IN_PROGRESS' })
  if (timer) await world.run('laborStart', { workOrderId: id })
  const partId = await world.make(
    'partCreate',
    { name: unique('Filter'), stock: 5, unitCostCents: 1_200 },
    'part',
  )
  await world.run('partUseCreate', { workOrderId: id, partId, quantity: 2 })
  return id
}

const move = (world: World, id: string, status: string) =>
  world.run('workOrderChangeStatus', { id, status })

const newRequest = (world: World) =>
  world.make('workRequestCreate', { title: 'Cold room', locationId: world.siteId }, 'workRequest')

/** The High promise is two hours to respond. */
const clock = (minutes: number) =>
  on(
    'sla clocks',
    (world) =>
      world.make(
        'workOrderCreate',
        { title: 'Nobody cares', priority: 'HIGH', locationId: world.siteId },
        'workOrder',
      ),
    (world) => world.sweep('sla clocks', () => sweepSlaClocks(world.app, later(minutes))),
  )

async function newRates(world: World, effectiveTo = later(364 * DAY)): Promise<string> {
  const id = await world.make(
    'rateScheduleCreate',
    { name: unique('Rates'), effectiveFrom: later(-DAY), effectiveTo },
    'rateSchedule',
  )
  await world.run('rateScheduleImportItems', {
    id,
    items: [{ code: 'A-1', shortDescription: 'Hour', unit: 'HOUR', rateCents: 4_500 }],
  })
  return id
}

async function publishedRates(world: World): Promise<string> {
  const id = await newRates(world)
  await world.run('rateSchedulePublish', { id })
  return id
}

/** A published schedule with a newer version that takes over tomorrow. */
const succeeded: Emitter = {
  by: 'sor schedules',
  async arrange(world) {
    const first = await publishedRates(world)
    const second = await world.make(
      'rateScheduleRevise',
      { id: first, effectiveFrom: later(DAY), effectiveTo: later(500 * DAY) },
      'rateSchedule',
    )
    await world.run('rateSchedulePublish', { id: second })
    return () => world.sweep('sor schedules', () => endSchedules(world.app, later(2 * DAY)))
  },
}

async function newQuotation(world: World): Promise<string> {
  const scheduleId = await publishedRates(world)
  const workOrderId = await newOrder(world)
  const line = { code: 'X', description: 'Scaffold', unit: 'DAY', reason: 'Not in the schedule' }
  const { quotation } = await world.run(
    'quotationCreate',
    { scheduleId, workOrderId, lines: [{ ...line, quantity: '2.5', rateCents: 10_000 }] },
    'quotation { id }',
  )
  return isObject(quotation) ? String(quotation['id']) : ''
}

export async function submittedQuotation(world: World): Promise<string> {
  const id = await newQuotation(world)
  const submitter = await world.addPerson()
  await world.run('quotationSubmit', { id }, undefined, submitter.credentials)
  return id
}

const submitted = (by: string, input: object = {}) =>
  on(by, submittedQuotation, (world, id) => world.run(by, { id, ...input }))

/** A rate schedule that cannot be ended. */
const failing: Emitter = {
  by: 'sor schedules',
  async arrange(world) {
    const { pool } = world.app.database
    const id = await publishedRates(world)
    return () =>
      world.sweep('sor schedules', async () => {
        await using _bad = await poison(pool, 'rate_schedule', id)
        await endSchedules(world.app, later(400 * DAY))
      })
  },
}

export const WORK_EMITTERS: Emitters = {
  'system.task.failed': failing,
  'workorder.created': {
    by: 'workOrderCreate',
    async arrange(world) {
      const assetId = await newAsset(world)
      const { userId: assigneeId } = await world.addPerson()
      return () =>
        world.run('workOrderCreate', {
          title: 'Fix the leak',
          description: 'Under the sink',
          priority: 'HIGH',
          locationId: world.siteId,
          assetId,
          assigneeId,
        })
    },
  },
  'workorder.updated': {
    by: 'workOrderUpdate',
    async arrange(world) {
      const id = await newOrder(world)
      const { userId: assigneeId } = await world.addPerson()
      return () => world.run('workOrderUpdate', { id, priority: 'CRITICAL', assigneeId })
    },
  },
  'workorder.status.changed': on('workOrderChangeStatus', newOrder, (world, id) =>
    move(world, id, 'IN_PROGRESS'),
  ),
  'workorder.completed': on(
    'workOrderChangeStatus',
    (world) => startedOrder(world),
    (world, id) => move(world, id, 'COMPLETED'),
  ),
  'workorder.deleted': on('workOrderDelete', newOrder, (world, id) =>
    world.run('workOrderDelete', { id }),
  ),
  'workorder.sla.at_risk': clock(100),
  'workorder.sla.breached': clock(130),
  'work_request.created': plain('workRequestCreate', newRequest),
  'work_request.accepted': on('workRequestAccept', newRequest, (world, id) =>
    world.run('workRequestAccept', { id }),
  ),
  'work_request.rejected': on('workRequestReject', newRequest, (world, id) =>
    world.run('workRequestReject', { id, reason: 'As it should be' }),
  ),
  'sor.schedule.published': on('rateSchedulePublish', newRates, (world, id) =>
    world.run('rateSchedulePublish', { id }),
  ),
  'sor.schedule.archived': on('rateScheduleArchive', publishedRates, (world, id) =>
    world.run('rateScheduleArchive', { id }),
  ),
  'sor.schedule.expired': on('sor schedules', publishedRates, (world) =>
    world.sweep('sor schedules', () => endSchedules(world.app, later(400 * DAY))),
  ),
  'sor.schedule.superseded': succeeded,
  'sor.quotation.submitted': on('quotationSubmit', newQuotation, (world, id) =>
    world.run('quotationSubmit', { id }),
  ),
  'sor.quotation.approved': submitted('quotationApprove'),
  'sor.quotation.rejected': submitted('quotationReject', { reason: 'Too dear' }),
  'sor.quotation.withdrawn': submitted('quotationWithdraw'),
}
