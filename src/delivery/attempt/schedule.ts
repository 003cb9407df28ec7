import type { WebhookConfig } from '../../config/config.ts'

/** How an attempt went, as far as the next step depends on it. */
export interface Verdict {
  succeeded: boolean
  statusCode: number | undefined
  /** Value of the answer's Retry-After, if it had one. */
  retryAfter: string | undefined
  /** The installation's own proxy failed, and nobody knows how the endpoint fares. */
  isOurFault?: boolean
  /** 1 for the first attempt */
  attempt: number
  /** Since the first attempt became due */
  ageMs: number
}

export type NextStep =
  | { kind: 'done' }
  | { kind: 'retry'; delayMs: number }
  | { kind: 'exhausted' }
  /** Tried again like any failure once somebody resumes the endpoint. */
  | { kind: 'disable'; delayMs: number; reason: string }

const JITTER = 0.2
const MAX_LENGTHENING = 2
const GONE = 410
/** What is our own fault concerns all endpoints and is mended soon, or not by waiting longer. */
const OUR_FAULT_STEPS = 2
const HONOURS_RETRY_AFTER = new Set([429, 503])

/**
 * The one place where it is decided what follows an attempt. Retries stop by time, not by count:
 * the last one is made at the deadline itself. A fault of our own sets nothing aside.
 * @param random between 0 and 1
 */
export function decideNextStep(
  verdict: Verdict,
  settings: Pick<WebhookConfig, 'retryDelaysMs' | 'retryDeadlineMs'>,
  nowMs: number,
  random: number,
): NextStep {
  if (verdict.succeeded) return { kind: 'done' }
  const delays = settings.retryDelaysMs.slice(
    0,
    verdict.isOurFault === true ? OUR_FAULT_STEPS : undefined,
  )
  const base = delays[Math.min(verdict.attempt, delays.length) - 1] ?? 0
  const jittered = base * (1 + (random * 2 - 1) * JITTER)
  const asked = HONOURS_RETRY_AFTER.has(verdict.statusCode ?? 0)
    ? (parseRetryAfter(verdict.retryAfter, nowMs) ?? 0)
    : 0
  const delayMs = Math.max(jittered, Math.min(asked, base * MAX_LENGTHENING))
  if (verdict.statusCode === GONE) {
    return { kind: 'disable', delayMs, reason: 'The endpoint answered 410 Gone.' }
  }
  if (verdict.isOurFault === true) return { kind: 'retry', delayMs: Math.round(delayMs) }
  const leftMs = settings.retryDeadlineMs - verdict.ageMs
  return leftMs <= 0
    ? { kind: 'exhausted' }
    : { kind: 'retry', delayMs: Math.round(Math.min(delayMs, leftMs)) }
}

/**
 * Retry-After (RFC 9110, 10.2.3): seconds or a date.
 * @returns milliseconds from now; undefined when absent or unreadable
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000
  // Date.parse takes much for a date that is none; HTTP's forms begin with the day of the week.
  const date = /^[A-Z][a-z]{2,}/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
