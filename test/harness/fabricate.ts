import { ID_PREFIX } from '../../src/database/ids.ts'
import { getDatamodel } from '../../src/generated/pothos.ts'
import * as enums from '../../src/generated/prisma/enums.ts'
import type { TestApp } from './app.ts'

interface Field {
  name: string
  type: string
  kind: string
  isRequired: boolean
  isList: boolean
  hasDefaultValue: boolean
  isId: boolean
  relationFromFields?: readonly string[]
}

const models: Record<string, { fields: readonly Field[] }> = getDatamodel().datamodel.models

const EARLIER = new Date('2026-01-01T08:00:00Z')
const LATER = new Date('2026-01-01T09:00:00Z')

/** What a model's rules ask for beyond types. Add a line when fabricating a row of it fails. */
const SPECIAL: Record<string, Record<string, unknown>> = {
  User: { role: 'VIEWER', status: 'ACTIVE' },
  Event: { body: '{"data":{"object":{}},"livemode":true}' },
  WebhookDelivery: { body: '{"data":{"object":{}},"livemode":true}' },
  WebhookEndpoint: { url: 'https://hooks.example.com/x', eventTypes: ['*'] },
  Booking: {
    startTime: EARLIER,
    endTime: LATER,
    holdEnd: LATER,
    checkInOpensAt: EARLIER,
    checkInDeadline: LATER,
  },
  Shift: { startTime: EARLIER, endTime: LATER },
  VisitorInvitation: { startAt: EARLIER, endAt: LATER },
  RateSchedule: { effectiveFrom: EARLIER, effectiveTo: LATER },
  QuotationLine: { offScheduleReason: null },
  Manager: { locationId: null },
  // A request that is open still has none.
  WorkOrder: { requestId: null },
  SensorRule: { forSeconds: 60 },
  SyncHook: { timeoutMs: 1_000 },
}

export interface Fabricated {
  idOf(model: string): string | undefined
  /** From now on this one, which was made by the product itself. */
  prefer(model: string, id: string): void
  faults: string[]
}

/**
 * One row of every model for an organization, made from the datamodel: whatever a slice adds is there
 * without being named. Texts hold the marker, by which a leak is recognised.
 */
export async function fabricate(
  test: TestApp,
  organizationId: string,
  marker: string,
): Promise<Fabricated> {
  const made = new Map<string, string>()
  const faults: string[] = []
  const client = test.app.database.scopedTo(organizationId)

  async function make(model: string, above: readonly string[]): Promise<string | undefined> {
    if (model === 'Organization') return organizationId
    const known = made.get(model)
    if (known !== undefined || above.includes(model)) return known
    const data: Record<string, unknown> = {}
    const fields = models[model]?.fields ?? []
    for (const field of fields) {
      const value = field.kind === 'object' ? undefined : valueOf(model, field, marker)
      if (value !== undefined) data[field.name] = value
    }
    for (const field of fields) {
      const key = field.relationFromFields?.at(-1)
      if (field.kind !== 'object' || key === undefined || key === 'organizationId') continue
      const parent = await make(field.type, [...above, model])
      if (parent !== undefined) data[key] = parent
    }
    Object.assign(data, { organizationId }, SPECIAL[model])
    const delegate: unknown = Reflect.get(client, model[0]?.toLowerCase() + model.slice(1))
    try {
      const row = await (
        delegate as { create(args: object): Promise<Record<string, unknown>> }
      ).create({ data })
      const id = typeof row['id'] === 'string' ? row['id'] : undefined
      if (id !== undefined) made.set(model, id)
      return id
    } catch (error) {
      faults.push(`${model}: ${String(error).split('\n').slice(-1)[0]}`)
      return undefined
    }
  }

  for (const model of Object.keys(models)) {
    // Written by the product itself already, one per organization.
    if (model === 'EventStreamHead') continue
    await make(model, [])
  }
  return {
    idOf: (model) => (model === 'Organization' ? organizationId : made.get(model)),
    prefer: (model, id) => made.set(model, id),
    faults,
  }
}

let count = 0

function valueOf(model: string, field: Field, marker: string): unknown {
  if (field.name === 'id' && field.type === 'String') return newIdOf(model, field)
  if (field.hasDefaultValue) return undefined
  if (field.isList) return []
  // Optional texts are filled too: the more there is, the more could leak.
  if (!field.isRequired && field.type !== 'String') return undefined
  if (!field.isRequired && (field.name.endsWith('Id') || /hash|subject/i.test(field.name))) {
    return undefined
  }
  switch (field.type) {
    case 'String':
      return textOf(field, marker)
    case 'Int':
    case 'Float':
    case 'Decimal':
      return 1
    case 'BigInt':
      return 1n
    case 'Boolean':
      return false
    case 'DateTime':
      return new Date()
    case 'Json':
      return {}
    case 'Bytes':
      return new Uint8Array([1])
    default:
      return Object.values(Reflect.get(enums, field.type) ?? {})[0]
  }
}

function textOf(field: Field, marker: string): string {
  if (/hash/i.test(field.name)) return String(++count).padStart(64, '0')
  if (/lastFour/.test(field.name)) return '0000'
  if (/currency/i.test(field.name)) return 'EUR'
  if (/timezone/i.test(field.name)) return 'UTC'
  return `${marker} ${++count}`
}

function newIdOf(model: string, field: Field): string | undefined {
  const prefix = prefixOf(model)
  if (prefix === undefined && field.hasDefaultValue) return undefined
  return `${prefix ?? 'x-'}${String(++count).padStart(22, '0')}`
}

/** What the ids of a model begin with; undefined for one whose ids nobody is shown. */
export function prefixOf(model: string): string | undefined {
  // The one kind that is not called like its model.
  if (model === 'VisitorInvitation') return ID_PREFIX.invitation
  const prefix: unknown = Reflect.get(ID_PREFIX, model.charAt(0).toLowerCase() + model.slice(1))
  return typeof prefix === 'string' ? prefix : undefined
}
