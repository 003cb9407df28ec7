// Printed from the definitions of the events by npm run event-types. Do not edit.

/** The record in each type of event. */
export interface EventObjects {
  /** Something was done in an application, as it reported. Sampled; off by default. */
  'analytics.event.created': AnalyticsEventCreatedObject
  /** An asset was added. */
  'asset.created': AssetObject
  /** An asset was removed. Work orders that name it keep its id. */
  'asset.deleted': DeletedObject
  /** An asset went to another status. */
  'asset.status.changed': AssetObject
  /** Sensors of an asset have new readings. At most one such event per asset every 10 seconds, with the newest values. */
  'asset.telemetry.updated': AssetTelemetryUpdatedObject
  /** Details of an asset changed: name, place, metadata and the like, not its status. */
  'asset.updated': AssetObject
  /** May this booking be confirmed? Asked of one hook while the booking is Pending and holds its time; see Mutation.syncHookSet. */
  'booking.before_confirmation': BookingObject
  /** May whoever booked be reminded? Asked of one hook before the reminder goes out; see Mutation.syncHookSet. */
  'booking.before_reminder': BookingObject
  /** Several bookings were removed at once; there is no booking.deleted for each. */
  'booking.bulk_deleted': BookingBulkDeletedObject
  /** A booking was cancelled; its time is free again. */
  'booking.cancelled': BookingObject
  /** Somebody came. */
  'booking.checked_in': BookingObject
  /** A visitor of a booking has completed every checkpoint that the site requires: rooms can be made ready. */
  'booking.checkpoint.trigger_matched': BookingCheckpointTriggerMatchedObject
  /** A resource was booked. Pending while it waits for approval. */
  'booking.created': BookingObject
  /** A booking was removed for good. */
  'booking.deleted': DeletedObject
  /** A booking is over: its time has passed, or it was ended early. */
  'booking.ended': BookingObject
  /** Nobody checked in; the time was released. */
  'booking.no_show': BookingObject
  /** A booking was refused, or nobody approved it before its start. */
  'booking.rejected': BookingObject
  /** A series was cancelled. Follows booking.cancelled of every booking that was still to come. */
  'booking.series.cancelled': BookingSeriesCancelledObject
  /** A series was removed for good. Follows booking.bulk_deleted of its bookings. */
  'booking.series.deleted': DeletedObject
  /** A booking was moved, approved or changed otherwise. */
  'booking.updated': BookingObject
  /** A company was added: a branch, a contractor, a tenant or a vendor. */
  'company.created': CompanyObject
  /** A company was removed. */
  'company.deleted': DeletedObject
  /** Details of a company changed. */
  'company.updated': CompanyObject
  /** A customer was added. */
  'customer.created': CustomerObject
  /** A customer was removed. */
  'customer.deleted': DeletedObject
  /** Details of a customer changed. */
  'customer.updated': CustomerObject
  /** A field to keep about customers was added. */
  'customer_field.created': CustomerFieldObject
  /** A field to keep about customers was removed. */
  'customer_field.deleted': DeletedObject
  /** A field to keep about customers changed. */
  'customer_field.updated': CustomerFieldObject
  /** A device runs another version of its app. */
  'device.app.updated': DeviceObject
  /** More than two heartbeats of a device are missing. */
  'device.health.lost_communication': DeviceObject
  /** A device has not been heard of for more than 10 minutes. */
  'device.health.offline': DeviceObject
  /** A device was heard of, for the first time or again. */
  'device.health.online': DeviceObject
  /** A device has the newest content. */
  'device.in_sync': DeviceObject
  /** A device no longer has the newest content. */
  'device.out_of_sync': DeviceObject
  /** A device was registered. It counts as offline until its first heartbeat. */
  'device.registered': DeviceObject
  /** A device was removed; the payload is what it was at last. */
  'device.unregistered': DeviceObject
  /** A place was added. */
  'location.created': LocationObject
  /** A place was removed. */
  'location.deleted': DeletedObject
  /** Details of a place changed. */
  'location.updated': LocationObject
  /** A user became a manager of a company or a place. */
  'manager.created': ManagerObject
  /** A user is no longer a manager of a company or a place. */
  'manager.deleted': DeletedObject
  /** Details of a manager changed. */
  'manager.updated': ManagerObject
  /** A user was notified of something. */
  'notification.created': NotificationCreatedObject
  /** Details of the organization changed, the plan among them. */
  'organization.updated': OrganizationUpdatedObject
  /** Something that can be booked was added. */
  'resource.created': ResourceObject
  /** A resource was removed. */
  'resource.deleted': DeletedObject
  /** A resource can be booked again, no longer, or by machines only. */
  'resource.reservable_status.changed': ResourceObject
  /** Details or booking rules of a resource changed. */
  'resource.updated': ResourceObject
  /** The last member of a sensor group fell silent. Once, until one reports again. */
  'sensor.group.reading.stale': SensorGroupObject
  /** Members of a sensor group have new readings. At most one such event per group every 10 seconds. */
  'sensor.group.reading.updated': SensorGroupObject
  /** The worst state among the members of a sensor group changed. */
  'sensor.group.state.changed': SensorGroupObject
  /** A sensor fell silent for longer than it should. Once, until it reports again. */
  'sensor.reading.stale': SensorObject
  /** A sensor has new readings. At most one such event per sensor every 10 seconds, with the newest values. */
  'sensor.reading.updated': SensorObject
  /** A reading crossed a limit of its metric, or the sensor fell silent or came back. */
  'sensor.state.changed': SensorObject
  /** A service was added. */
  'service.created': ServiceObject
  /** A service was removed. */
  'service.deleted': DeletedObject
  /** Details of a service changed, or what it is offered with. */
  'service.updated': ServiceObject
  /** A group of services was added. */
  'service_group.created': ServiceGroupObject
  /** A group of services was removed. */
  'service_group.deleted': DeletedObject
  /** Details of a group of services changed. */
  'service_group.updated': ServiceGroupObject
  /** Time was planned during which a resource is staffed. */
  'shift.created': ShiftObject
  /** A shift was removed. */
  'shift.deleted': DeletedObject
  /** A shift was moved or given to somebody else. */
  'shift.updated': ShiftObject
  /** A quotation was approved. */
  'sor.quotation.approved': SorQuotationObject
  /** A quotation was rejected; it can be taken up again as a further revision. */
  'sor.quotation.rejected': SorQuotationObject
  /** A quotation was handed in for a decision, at the rates of this moment. */
  'sor.quotation.submitted': SorQuotationObject
  /** A quotation was taken back before a decision: it is a draft again. */
  'sor.quotation.withdrawn': SorQuotationObject
  /** A published schedule of rates was taken out of use before its end. */
  'sor.schedule.archived': SorScheduleObject
  /** A published schedule of rates reached the end of its period. */
  'sor.schedule.expired': SorScheduleObject
  /** A schedule of rates was published: its items and rates are fixed from here on. */
  'sor.schedule.published': SorScheduleObject
  /** A published schedule of rates gave way to its next revision. */
  'sor.schedule.superseded': SorScheduleObject
  /** Something that Plantroom does by itself as time passes failed for one record. It is set aside, so that nothing else waits for it, and tried again later; told once until it is done. */
  'system.task.failed': SystemTaskFailedObject
  /** A user accepted the invitation, or a suspension was lifted. */
  'user.activated': UserObject
  /** A user was added. */
  'user.created': UserObject
  /** A user was removed for good. */
  'user.deleted': DeletedObject
  /** A user was invited. */
  'user.invitation.created': UserObject
  /** An invitation was replaced by a new one; the earlier one has ended. */
  'user.invitation.resent': UserObject
  /** An invitation was handed out. */
  'user.invitation.sent': UserObject
  /** A user may no longer sign in, for now. */
  'user.suspended': UserObject
  /** Details of a user changed, the role among them. */
  'user.updated': UserObject
  /** A visit that needed an approval got it. */
  'visitor.approved': VisitorObject
  /** An announced visit was called off, or its approval did not come in time. */
  'visitor.cancelled': VisitorObject
  /** A visitor has arrived. */
  'visitor.checked_in': VisitorObject
  /** A visitor has left, or the site has closed. */
  'visitor.checked_out': VisitorObject
  /** A visitor completed a checkpoint, such as signing a form. Names which one. */
  'visitor.checkpoint.completed': VisitorCheckpointCompletedObject
  /** A visit was refused. */
  'visitor.denied': VisitorObject
  /** The personal data of a past visit was erased here, in the stored events too: erase your copies. */
  'visitor.erased': VisitorErasedObject
  /** An invitation was called off, and with it the visits that had not begun. */
  'visitor.invitation.cancelled': VisitorInvitationObject
  /** People were invited together. One event for all; visitor.registered follows for each. */
  'visitor.invitation.created': VisitorInvitationObject
  /** An invitation was removed; its past visits stay. */
  'visitor.invitation.deleted': DeletedObject
  /** An invitation changed: time, hosts, place, resources or people. */
  'visitor.invitation.updated': VisitorInvitationObject
  /** The site closed on the expected day and the visitor had not come. */
  'visitor.no_show': VisitorObject
  /** Somebody was announced, or walked in. The status tells whether the visit still needs an approval. */
  'visitor.registered': VisitorObject
  /** Details of an announced visit changed: time, host, place or person. */
  'visitor.updated': VisitorObject
  /** A delivery was given up when its time was over. It is kept and can be retried or replayed. Deliveries of webhook.* events are given up in silence. */
  'webhook.delivery.exhausted': WebhookDeliveryExhaustedObject
  /** An endpoint was disabled, because nothing but failure came of sending to it or because it answered 410. Its events are kept; resume it to send them. */
  'webhook.endpoint.disabled': WebhookEndpointDisabledObject
  /** Every attempt to send to an endpoint has failed for 50, 70 or 90 % of the time after which it is disabled; told once each. Sent to other endpoints, never to the one that fails. */
  'webhook.endpoint.failing': WebhookEndpointFailingObject
  /** The document that shapes the payload of an endpoint could not be rendered: until it is saved again, events that it fails for go out in the form of the catalogue, with `payloadError`. Told once, not for each event. */
  'webhook.endpoint.payload.invalid': WebhookEndpointPayloadInvalidObject
  /** A test of one endpoint. Carries `isTest: true` and `livemode: false`: acknowledge it and do nothing else. */
  'webhook.test': WebhookTestObject
  /** A work request became a work order. Follows workorder.created of the same change. */
  'work_request.accepted': WorkRequestObject
  /** Somebody asked for work. */
  'work_request.created': WorkRequestObject
  /** A work request was turned down. */
  'work_request.rejected': WorkRequestObject
  /** A work order was completed, with its final labor and parts. Follows workorder.status.changed of the same change. */
  'workorder.completed': WorkorderCompletedObject
  /** A work order was opened. */
  'workorder.created': WorkorderObject
  /** A work order was removed. */
  'workorder.deleted': DeletedObject
  /** Most of the time to respond or to resolve is used up. Once per clock and deadline. */
  'workorder.sla.at_risk': WorkorderSlaObject
  /** A response or resolution deadline passed. Once per clock and deadline. */
  'workorder.sla.breached': WorkorderSlaObject
  /** A work order went to another status. */
  'workorder.status.changed': WorkorderObject
  /** Details of a work order changed: title, priority, assignee and the like. */
  'workorder.updated': WorkorderObject
}

