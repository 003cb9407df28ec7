import { newAsset } from './emitters/assets.ts'
import { newBooking, newResource } from './emitters/bookings.ts'
import { inMinutes, noonZone, unique, type World } from './emitters/world.ts'
import { submittedQuotation } from './emitters/work.ts'
import { isObject } from './recorded.ts'

/** Ids by kind; what belongs together (a comment and its work order) comes together. */
export type Ids = Record<string, string>
type Make = (world: World) => Promise<Ids>

const one =
  (
    kind: string,
    mutation: string,
    input: object | ((world: World) => object),
    record = kind,
  ): Make =>
  async (world) => ({
    [kind]: await world.make(
      mutation,
      typeof input === 'function' ? { ...input(world) } : { ...input },
      record,
    ),
  })

const order = one('workOrder', 'workOrderCreate', ({ siteId }) => ({
  title: 'Lift stops',
  locationId: siteId,
}))
const part = one('part', 'partCreate', () => ({ name: unique('Filter'), stock: 5 }))
const sensor = one('sensor', 'sensorCreate', ({ siteId }) => ({
  name: 'Supply',
  locationId: siteId,
  metrics: [{ key: 'temperature' }],
}))
const draft = one('rateSchedule', 'rateScheduleCreate', () => ({
  name: unique('Rates'),
  effectiveFrom: inMinutes(-1_440),
  effectiveTo: inMinutes(364 * 1_440),
}))
const hook = one(
  'webhookEndpoint',
  'webhookEndpointCreate',
  ({ receiver }) => ({ url: receiver.url, eventTypes: ['company.*'] }),
  'endpoint',
)
const visit = one('visitor', 'visitorRegister', ({ ownerId, siteId }) => ({
  name: 'Jane',
  hostId: ownerId,
  locationId: siteId,
  expectedArrival: inMinutes(5),
}))

/** With something in it, whose id is asked of the work order. */
const orderWith =
  (kind: string, list: string, mutation: string, input: object): Make =>
  async (world) => {
    const { workOrder = '' } = await order(world)
    const made = await world.run(
      mutation,
      { workOrderId: workOrder, ...input },
      `workOrder { ${list} { id } }`,
    )
    const found: unknown = Reflect.get(Object(made['workOrder']), list)
    return { workOrder, [kind]: idOf(Array.isArray(found) ? found[0] : undefined) }
  }

const idOf = (record: unknown) => (isObject(record) ? String(record['id']) : '')

async function ratesWithItem(world: World): Promise<Ids> {
  const { rateSchedule = '' } = await draft(world)
  const items = [{ code: 'ME-014', shortDescription: 'Mechanic', unit: 'HOUR', rateCents: 4_500 }]
  const made = await world.run(
    'rateScheduleImportItems',
    { id: rateSchedule, items },
    'rateSchedule { items { nodes { id } } }',
  )
  const nodes: unknown = Reflect.get(
    Object(Reflect.get(Object(made['rateSchedule']), 'items')),
    'nodes',
  )
  return { rateSchedule, rateItem: idOf(Array.isArray(nodes) ? nodes[0] : undefined) }
}

async function published(world: World): Promise<Ids> {
  const ids = await ratesWithItem(world)
  await world.run('rateSchedulePublish', { id: ids['rateSchedule'] })
  return ids
}

async function draftQuotation(world: World): Promise<Ids> {
  const ids = { ...(await published(world)), ...(await order(world)) }
  const input = {
    scheduleId: ids['rateSchedule'],
    workOrderId: ids['workOrder'],
    lines: [{ itemId: ids['rateItem'], quantity: '2.5' }],
  }
  return { ...ids, quotation: await world.make('quotationCreate', input, 'quotation') }
}

const submitted: Make = async (world) => ({ quotation: await submittedQuotation(world) })

async function delivery(world: World): Promise<Ids> {
  const { webhookEndpoint = '' } = await hook(world)
  const webhookDelivery = await world.make(
    'webhookEndpointTest',
    { id: webhookEndpoint },
    'delivery',
  )
  return { webhookEndpoint, webhookDelivery }
}

