import type { WebhookDeliveryStatus } from '../../../generated/dashboard/graphql.ts'
import { StatusWord, type Tone } from '../../pieces/status-word.tsx'
import { texts } from '../../texts.ts'

const TONES: Record<WebhookDeliveryStatus, Tone> = {
  SUCCEEDED: 'good',
  PENDING: 'busy',
  EXHAUSTED: 'bad',
  SKIPPED: 'warn',
  CANCELLED: 'quiet',
}

export function DeliveryState({ status }: { status: WebhookDeliveryStatus }) {
  return <StatusWord tone={TONES[status]} word={texts.delivery.states[status]} />
}

/** How the last attempt ended: the answer's code, or what kept it from being answered. */
export function outcomeOf(delivery: {
  lastFailure?: string | null
  lastStatusCode?: number | null
}): string {
  const { lastFailure, lastStatusCode } = delivery
  if (lastStatusCode != null) return String(lastStatusCode)
  return lastFailure ?? texts.none
}
