import type { EventObjects } from './event-objects.ts'

/** The body of a delivery. `event.type === 'workorder.completed'` says what `event.data.object` is. */
export type PlantroomEvent = { [T in keyof EventObjects]: EventOf<T> }[keyof EventObjects]

/** The body of a delivery of one type. */
export interface EventOf<T extends keyof EventObjects> {
  /** Unique; deduplicate on it. */
  id: string
  type: T
  organizationId: string
  /** When it happened, Unix seconds */
  created: number
  data: {
    /** The whole record after the change; its id alone where `payloadError` says so. */
    object: EventObjects[T]
    /** The changed fields with what they were before, null where there was nothing. */
    previousAttributes?: { [K in keyof EventObjects[T]]?: EventObjects[T][K] | null }
  }
  /** False for test sends */
  livemode: boolean
  isTest?: boolean
  /** Why the object is not what it should be: a payload document failed, or it is too large. */
  payloadError?: { code: string; message: string }
}