async function replay(world: World): Promise<Ids> {
  const { webhookEndpoint = '' } = await hook(world)
  const input = { endpointId: webhookEndpoint, from: inMinutes(-1), perSecond: 1 }
  const webhookReplay = await world.make('webhookReplayStart', input, 'replay')
  return { webhookEndpoint, webhookReplay }
}

async function series(world: World): Promise<Ids> {
  const input = {
    resourceId: await newResource(world),
    startTime: inMinutes(60),
    endTime: inMinutes(90),
    rule: { frequency: 'DAILY', count: 3 },
  }
  return { bookingSeries: await world.make('bookingSeriesCreate', input, 'series') }
}

/** A site at which visits have to be approved. */
async function doubtfulVisit(world: World): Promise<Ids> {
  const site = { name: unique('Works'), kind: 'LOCATION', timezone: noonZone() }
  const siteId = await world.make('locationCreate', site, 'location')
  await world.run('visitPolicyUpdate', { siteId, requiresApproval: true })
  return visit({ ...world, siteId })
}

const underWay: Make = async (world) => {
  const ids = await order(world)
  await world.run('workOrderChangeStatus', { id: ids['workOrder'], status: 'IN_PROGRESS' })
  return ids
}

/** One that began a minute ago; nobody can book what has begun. */
async function begun(world: World): Promise<Ids> {
  const booking = await newBooking(world)
  await world.app.database.pool.query(
    `UPDATE booking SET start_time = now() - interval '1 minute' WHERE id = $1`,
    [booking],
  )
  return { booking }
}

