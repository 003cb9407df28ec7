import type { PoolClient } from 'pg'
import type { EventDefinition } from '../../events/define.ts'
import type { Facets } from '../../events/match.ts'
import type { Location, RateItem, RateSchedule } from '../../generated/prisma/client.ts'
import type { Equipment } from './assets.ts'
import type { Random } from './random.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Tables that the seed fills, each after those that it refers to. */
export const TABLES = [
  'app_user',
  'location',
  'asset_type',
  'asset',
  'sensor',
  'sensor_metric',
  'resource',
  'booking_series',
  'booking',
  'visit_policy',
  'visitor',
  'visitor_checkpoint',
  'rate_schedule',
  'rate_item',
  'work_order',
  'labor',
  'quotation',
  'quotation_line',
] as const
type Table = (typeof TABLES)[number]

/** A row in the form of its Prisma model: camel case, Date and bigint as they are. */
export interface Row {
  table: Table
  values: object
}

/** One event of the past. */
export interface Fact {
  at: Date
  definition: EventDefinition
  subjectId: string
  object: object
  previous?: Record<string, unknown> | undefined
  facets: Facets
  /** The user who did it; undefined = Plantroom itself. */
  actorId?: string | undefined
}

/** Something that happened: rows as they stand today, and the events on the way there. */
export interface Step {
  /** When it began; no fact of it is older. */
  at: Date
  rows: Row[]
  facts: Fact[]
}

/**
 * One slice's part of the campus. What later parts need it puts into the campus when it is called;
 * its steps are taken one by one afterwards, oldest first, and merged with those of all parts.
 */
export type Part = (campus: Campus) => Iterable<Step>

export interface Campus {
  organizationId: string
  ownerId: string
  currency: string
  /** 1 = three sites and 600 work orders; everything that grows is multiplied by it. */
  scale: number
  /** The story ends here. */
  now: Date
  /** And begins here, a year before. */
  start: Date
  random: Random
  people: People
  sites: Location[]
  /** Zones, where things happen. */
  zones: Location[]
  equipment: Equipment[]
  /** The same by the trade that looks after it. */
  equipmentByTrade: Map<string, Equipment[]>
  /** Schedules of rates, oldest first, with their items. */
  rates: { schedule: RateSchedule; items: RateItem[] }[]
  /** What can be written only once everything has happened. */
  closings: Closing[]
}

/** Writes rows when the story is over, in a transaction. */
export type Closing = (client: PoolClient) => Promise<void>

export interface Person {
  id: string
  name: string
}

interface People {
  managers: Person[]
  /** What a manager may approve in one quotation. */
  managerLimitCents: bigint
  technicians: Person[]
  requesters: Person[]
  contractors: Person[]
}

/**
 * The next moment of a working day (Monday to Friday, 6 to 18 h UTC), from a given one on; people
 * do most of their work then.
 */
export function atWork(moment: Date): Date {
  const shifted = new Date(moment)
  if (shifted.getUTCHours() >= 18) shifted.setUTCHours(30, shifted.getUTCMinutes())
  else if (shifted.getUTCHours() < 6) shifted.setUTCHours(6, shifted.getUTCMinutes())
  while (shifted.getUTCDay() % 6 === 0) shifted.setUTCDate(shifted.getUTCDate() + 1)
  return shifted
}

export function hoursAfter(moment: Date, hours: number): Date {
  return new Date(moment.getTime() + Math.round(hours * 3_600) * 1_000)
}
