import type { Followed } from '../sdk/client/index.ts'
import { pause } from '../sdk/pause.ts'
import { whyUnanswered } from '../sdk/why-unanswered.ts'
import { note } from './output.ts'
import { signedHeaders } from './sign.ts'

export interface ForwardOptions {
  secret: string
  /** Undefined: nowhere */
  url: string | undefined
  signal: AbortSignal
}

const LONGEST_PAUSE_MS = 10_000
const TIMEOUT_MS = 30_000

/**
 * Sends an event until the receiver takes it.
 * @returns its answer's status; undefined where the command was ended before
 */
export async function forward(
  { body, event, position }: Followed & { kind: 'event' },
  { secret, url, signal }: ForwardOptions,
): Promise<number | 'shown' | undefined> {
  if (url === undefined) return 'shown'
  for (let attempt = 1; !signal.aborted; attempt++) {
    const headers = signedHeaders({
      body,
      secrets: [secret],
      eventId: event.id,
      sequence: position,
      attempt,
    })
    const outcome = await post(url, body, headers, signal)
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) return outcome
    if (signal.aborted) return undefined
    note(`#${position} ${event.type} was not taken (${outcome}), attempt ${attempt}`)
    await pause(Math.min(LONGEST_PAUSE_MS, 2 ** attempt * 100), signal)
  }
  return undefined
}

function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<number | string> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  return fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal: either }).then(
    async (response) => {
      await response.body?.cancel()
      return response.status
    },
    whyUnanswered,
  )
}