/** A record of every kind, in the state in which most is done with it. */
export const FRESH: Record<string, Make> = {
  asset: async (world) => ({ asset: await newAsset(world) }),
  assetType: one('assetType', 'assetTypeCreate', () => ({ name: unique('Chiller') })),
  attachment: orderWith('attachment', 'attachments', 'attachmentAdd', {
    name: 'Photo',
    url: 'https://files.example.com/1.jpg',
  }),
  booking: async (world) => ({ booking: await newBooking(world) }),
  bookingSeries: series,
  checklistItem: orderWith('checklistItem', 'checklist', 'checklistItemAdd', { text: 'Test it' }),
  company: one('company', 'companyCreate', () => ({ name: unique('Acme'), kind: 'CONTRACTOR' })),
  customer: one('customer', 'customerCreate', () => ({ name: unique('Customer') })),
  customerField: one('customerField', 'customerFieldCreate', () => ({
    key: unique('floor').replace(' ', '_'),
    label: 'Floor',
    type: 'TEXT',
  })),
  device: one('device', 'deviceRegister', ({ siteId }) => ({
    name: 'Kiosk',
    kind: 'KIOSK',
    locationId: siteId,
  })),
  invitation: one('invitation', 'visitorInvitationCreate', ({ ownerId, siteId }) => ({
    hostIds: [ownerId],
    locationId: siteId,
    startAt: inMinutes(60),
    endAt: inMinutes(120),
    visitors: [{ name: 'Cleo' }],
  })),
  labor: async (world) => {
    const ids = await underWay(world)
    // Nobody has two timers.
    const { userId } = await world.addPerson()
    const input = { workOrderId: ids['workOrder'], userId }
    return { ...ids, labor: await world.make('laborStart', input, 'labor') }
  },
  location: one('location', 'locationCreate', () => ({ name: unique('Site'), kind: 'LOCATION' })),
  maintenanceSchedule: one('maintenanceSchedule', 'maintenanceScheduleCreate', ({ siteId }) => ({
    title: 'Service',
    locationId: siteId,
    frequency: 'MONTHLY',
    startsAt: inMinutes(60),
  })),
  manager: async (world) => {
    const { userId } = await world.addPerson()
    const input = { userId, locationId: world.siteId }
    return { manager: await world.make('managerCreate', input, 'manager') }
  },
  part,
  partUse: async (world) => {
    const ids = { ...(await part(world)), ...(await order(world)) }
    const input = { workOrderId: ids['workOrder'], partId: ids['part'], quantity: 1 }
    return { ...ids, partUse: await world.make('partUseCreate', input, 'partUse') }
  },
  quotation: draftQuotation,
  rateItem: published,
  rateSchedule: ratesWithItem,
  resource: async (world) => ({ resource: await newResource(world) }),
  sensor,
  sensorGroup: one('sensorGroup', 'sensorGroupCreate', ({ siteId }) => ({
    name: unique('Group'),
    locationId: siteId,
  })),
  sensorRule: async (world) => {
    const ids = await sensor(world)
    const input = {
      sensorId: ids['sensor'],
      metric: 'temperature',
      comparison: 'ABOVE',
      threshold: 28,
      title: 'Too warm',
    }
    return { ...ids, sensorRule: await world.make('sensorRuleCreate', input, 'sensorRule') }
  },
  service: one('service', 'serviceCreate', () => ({ name: unique('Catering') })),
  serviceGroup: one('serviceGroup', 'serviceGroupCreate', () => ({ name: unique('Food') })),
  shift: async (world) => {
    const resourceId = await newResource(world)
    const input = { resourceId, startTime: inMinutes(60), endTime: inMinutes(120) }
    return { shift: await world.make('shiftCreate', input, 'shift') }
  },
  slaPolicy: async (world) => {
    const locationId = await world.make(
      'locationCreate',
      { name: unique('Site'), kind: 'LOCATION' },
      'location',
    )
    const targets = [{ priority: 'HIGH', responseMinutes: 60, resolutionMinutes: 480 }]
    const input = { name: unique('Standard'), locationId, targets }
    return { slaPolicy: await world.make('slaPolicyCreate', input, 'slaPolicy') }
  },
  user: async (world) => ({ user: (await world.addPerson()).userId }),
  visitor: visit,
  visitorBlock: one('visitorBlock', 'visitorBlockCreate', () => ({
    email: 'no@example.com',
    reason: 'Banned',
  })),
  webhookDelivery: delivery,
  webhookEndpoint: hook,
  webhookReplay: replay,
  workOrder: order,
  workOrderComment: async (world) => {
    const ids = await order(world)
    const input = { workOrderId: ids['workOrder'], text: 'Part ordered' }
    return { ...ids, workOrderComment: await world.make('workOrderCommentAdd', input, 'comment') }
  },
  workRequest: one('workRequest', 'workRequestCreate', ({ siteId }) => ({
    title: 'Tap drips',
    locationId: siteId,
  })),
}

const bookingOf =
  (rules: object): Make =>
  async (world) => ({ booking: await newBooking(world, rules) })

const after =
  (make: Make, kind: string, mutation: string, input: object = {}): Make =>
  async (world) => {
    const ids = await make(world)
    await world.run(mutation, { id: ids[kind], ...input })
    return ids
  }

const rejected = after(submitted, 'quotation', 'quotationReject', { reason: 'Too dear' })
const inside = after(visit, 'visitor', 'visitorCheckIn')

/** Operations that need a record in another state. */
export const ARRANGED: Record<string, Make> = {
  bookingApprove: bookingOf({ requiresApproval: true }),
  bookingEnd: begun,
  bookingMarkNoShow: begun,
  bookingReject: bookingOf({ requiresApproval: true }),
  bookingUnmarkNoShow: after(begun, 'booking', 'bookingMarkNoShow'),
  laborStart: underWay,
  quotationApprove: submitted,
  quotationReject: submitted,
  quotationRevise: rejected,
  quotationWithdraw: submitted,
  rateScheduleArchive: published,
  rateScheduleRevise: published,
  visitorApprove: doubtfulVisit,
  visitorCheckOut: inside,
  visitorDeny: doubtfulVisit,
  visitorErase: after(inside, 'visitor', 'visitorCheckOut'),
  visitorInvitationDelete: after(
    FRESH['invitation'] ?? visit,
    'invitation',
    'visitorInvitationCancel',
  ),
}
