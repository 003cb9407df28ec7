import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'

/** The event whose payload shows a record of the type as a whole. */
export const RECORD_EVENTS: Readonly<Record<string, string>> = {
  Asset: 'asset.updated',
  Booking: 'booking.updated',
  Company: 'company.updated',
  Customer: 'customer.updated',
  CustomerField: 'customer_field.updated',
  Device: 'device.app.updated',
  Location: 'location.updated',
  Manager: 'manager.updated',
  Organization: 'organization.updated',
  Quotation: 'sor.quotation.submitted',
  RateSchedule: 'sor.schedule.published',
  Resource: 'resource.updated',
  Sensor: 'sensor.reading.updated',
  Service: 'service.updated',
  ServiceGroup: 'service_group.updated',
  Shift: 'shift.updated',
  Visitor: 'visitor.updated',
  VisitorInvitation: 'visitor.invitation.updated',
  WorkOrder: 'workorder.updated',
  WorkRequest: 'work_request.created',
}

/** Of types that no event shows: what may be long, and is shown where one record is read. */
export const ALONE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  WebhookAttempt: ['requestHeaders', 'responseBody', 'responseHeaders'],
  WebhookDelivery: ['payload'],
}

interface Given {
  /** What a document asks for. */
  selection: string
  read: (record: Record<string, unknown>) => unknown
  /** Costs too much for every record of a list: shown where one record is read. */
  alone?: true
}

const LINE =
  'id itemId code description unit quantity rateCents amountCents offSchedule offScheduleReason'

/** Where a key of a payload is no field of the same name: the field, or how it is made of others. */
export const PAYLOAD_FIELDS: Readonly<Record<string, Readonly<Record<string, string | Given>>>> = {
  Asset: { parentAssetId: 'parentId' },
  Booking: {
    resourceName: { selection: 'resource { name }', read: ({ resource }) => get(resource, 'name') },
    locationId: {
      selection: 'resource { locationId }',
      read: ({ resource }) => get(resource, 'locationId'),
    },
  },
  // A device that is there was not unregistered.
  Device: { unregisteredAt: { selection: 'id', read: () => undefined } },
  Quotation: {
    // It has at most 200, and a page has at most 100.
    lines: {
      selection: bothEnds('lines', LINE),
      read: ({ begin, end }) => joined(begin, end).map(readLine),
      alone: true,
    },
  },
  Sensor: {
    readings: {
      selection: 'metrics { key value unit at }',
      read: ({ metrics }) => readingsOf(metrics),
    },
  },
  Visitor: {
    ndaSignedAt: {
      selection: 'checkpoints { key completedAt }',
      read: ({ checkpoints }) =>
        secondsOf(listOf(checkpoints).find(({ key }) => key === 'NDA')?.['completedAt']),
    },
  },
  VisitorInvitation: {
    visitorIds: {
      selection: bothEnds('visitors', 'id'),
      read: ({ begin, end }) => joined(begin, end).map(({ id }) => id),
      alone: true,
    },
  },
  WorkOrder: { pmScheduleId: 'maintenanceScheduleId' },
  WorkRequest: {
    workOrderId: { selection: 'workOrder { id }', read: ({ workOrder }) => get(workOrder, 'id') },
  },
}

/** All of a list that has at most 200, of which a page shows at most 100. */
function bothEnds(field: string, selection: string): string {
  const nodes = `{ nodes { ${selection} } }`
  return `begin: ${field}(first: 100) ${nodes} end: ${field}(last: 100) ${nodes}`
}

type Answered = Record<string, unknown>

function joined(begin: unknown, end: unknown): Answered[] {
  const all = [begin, end].flatMap((page) => listOf(get(page, 'nodes')))
  return [...new Map(all.map((each) => [each['id'], each])).values()]
}

function readLine(line: Answered): Answered {
  const said = Object.entries(line).filter(([, value]) => value !== null)
  return { ...Object.fromEntries(said), unit: toPascalCase(String(line['unit'])) }
}

function readingsOf(metrics: unknown): Answered {
  return Object.fromEntries(
    listOf(metrics)
      .filter(({ value, at }) => value !== null && at !== null)
      .map(({ key, value, unit, at }) => [
        key,
        { value, ...(unit !== null && { unit }), at: secondsOf(at) },
      ]),
  )
}

function listOf(value: unknown): Answered[] {
  return Array.isArray(value) ? value : []
}

function get(value: unknown, key: string): unknown {
  const found: unknown = Reflect.get(Object(value), key)
  return found ?? undefined
}

function secondsOf(moment: unknown): number | undefined {
  return typeof moment === 'string' ? toUnixSeconds(new Date(moment)) : undefined
}
