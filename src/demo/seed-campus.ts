import type { Pool } from 'pg'
import { type Campus, DAY_MS } from './campus/campus.ts'
import { PARTS } from './campus/parts.ts'
import { createRandom } from './campus/random.ts'
import { type InTransaction, inTransaction, writeClosings, writeSteps } from './campus/write.ts'

/** Which of all possible years is told. */
const SEED = 20_260_301

/** The campus lies in Europe: its organization is to be set up with this currency. */
export const CAMPUS_CURRENCY = 'EUR'

export interface CampusOptions {
  organizationId: string
  ownerId: string
  /** 1 = 3 sites, 40 places, 200 assets, 600 work orders. */
  scale?: number
  /** Where the story ends; it begins a year before. */
  now?: Date
  /** How much of the year is written, from 0 to 1. */
  onProgress?: (share: number) => void
}

/**
 * Fills a new organization with a year on a campus: people, places, assets, sensors, rooms, visitors,
 * rates, work orders with their histories, quotations, and every event of it in the log. Names, histories and amounts are the same
 * each time; ids are new, and dates are counted back from `now`.
 */
export async function seedCampus(pool: Pool, options: CampusOptions): Promise<{ events: number }> {
  return writeCampus((run) => inTransaction(pool, run), options)
}

/** The same, in transactions of the caller's. */
export async function writeCampus(
  write: InTransaction,
  options: CampusOptions,
): Promise<{ events: number }> {
  // To the second: payloads know no fractions.
  const now = new Date(Math.floor((options.now?.getTime() ?? Date.now()) / 1_000) * 1_000)
  const start = new Date(now.getTime() - 365 * DAY_MS)
  const campus: Campus = {
    organizationId: options.organizationId,
    ownerId: options.ownerId,
    currency: CAMPUS_CURRENCY,
    scale: options.scale ?? 1,
    now,
    start,
    random: createRandom(SEED),
    people: {
      managers: [],
      managerLimitCents: 100_000n,
      technicians: [],
      requesters: [],
      contractors: [],
    },
    sites: [],
    zones: [],
    equipment: [],
    equipmentByTrade: new Map(),
    rates: [],
    closings: [],
  }
  const parts = PARTS.map((part) => part(campus))
  const length = now.getTime() - start.getTime()
  const { events } = await writeSteps(write, campus.organizationId, parts, (at) =>
    options.onProgress?.(Math.max(0, (at.getTime() - start.getTime()) / length)),
  )
  await writeClosings(write, campus.closings)
  return { events }
}
