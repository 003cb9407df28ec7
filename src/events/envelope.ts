/** The body of a webhook and the item of a stream: event catalogue, "Event Envelope". */
export interface Envelope {
  id: string
  type: string
  organizationId: string
  /** Unix seconds */
  created: number
  data: { object: unknown; previousAttributes?: Record<string, unknown> }
  livemode: boolean
  isTest?: true
}

/**
 * The envelope as the text that is stored, signed and sent. Serialised once: every attempt and every
 * subscriber gets these bytes, so a signature can be checked against what arrived.
 */
export function serializeEnvelope(envelope: Envelope): string {
  return JSON.stringify(envelope)
}

export function toUnixSeconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000)
}

/** "IN_PROGRESS" (database and GraphQL) → "InProgress" (payloads). */
export function toPascalCase(constant: string): string {
  return constant.replaceAll(
    /([A-Z])([A-Z]*)_?/g,
    (_match, first: string, rest: string) => first + rest.toLowerCase(),
  )
}