export interface AnalyticsEventCreatedObject {
  id: string
  /**
   * What was done, dotted.
   */
  name: string
  properties: {
    [k: string]: unknown
  }
  /**
   * When it was done, Unix seconds.
   */
  at: number
}

export interface AssetObject {
  id: string
  name: string
  description?: string
  assetTypeId: string
  locationId: string
  /**
   * The asset that it is a part of.
   */
  parentAssetId?: string
  status: 'Online' | 'Offline' | 'Maintenance' | 'Decommissioned'
  /**
   * Flat details: manufacturer, model, serialNumber and whatever else was given.
   */
  metadata?: {
    [k: string]: string | number | boolean
  }
  /**
   * In cents of the organization's currency.
   */
  purchaseCostCents?: number
  /**
   * Purchase, Unix seconds.
   */
  purchasedAt?: number
  /**
   * End of the warranty, Unix seconds.
   */
  warrantyEndsAt?: number
  /**
   * The status follows work and sensors; absent = no.
   */
  automaticStatus?: boolean
  /**
   * Its id in another system.
   */
  externalId?: string
  /**
   * When it was archived, Unix seconds.
   */
  archivedAt?: number
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface DeletedObject {
  id: string
  deleted: true
}

export interface AssetTelemetryUpdatedObject {
  id: string
  name: string
  assetTypeId: string
  locationId: string
  status: 'Online' | 'Offline' | 'Maintenance' | 'Decommissioned'
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
  /**
   * The newest reading of each metric of all its sensors.
   */
  telemetry: {
    [k: string]: {
      value: number
      unit?: string
      /**
       * When it was measured, Unix seconds.
       */
      at: number
      sensorId: string
    }
  }
  /**
   * Metrics with a new reading since the last such event.
   */
  changed: string[]
  /**
   * Sensor of the newest reading.
   */
  sensorId: string
}

export interface BookingObject {
  id: string
  resourceId: string
  resourceName: string
  locationId: string
  title?: string
  /**
   * People expected.
   */
  attendees?: number
  /**
   * User it is for; absent when a machine booked.
   */
  bookedBy?: string
  /**
   * Start, Unix seconds.
   */
  startTime: number
  /**
   * End as booked, Unix seconds.
   */
  endTime: number
  status: 'Pending' | 'Confirmed' | 'CheckedIn' | 'Completed' | 'Cancelled' | 'NoShow' | 'Rejected'
  seriesId?: string
  serviceId?: string
  /**
   * Customer it is for.
   */
  customerId?: string
  /**
   * First moment of the check-in window, Unix seconds.
   */
  checkInOpensAt: number
  /**
   * End of the check-in window, Unix seconds.
   */
  checkInDeadline: number
  approvedBy?: string
  /**
   * Approval, Unix seconds.
   */
  approvedAt?: number
  rejectReason?: string
  cancelledBy?: string
  /**
   * Cancellation, Unix seconds.
   */
  cancelledAt?: number
  cancelReason?: string
  /**
   * Check-in, Unix seconds.
   */
  checkedInAt?: number
  /**
   * Release because nobody came, Unix seconds.
   */
  releasedAt?: number
  /**
   * When it really ended, Unix seconds.
   */
  endedAt?: number
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface BookingBulkDeletedObject {
  ids: string[]
  deleted: true
  count: number
}

export interface BookingCheckpointTriggerMatchedObject {
  /**
   * The booking.
   */
  id: string
  visitorId: string
  hostId: string
  locationId: string
  siteId: string
  /**
   * What the site requires, all of it completed.
   */
  checkpoints: ('Nda' | 'Photo' | 'HealthForm' | 'IdCheck')[]
  /**
   * Completion of the last one, Unix seconds.
   */
  matchedAt: number
}

export interface BookingSeriesCancelledObject {
  id: string
  resourceId: string
  title?: string
  status: 'Active' | 'Cancelled'
  frequency: 'Daily' | 'Weekly' | 'Monthly'
  interval: number
  daysOfWeek?: string[]
  count?: number
  until?: number
  timezone: string
  bookedBy?: string
  cancelledBy?: string
  cancelledAt?: number
  cancelReason?: string
  /**
   * Bookings that were cancelled with it.
   */
  bookingIds: string[]
  created: number
  updated: number
}

export interface CompanyObject {
  id: string
  name: string
  kind: 'Branch' | 'Contractor' | 'Tenant' | 'Vendor'
  email?: string
  phone?: string
  address?: string
  /**
   * Its id in another system, such as an ERP.
   */
  externalId?: string
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface CustomerObject {
  id: string
  name: string
  email?: string
  phone?: string
  companyId?: string
  notes?: string
  /**
   * Its id in another system, such as a CRM.
   */
  externalId?: string
  /**
   * Values of the organization's own customer fields, by key.
   */
  fields: {
    [k: string]: string | number | boolean
  }
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface CustomerFieldObject {
  id: string
  /**
   * Name of the value in the payloads of customers.
   */
  key: string
  label: string
  type: 'Text' | 'Number' | 'Boolean' | 'Date' | 'Choice'
  /**
   * What may be chosen; empty but for Choice.
   */
  choices: string[]
  required: boolean
  /**
   * Place in forms, smallest first.
   */
  position: number
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface DeviceObject {
  id: string
  name: string
  kind: 'Kiosk' | 'Signage' | 'Panel' | 'Gateway' | 'Other'
  locationId: string
  serialNumber?: string
  appVersion?: string
  syncStatus: 'InSync' | 'OutOfSync'
  health: 'Online' | 'LostCommunication' | 'Offline'
  /**
   * When it was last heard of, Unix seconds.
   */
  lastHeartbeatAt?: number
  /**
   * Registration, Unix seconds.
   */
  registeredAt: number
  /**
   * When it was unregistered, Unix seconds.
   */
  unregisteredAt?: number
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface LocationObject {
  id: string
  name: string
  kind: 'Location' | 'SubLocation' | 'Zone'
  parentId?: string
  /**
   * Root ancestor; its own id for a site.
   */
  siteId: string
  address?: string
  timezone?: string
  created: number
  updated: number
}

export interface ManagerObject {
  id: string
  userId: string
  /**
   * The company they manage, or …
   */
  companyId?: string
  /**
   * … the place.
   */
  locationId?: string
  title?: string
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface NotificationCreatedObject {
  id: string
  /**
   * Who is notified.
   */
  userId: string
  /**
   * What it is about, dotted.
   */
  topic: string
  title: string
  body?: string
  /**
   * Record that it is about.
   */
  subjectId?: string
  /**
   * Creation, Unix seconds.
   */
  created: number
}

export interface OrganizationUpdatedObject {
  id: string
  name: string
  plan: 'Lite' | 'Basic' | 'Professional' | 'Enterprise'
  /**
   * ISO 4217 code.
   */
  currency: string
  /**
   * IANA time zone.
   */
  timezone: string
  /**
   * Share of analytics events that is kept; 0 = none.
   */
  analyticsSamplePercent: number
  created: number
  updated: number
}

export interface ResourceObject {
  id: string
  name: string
  description?: string
  type: 'Room' | 'Desk' | 'Parking' | 'Equipment' | 'Other'
  locationId: string
  /**
   * People it holds.
   */
  capacity?: number
  reservableStatus: 'Reservable' | 'NotReservable' | 'IotOnly'
  requiresApproval: boolean
  requiresCheckIn: boolean
  /**
   * Check-in opens so long before the start, minutes.
   */
  checkInOpensMinutes: number
  /**
   * Released so long after the start without a check-in, minutes.
   */
  releaseAfterMinutes: number
  /**
   * Kept free after each booking, minutes.
   */
  bufferMinutes: number
  /**
   * Whoever booked is reminded so long before the start, minutes.
   */
  reminderMinutes?: number
  /**
   * Shortest booking, minutes.
   */
  minMinutes?: number
  /**
   * Longest booking, minutes.
   */
  maxMinutes?: number
  /**
   * Bookable so many days ahead.
   */
  maxAdvanceDays?: number
  /**
   * Absent = always open. Wall-clock times in the place's time zone.
   */
  openHours?: {
    day: string
    opens: string
    closes: string
  }[]
  /**
   * Bookings that may overlap.
   */
  maxConcurrent: number
  created: number
  updated: number
}

export interface SensorGroupObject {
  id: string
  name: string
  locationId: string
  aggregation: 'Average' | 'Sum' | 'Minimum' | 'Maximum'
  state: 'Ok' | 'Warning' | 'Alarm' | 'Offline'
  /**
   * When the last of its members fell silent, Unix seconds.
   */
  staleSince?: number
  /**
   * Its members.
   */
  sensorIds: string[]
  /**
   * One value per metric, made of the newest readings of all members that are online.
   */
  readings: {
    [k: string]: {
      value: number
      unit?: string
      /**
       * When it was measured, Unix seconds.
       */
      at: number
      /**
       * Members in this value.
       */
      sensors: number
    }
  }
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change of settings or state, Unix seconds.
   */
  updated: number
}

export interface SensorObject {
  id: string
  name: string
  locationId: string
  assetId?: string
  groupId?: string
  /**
   * Its id on the gateway or in another system.
   */
  externalId?: string
  state: 'Ok' | 'Warning' | 'Alarm' | 'Offline'
  /**
   * When its newest reading became too old, Unix seconds.
   */
  staleSince?: number
  /**
   * Its newest reading, Unix seconds.
   */
  lastReadingAt?: number
  /**
   * The newest reading of each metric.
   */
  readings: {
    [k: string]: {
      value: number
      unit?: string
      /**
       * When it was measured, Unix seconds.
       */
      at: number
    }
  }
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change of settings or state, Unix seconds.
   */
  updated: number
}

export interface ServiceObject {
  id: string
  name: string
  description?: string
  groupId?: string
  durationMinutes?: number
  /**
   * Hundredths of the organization's currency.
   */
  priceCents?: number
  /**
   * Resources it is offered with.
   */
  resourceIds: string[]
  created: number
  updated: number
}

export interface ServiceGroupObject {
  id: string
  name: string
  description?: string
  created: number
  updated: number
}

export interface ShiftObject {
  id: string
  resourceId: string
  /**
   * Who is on it.
   */
  userId?: string
  startTime: number
  endTime: number
  note?: string
  created: number
  updated: number
}

export interface SorQuotationObject {
  id: string
  scheduleId: string
  workOrderId: string
  status: 'Draft' | 'Submitted' | 'Approved' | 'Rejected' | 'Cancelled'
  /**
   * Rises each time that a rejected quotation is taken up again.
   */
  revision: number
  note?: string
  /**
   * ISO 4217 code of its amounts.
   */
  currency: string
  totalAmountCents: number
  lineItemCount: number
  lines: {
    id: string
    /**
     * Item of the schedule; absent for other work.
     */
    itemId?: string
    code?: string
    description: string
    unit: 'Each' | 'M' | 'M2' | 'M3' | 'Hour' | 'Day' | 'Lot'
    /**
     * Decimal with at most three places.
     */
    quantity: string
    rateCents: number
    /**
     * quantity × rateCents, halves rounded up.
     */
    amountCents: number
    /**
     * Whether the schedule does not list it.
     */
    offSchedule: boolean
    offScheduleReason?: string
  }[]
  createdBy: string
  submittedBy?: string
  /**
   * When it was handed in, Unix seconds.
   */
  submittedAt?: number
  approvedBy?: string
  /**
   * Approval, Unix seconds.
   */
  approvedAt?: number
  rejectedBy?: string
  /**
   * Rejection, Unix seconds.
   */
  rejectedAt?: number
  rejectionReason?: string
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface SorScheduleObject {
  id: string
  name: string
  description?: string
  status: 'Draft' | 'Published' | 'Superseded' | 'Expired' | 'Archived'
  /**
   * Company that the rates were agreed with.
   */
  companyId?: string
  /**
   * ISO 4217 code of its rates.
   */
  currency: string
  /**
   * Start of the period, Unix seconds.
   */
  effectiveFrom: number
  /**
   * End of the period, which no longer belongs to it, Unix seconds.
   */
  effectiveTo: number
  /**
   * 1, 2, 3, …: each replaces the one before.
   */
  revision: number
  /**
   * The revision before.
   */
  supersedesId?: string
  /**
   * When a later revision took its place, Unix seconds.
   */
  supersededAt?: number
  itemCount: number
  publishedBy?: string
  /**
   * Publication, Unix seconds.
   */
  publishedAt?: number
  /**
   * When it was archived, Unix seconds.
   */
  archivedAt?: number
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface SystemTaskFailedObject {
  /**
   * The failed task; `failedTasks` lists it until it is done.
   */
  id: string
  /**
   * What was to be done, such as "visits at closing".
   */
  task: string
  /**
   * The record that it was to be done to.
   */
  recordId: string
  /**
   * Why it failed, for a person.
   */
  reason: string
  /**
   * How often it was tried.
   */
  attempts: number
  /**
   * When it failed last, Unix seconds.
   */
  failedAt: number
  /**
   * When it is tried again, Unix seconds.
   */
  nextTryAt: number
}

export interface UserObject {
  id: string
  name: string
  email: string
  role: 'Owner' | 'Admin' | 'Manager' | 'Technician' | 'Requester' | 'Viewer' | 'Contractor'
  status: 'Invited' | 'Active' | 'Suspended' | 'Deleted'
  /**
   * Company that a contractor works for.
   */
  companyId?: string
  /**
   * Most that they may approve in one quotation, cents; absent = no limit.
   */
  approvalLimitCents?: number
  /**
   * User who sent the open invitation.
   */
  invitedBy?: string
  /**
   * End of the open invitation, Unix seconds.
   */
  invitationExpiresAt?: number
  created: number
  updated: number
}

export interface VisitorObject {
  id: string
  name: string
  email?: string
  phone?: string
  company?: string
  type: 'Guest' | 'Contractor' | 'Vendor' | 'Candidate' | 'Delivery' | 'Other'
  purpose?: string
  /**
   * User who is visited.
   */
  hostId: string
  locationId: string
  siteId: string
  invitationId?: string
  bookingId?: string
  /**
   * Came without being announced.
   */
  walkIn: boolean
  /**
   * Announced arrival, Unix seconds.
   */
  expectedArrival: number
  /**
   * Announced departure, Unix seconds.
   */
  expectedDeparture?: number
  status:
    | 'PendingApproval'
    | 'Registered'
    | 'CheckedIn'
    | 'CheckedOut'
    | 'Denied'
    | 'Cancelled'
    | 'NoShow'
  badgeNumber?: string
  photoUrl?: string
  /**
   * Signature of the non-disclosure agreement, Unix seconds.
   */
  ndaSignedAt?: number
  /**
   * Completed ones, oldest first.
   */
  checkpoints: {
    key: 'Nda' | 'Photo' | 'HealthForm' | 'IdCheck'
    /**
     * Completion, Unix seconds.
     */
    completedAt: number
  }[]
  /**
   * Check-in, Unix seconds.
   */
  checkedInAt?: number
  /**
   * Check-out, Unix seconds.
   */
  checkedOutAt?: number
  /**
   * Id of a user or key; "system" for the check-out at closing.
   */
  checkedOutBy?: string
  denyReason?: string
  cancelReason?: string
  /**
   * Registration, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface VisitorCheckpointCompletedObject {
  id: string
  name: string
  email?: string
  phone?: string
  company?: string
  type: 'Guest' | 'Contractor' | 'Vendor' | 'Candidate' | 'Delivery' | 'Other'
  purpose?: string
  /**
   * User who is visited.
   */
  hostId: string
  locationId: string
  siteId: string
  invitationId?: string
  bookingId?: string
  /**
   * Came without being announced.
   */
  walkIn: boolean
  /**
   * Announced arrival, Unix seconds.
   */
  expectedArrival: number
  /**
   * Announced departure, Unix seconds.
   */
  expectedDeparture?: number
  status:
    | 'PendingApproval'
    | 'Registered'
    | 'CheckedIn'
    | 'CheckedOut'
    | 'Denied'
    | 'Cancelled'
    | 'NoShow'
  badgeNumber?: string
  photoUrl?: string
  /**
   * Signature of the non-disclosure agreement, Unix seconds.
   */
  ndaSignedAt?: number
  /**
   * Completed ones, oldest first.
   */
  checkpoints: {
    key: 'Nda' | 'Photo' | 'HealthForm' | 'IdCheck'
    /**
     * Completion, Unix seconds.
     */
    completedAt: number
  }[]
  /**
   * Check-in, Unix seconds.
   */
  checkedInAt?: number
  /**
   * Check-out, Unix seconds.
   */
  checkedOutAt?: number
  /**
   * Id of a user or key; "system" for the check-out at closing.
   */
  checkedOutBy?: string
  denyReason?: string
  cancelReason?: string
  /**
   * Registration, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
  checkpoint: {
    key: 'Nda' | 'Photo' | 'HealthForm' | 'IdCheck'
    /**
     * Completion, Unix seconds.
     */
    completedAt: number
  }
}

export interface VisitorErasedObject {
  id: string
  erased: true
}

export interface VisitorInvitationObject {
  id: string
  type: 'Planned' | 'DropIn'
  status: 'Sent' | 'Updated' | 'Cancelled'
  /**
   * Users who are visited; the first one is the main host.
   */
  hostIds: string[]
  /**
   * People invited; each has events of their own.
   */
  visitorIds: string[]
  locationId: string
  resourceIds: string[]
  bookingId?: string
  /**
   * Expected arrival, Unix seconds.
   */
  startAt: number
  /**
   * Expected departure, Unix seconds.
   */
  endAt: number
  cancelReason?: string
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface WebhookDeliveryExhaustedObject {
  /**
   * The endpoint that it is about.
   */
  endpointId: string
  /**
   * What people call it.
   */
  endpointName?: string
  /**
   * Host of its URL; the rest may hold secrets.
   */
  endpointHost: string
  /**
   * The delivery; it can be retried or replayed.
   */
  deliveryId: string
  /**
   * The event that the endpoint did not take.
   */
  eventId: string
  /**
   * Its type.
   */
  eventType: string
  /**
   * Its place in the order of the endpoint.
   */
  sequence: number
  /**
   * Attempts that were made.
   */
  attemptCount: number
  /**
   * HTTP status of the last one.
   */
  lastStatusCode?: number
  /**
   * Stage and kind of its failure.
   */
  lastFailure?: string
  /**
   * When it was given up, Unix seconds.
   */
  exhaustedAt: number
}

export interface WebhookEndpointDisabledObject {
  /**
   * The endpoint that it is about.
   */
  endpointId: string
  /**
   * What people call it.
   */
  endpointName?: string
  /**
   * Host of its URL; the rest may hold secrets.
   */
  endpointHost: string
  /**
   * Why, for a person.
   */
  reason: string
  /**
   * When it was disabled, Unix seconds.
   */
  disabledAt: number
  /**
   * First failure since the last success, Unix seconds.
   */
  failingSince?: number
  /**
   * Failed attempts since the last success.
   */
  consecutiveFailures: number
}

export interface WebhookEndpointFailingObject {
  /**
   * The endpoint that it is about.
   */
  endpointId: string
  /**
   * What people call it.
   */
  endpointName?: string
  /**
   * Host of its URL; the rest may hold secrets.
   */
  endpointHost: string
  /**
   * How much of the time until it is disabled has passed.
   */
  percent: number
  /**
   * First failure since the last success, Unix seconds.
   */
  failingSince: number
  /**
   * When it is disabled unless an attempt succeeds, Unix seconds.
   */
  disabledAt: number
  /**
   * Failed attempts since the last success.
   */
  consecutiveFailures: number
}

export interface WebhookEndpointPayloadInvalidObject {
  /**
   * The endpoint.
   */
  endpointId: string
  /**
   * What people call it.
   */
  endpointName?: string
  /**
   * INVALID_DOCUMENT, FORBIDDEN, QUERY_TIMEOUT, TOO_LARGE or INTERNAL.
   */
  code: string
  /**
   * The fault for a person.
   */
  message: string
  /**
   * The first event that it failed for; absent when the document no longer fits.
   */
  eventId?: string
  /**
   * Its type.
   */
  eventType?: string
}

export interface WebhookTestObject {
  /**
   * A sentence for whoever looks at the log.
   */
  message: string
}

export interface WorkRequestObject {
  id: string
  title: string
  description?: string
  status: 'Pending' | 'Accepted' | 'Rejected'
  locationId: string
  /**
   * User who asked; absent when a machine did.
   */
  requestedBy?: string
  /**
   * The work order it became.
   */
  workOrderId?: string
  decidedBy?: string
  /**
   * Unix seconds.
   */
  decidedAt?: number
  rejectReason?: string
  /**
   * Unix seconds.
   */
  created: number
  /**
   * Unix seconds.
   */
  updated: number
}

export interface WorkorderCompletedObject {
  id: string
  title: string
  description?: string
  status:
    | 'Open'
    | 'Accepted'
    | 'InProgress'
    | 'OnHold'
    | 'Completed'
    | 'Closed'
    | 'Reopened'
    | 'Cancelled'
    | 'Skipped'
  priority: 'None' | 'Low' | 'Medium' | 'High' | 'Critical'
  type: 'Corrective' | 'Preventive' | 'Inspection' | 'Request'
  locationId: string
  assetId?: string
  assigneeId?: string
  /**
   * User who reported it; absent when a machine did.
   */
  reportedBy?: string
  /**
   * Contractor in charge.
   */
  companyId?: string
  /**
   * The work request it came from.
   */
  requestId?: string
  /**
   * The maintenance schedule it came from.
   */
  pmScheduleId?: string
  /**
   * The occurrence of the schedule that it is for, Unix seconds.
   */
  occurrenceAt?: number
  /**
   * When it should be done, Unix seconds.
   */
  dueAt?: number
  /**
   * The worse of both clocks.
   */
  slaStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  slaResponseStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  slaResolutionStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  /**
   * Latest answer, Unix seconds.
   */
  slaResponseDeadline?: number
  /**
   * Latest completion, Unix seconds.
   */
  slaResolutionDeadline?: number
  /**
   * Since when the resolution clock stands still, Unix seconds.
   */
  slaPausedAt?: number
  /**
   * Working time that the resolution clock has stood still; absent = none.
   */
  slaPausedSeconds?: number
  /**
   * First start of work, Unix seconds.
   */
  startedAt?: number
  /**
   * First answer, Unix seconds.
   */
  respondedAt?: number
  /**
   * Completion, Unix seconds.
   */
  completedAt?: number
  completedBy?: string
  onHoldReason?: string
  cancelReason?: string
  reopenReason?: string
  requiresSignature: boolean
  /**
   * Signature, Unix seconds.
   */
  signedAt?: number
  /**
   * Name of whoever signed.
   */
  signedBy?: string
  signatureUrl?: string
  checklist?: {
    id: string
    text: string
    /**
     * The work order cannot be completed before it is done.
     */
    mandatory: boolean
    /**
     * Unix seconds.
     */
    doneAt?: number
    doneBy?: string
  }[]
  attachments?: {
    id: string
    name: string
    url: string
    /**
     * Unix seconds.
     */
    addedAt: number
    addedBy?: string
  }[]
  /**
   * Sum of the finished labor.
   */
  laborSeconds: number
  laborCostCents: number
  partsCostCents: number
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
  /**
   * All labor; every timer has been stopped.
   */
  labor: {
    id: string
    userId: string
    /**
     * Start, Unix seconds.
     */
    startedAt: number
    /**
     * End, Unix seconds.
     */
    endedAt: number
    seconds: number
    hourlyRateCents: number
    costCents: number
  }[]
  /**
   * All parts used.
   */
  parts: {
    id: string
    partId: string
    partNumber?: string
    name: string
    unit: string
    quantity: number
    unitCostCents: number
    costCents: number
  }[]
  /**
   * laborSeconds in hours, two decimals.
   */
  laborHours: number
  /**
   * Labor and parts.
   */
  totalCostCents: number
  /**
   * ISO 4217 code of every amount.
   */
  currency: string
}

export interface WorkorderObject {
  id: string
  title: string
  description?: string
  status:
    | 'Open'
    | 'Accepted'
    | 'InProgress'
    | 'OnHold'
    | 'Completed'
    | 'Closed'
    | 'Reopened'
    | 'Cancelled'
    | 'Skipped'
  priority: 'None' | 'Low' | 'Medium' | 'High' | 'Critical'
  type: 'Corrective' | 'Preventive' | 'Inspection' | 'Request'
  locationId: string
  assetId?: string
  assigneeId?: string
  /**
   * User who reported it; absent when a machine did.
   */
  reportedBy?: string
  /**
   * Contractor in charge.
   */
  companyId?: string
  /**
   * The work request it came from.
   */
  requestId?: string
  /**
   * The maintenance schedule it came from.
   */
  pmScheduleId?: string
  /**
   * The occurrence of the schedule that it is for, Unix seconds.
   */
  occurrenceAt?: number
  /**
   * When it should be done, Unix seconds.
   */
  dueAt?: number
  /**
   * The worse of both clocks.
   */
  slaStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  slaResponseStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  slaResolutionStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  /**
   * Latest answer, Unix seconds.
   */
  slaResponseDeadline?: number
  /**
   * Latest completion, Unix seconds.
   */
  slaResolutionDeadline?: number
  /**
   * Since when the resolution clock stands still, Unix seconds.
   */
  slaPausedAt?: number
  /**
   * Working time that the resolution clock has stood still; absent = none.
   */
  slaPausedSeconds?: number
  /**
   * First start of work, Unix seconds.
   */
  startedAt?: number
  /**
   * First answer, Unix seconds.
   */
  respondedAt?: number
  /**
   * Completion, Unix seconds.
   */
  completedAt?: number
  completedBy?: string
  onHoldReason?: string
  cancelReason?: string
  reopenReason?: string
  requiresSignature: boolean
  /**
   * Signature, Unix seconds.
   */
  signedAt?: number
  /**
   * Name of whoever signed.
   */
  signedBy?: string
  signatureUrl?: string
  checklist?: {
    id: string
    text: string
    /**
     * The work order cannot be completed before it is done.
     */
    mandatory: boolean
    /**
     * Unix seconds.
     */
    doneAt?: number
    doneBy?: string
  }[]
  attachments?: {
    id: string
    name: string
    url: string
    /**
     * Unix seconds.
     */
    addedAt: number
    addedBy?: string
  }[]
  /**
   * Sum of the finished labor.
   */
  laborSeconds: number
  laborCostCents: number
  partsCostCents: number
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
}

export interface WorkorderSlaObject {
  id: string
  title: string
  description?: string
  status:
    | 'Open'
    | 'Accepted'
    | 'InProgress'
    | 'OnHold'
    | 'Completed'
    | 'Closed'
    | 'Reopened'
    | 'Cancelled'
    | 'Skipped'
  priority: 'None' | 'Low' | 'Medium' | 'High' | 'Critical'
  type: 'Corrective' | 'Preventive' | 'Inspection' | 'Request'
  locationId: string
  assetId?: string
  assigneeId?: string
  /**
   * User who reported it; absent when a machine did.
   */
  reportedBy?: string
  /**
   * Contractor in charge.
   */
  companyId?: string
  /**
   * The work request it came from.
   */
  requestId?: string
  /**
   * The maintenance schedule it came from.
   */
  pmScheduleId?: string
  /**
   * The occurrence of the schedule that it is for, Unix seconds.
   */
  occurrenceAt?: number
  /**
   * When it should be done, Unix seconds.
   */
  dueAt?: number
  /**
   * The worse of both clocks.
   */
  slaStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  slaResponseStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  slaResolutionStatus: 'None' | 'OnTrack' | 'AtRisk' | 'Critical' | 'Breached' | 'Met'
  /**
   * Latest answer, Unix seconds.
   */
  slaResponseDeadline?: number
  /**
   * Latest completion, Unix seconds.
   */
  slaResolutionDeadline?: number
  /**
   * Since when the resolution clock stands still, Unix seconds.
   */
  slaPausedAt?: number
  /**
   * Working time that the resolution clock has stood still; absent = none.
   */
  slaPausedSeconds?: number
  /**
   * First start of work, Unix seconds.
   */
  startedAt?: number
  /**
   * First answer, Unix seconds.
   */
  respondedAt?: number
  /**
   * Completion, Unix seconds.
   */
  completedAt?: number
  completedBy?: string
  onHoldReason?: string
  cancelReason?: string
  reopenReason?: string
  requiresSignature: boolean
  /**
   * Signature, Unix seconds.
   */
  signedAt?: number
  /**
   * Name of whoever signed.
   */
  signedBy?: string
  signatureUrl?: string
  checklist?: {
    id: string
    text: string
    /**
     * The work order cannot be completed before it is done.
     */
    mandatory: boolean
    /**
     * Unix seconds.
     */
    doneAt?: number
    doneBy?: string
  }[]
  attachments?: {
    id: string
    name: string
    url: string
    /**
     * Unix seconds.
     */
    addedAt: number
    addedBy?: string
  }[]
  /**
   * Sum of the finished labor.
   */
  laborSeconds: number
  laborCostCents: number
  partsCostCents: number
  /**
   * Creation, Unix seconds.
   */
  created: number
  /**
   * Last change, Unix seconds.
   */
  updated: number
  /**
   * The clock that this event is about.
   */
  slaClock: 'Response' | 'Resolution'
}
