import type { EventDefinition } from '../events/define.ts'
import { toUnixSeconds } from '../events/envelope.ts'
import { webhookTest } from './test-event.ts'

const EXAMPLE_TIME = new Date('2026-02-24T05:38:46Z')

/** A whole body of an event, as its documentation shows it. */
export function exampleOf(definition: EventDefinition): Record<string, unknown> {
  const isTest = definition.type === webhookTest.type
  return {
    id: isTest ? 'evt_test_1k5x8r2qd9c7m3v6t0wz4h' : 'evt_1k5x8r2qd9c7m3v6t0wz4h',
    type: definition.type,
    organizationId: 'o-1k5x8q6mr4b2n8s7p9xy3j',
    created: toUnixSeconds(EXAMPLE_TIME),
    data: {
      object: definition.example,
      ...(definition.carriesPrevious
        ? { previousAttributes: PREVIOUS[definition.type] ?? {} }
        : {}),
    },
    ...(isTest ? { isTest } : {}),
    livemode: !isTest,
  }
}

/** What the changed fields may have been before, per type; null where there was nothing. */
const PREVIOUS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'asset.status.changed': { status: 'Online' },
  'asset.updated': { name: 'Chiller' },
  'booking.cancelled': { status: 'Confirmed', cancelledBy: null, cancelledAt: null },
  'booking.checked_in': { status: 'Confirmed', checkedInAt: null },
  'booking.ended': { status: 'CheckedIn', endedAt: null },
  'booking.no_show': { status: 'Confirmed', releasedAt: null },
  'booking.rejected': { status: 'Pending', rejectReason: null },
  'booking.series.cancelled': { status: 'Active', cancelledBy: null, cancelledAt: null },
  'booking.updated': { endTime: 1_780_016_400 },
  'company.updated': { phone: null },
  'customer.updated': { notes: null },
  'customer_field.updated': { label: 'Floor' },
  'device.app.updated': { appVersion: '4.2.0' },
  'device.health.lost_communication': { health: 'Online' },
  'device.health.offline': { health: 'LostCommunication' },
  'device.health.online': { health: 'Offline' },
  'device.in_sync': { syncStatus: 'OutOfSync' },
  'device.out_of_sync': { syncStatus: 'InSync' },
  'location.updated': { name: 'Annexe' },
  'manager.updated': { title: null },
  'organization.updated': { name: 'Campus North' },
  'resource.reservable_status.changed': { reservableStatus: 'Reservable' },
  'resource.updated': { capacity: null },
  'sensor.group.reading.stale': { staleSince: null },
  'sensor.group.state.changed': { state: 'Ok' },
  'sensor.reading.stale': { staleSince: null },
  'sensor.state.changed': { state: 'Ok' },
  'service.updated': { priceCents: null },
  'service_group.updated': { description: null },
  'shift.updated': { note: null },
  'sor.quotation.approved': { status: 'Submitted', approvedBy: null, approvedAt: null },
  'sor.quotation.rejected': {
    status: 'Submitted',
    rejectedBy: null,
    rejectedAt: null,
    rejectionReason: null,
  },
  'sor.quotation.submitted': { status: 'Draft', submittedBy: null, submittedAt: null },
  'sor.quotation.withdrawn': {
    status: 'Submitted',
    submittedBy: 'usr-9d3x5z7',
    submittedAt: 1_780_000_000,
  },
  'sor.schedule.archived': { status: 'Published', archivedAt: null },
  'sor.schedule.expired': { status: 'Published' },
  'sor.schedule.published': { status: 'Draft', publishedBy: null, publishedAt: null },
  'sor.schedule.superseded': { status: 'Published', supersededAt: null },
  'user.activated': { status: 'Invited' },
  'user.invitation.resent': { invitationExpiresAt: 1_780_000_000 },
  'user.suspended': { status: 'Active' },
  'user.updated': { name: 'New Person' },
  'visitor.approved': { status: 'PendingApproval' },
  'visitor.cancelled': { status: 'Registered' },
  'visitor.checked_in': { status: 'Registered', checkedInAt: null },
  'visitor.checked_out': { status: 'CheckedIn', checkedOutAt: null, checkedOutBy: null },
  'visitor.checkpoint.completed': { checkpoints: [] },
  'visitor.denied': { status: 'PendingApproval', denyReason: null },
  'visitor.invitation.cancelled': { status: 'Sent' },
  'visitor.invitation.updated': { status: 'Sent', endAt: 1_780_020_000 },
  'visitor.no_show': { status: 'Registered' },
  'visitor.updated': { purpose: null },
  'work_request.accepted': {
    status: 'Pending',
    workOrderId: null,
    decidedBy: null,
    decidedAt: null,
  },
  'work_request.rejected': {
    status: 'Pending',
    decidedBy: null,
    decidedAt: null,
    rejectReason: null,
  },
  'workorder.completed': { status: 'InProgress', completedAt: null, completedBy: null },
  'workorder.sla.at_risk': { slaStatus: 'OnTrack', slaResponseStatus: 'OnTrack' },
  'workorder.sla.breached': { slaStatus: 'AtRisk', slaResponseStatus: 'AtRisk' },
  'workorder.status.changed': { status: 'Open', startedAt: null, respondedAt: null },
  'workorder.updated': { priority: 'High', assigneeId: null },
}
