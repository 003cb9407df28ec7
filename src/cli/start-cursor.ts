import type { Client } from '../sdk/client/index.ts'
import { EXIT, Failure } from './failure.ts'

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** @throws Failure for what is no duration */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) {
    throw new Failure(`${text} is no duration: 30s, 10m, 2h and 1d are`, EXIT.usage)
  }
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS]
}

const SINCE = `query PlantroomSince($since: DateTime!) {
  events(first: 0, since: $since) { pageInfo { endCursor } }
}`

/** The cursor before what was recorded from so long ago on; undefined: from now on. */
export async function findStart(
  client: Client,
  since: string | undefined,
): Promise<string | undefined> {
  if (since === undefined) return undefined
  const from = new Date(Date.now() - parseDuration(since)).toISOString()
  const { events } = await client.query<
    { events: { pageInfo: { endCursor: string } } },
    { since: string }
  >(SINCE, { since: from })
  return events.pageInfo.endCursor
}
