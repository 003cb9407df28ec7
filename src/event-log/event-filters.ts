import type { FacetKey } from '../events/match.ts'
import { fieldsOf } from './filter.ts'

const PLACE = ['location', 'site'] as const

/**
 * What events of a type can be found by, beside the record that they are about. The longest name
 * that a type starts with counts. A kind that one of them lacks (a work order without an asset)
 * is absent from that event, and a filter by it does not match.
 */
const FACETS: Readonly<Record<string, readonly FacetKey[]>> = {
  'asset.': [...PLACE, 'asset', 'assetType'],
  'booking.': [...PLACE, 'resource'],
  'device.': PLACE,
  'location.': PLACE,
  'manager.': PLACE,
  'resource.': [...PLACE, 'resource'],
  'sensor.': [...PLACE, 'asset', 'assetType'],
  'sensor.group.': PLACE,
  'service.': ['resource'],
  'shift.': [...PLACE, 'resource'],
  'sor.quotation.': [...PLACE, 'workOrder', 'schedule', 'quotation'],
  'sor.schedule.': ['schedule'],
  'visitor.': PLACE,
  'visitor.invitation.': [...PLACE, 'resource'],
  'work_request.': [...PLACE, 'workOrder'],
  'workorder.': [...PLACE, 'asset', 'workOrder'],
}

/** Facets that events of this type carry, beside `subject`, which all do. */
function facetsOf(type: string): readonly FacetKey[] {
  let best = ''
  for (const prefix of Object.keys(FACETS)) {
    if (type.startsWith(prefix) && prefix.length > best.length) best = prefix
  }
  return FACETS[best] ?? []
}

/** Fields of a filter that can match events of this type. */
export function filterFieldsOf(type: string): string[] {
  return fieldsOf(['subject', ...facetsOf(type)])
}
