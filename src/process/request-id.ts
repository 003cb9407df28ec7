import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

const ids = new AsyncLocalStorage<string>()

/** What a client may choose: short, and harmless in a log line and in a header. */
const SANE = /^[A-Za-z0-9._-]{1,128}$/

/** The id that a client has given its request in `x-request-id`, or a new one. */
export function chooseRequestId(given?: string | readonly string[]): string {
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}

/** Runs something as part of a request: its log lines and its faults carry the id. */
export function withRequestId<T>(id: string, run: () => T): T {
  return ids.run(id, run)
}

/** Of the request that is being worked on; undefined outside of one. */
export function currentRequestId(): string | undefined {
  return ids.getStore()
}
