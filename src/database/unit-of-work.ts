import { inBackground } from '../process/background.ts'
import type { Caller } from '../access/caller.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Database } from './database.ts'
import type { Queue } from './queue.ts'
import { transactionLimits } from './time-limits.ts'

/** The Prisma client inside a transaction, scoped to the caller's organization. */
export type Tx = Prisma.TransactionClient

/**
 * One transaction on behalf of one caller: what every command works with. Whatever it writes and
 * whatever events it records become visible together or not at all.
 */
export interface UnitOfWork {
  tx: Tx
  caller: Caller
  /** For wake-ups after the commit; nothing of the transaction itself goes through it. */
  queue: Queue
  organizationId: string
  /** The moment of the command: every timestamp and event of it carries this one. */
  now: Date
  /**
   * End of the organization's log before this unit's events; set when they are written. Whoever
   * reads the log after it sees them.
   */
  recordedAfter: bigint | undefined
  /** The version on which the caller has decided; undefined when they did not say. */
  expected: ExpectedVersion | undefined
  /**
   * Set by a command that changes what is sent when something recorded before is not covered by it:
   * then the change is not answered as being in force everywhere.
   */
  leavesBehind: boolean
  /** Runs inside the transaction after the command, in order of registration. */
  beforeCommit(step: () => Promise<void>): void
  /** Runs once the transaction is durable; a fault in it is logged and undoes nothing. */
  afterCommit(step: () => void): void
}

/** What the caller believes to change, and what it turned out to be. */
export interface ExpectedVersion {
  recordId: string
  version: number
  /** Version of the locked record; undefined until it is locked. */
  found: number | undefined
}

/** What commands run against. */
export interface Backend {
  database: Database
  queue: Queue
}

/** Runs a command in one transaction. */
export async function transaction<T>(
  { database, queue }: Backend,
  caller: Caller,
  command: (unit: UnitOfWork) => Promise<T>,
): Promise<T> {
  const before: (() => Promise<void>)[] = []
  const after: (() => void)[] = []
  const result = await database.scopedTo(caller.organizationId).$transaction(async (tx) => {
    const answer = await command({
      tx,
      caller,
      queue,
      organizationId: caller.organizationId,
      now: new Date(),
      recordedAfter: undefined,
      expected: undefined,
      leavesBehind: false,
      beforeCommit: (step) => before.push(step),
      afterCommit: (step) => after.push(step),
    })
    for (const step of before) await step()
    return answer
  }, transactionLimits())
  for (const step of after) inBackground('after a commit', step)
  return result
}

const LOCKABLE = {
  company: Prisma.raw('"company"'),
  manager: Prisma.raw('"manager"'),
  customer: Prisma.raw('"customer"'),
  customerField: Prisma.raw('"customer_field"'),
  user: Prisma.raw('"app_user"'),
  apiKey: Prisma.raw('"api_key"'),
  integration: Prisma.raw('"integration"'),
  session: Prisma.raw('"session"'),
  location: Prisma.raw('"location"'),
  workOrder: Prisma.raw('"work_order"'),
  workRequest: Prisma.raw('"work_request"'),
  maintenanceSchedule: Prisma.raw('"maintenance_schedule"'),
  slaPolicy: Prisma.raw('"sla_policy"'),
  part: Prisma.raw('"part"'),
  assetType: Prisma.raw('"asset_type"'),
  asset: Prisma.raw('"asset"'),
  sensor: Prisma.raw('"sensor"'),
  sensorGroup: Prisma.raw('"sensor_group"'),
  sensorRule: Prisma.raw('"sensor_rule"'),
  device: Prisma.raw('"device"'),
  visitor: Prisma.raw('"visitor"'),
  visitorBlock: Prisma.raw('"visitor_block"'),
  visitorInvitation: Prisma.raw('"visitor_invitation"'),
  resource: Prisma.raw('"resource"'),
  service: Prisma.raw('"service"'),
  serviceGroup: Prisma.raw('"service_group"'),
  shift: Prisma.raw('"shift"'),
  booking: Prisma.raw('"booking"'),
  bookingSeries: Prisma.raw('"booking_series"'),
  rateSchedule: Prisma.raw('"rate_schedule"'),
  quotation: Prisma.raw('"quotation"'),
  webhookEndpoint: Prisma.raw('"webhook_endpoint"'),
  webhookReplay: Prisma.raw('"webhook_replay"'),
  labor: Prisma.raw('"labor"'),
  partUse: Prisma.raw('"part_use"'),
  workOrderComment: Prisma.raw('"work_order_comment"'),
} as const

const VERSION = Prisma.raw('"version"')
const NO_VERSION = Prisma.raw('NULL::int AS "version"')

/**
 * Locks one row until the end of the transaction, so that what is decided from it stays true.
 * Locking first and loading afterwards sees the row as the last committed change left it. Locking the
 * record that a command changes also compares its version with the one that the caller expected.
 * @returns false when there is no such row in the caller's organization.
 */
export async function lockRow(
  unit: UnitOfWork,
  table: keyof typeof LOCKABLE,
  id: string,
): Promise<boolean> {
  const rows = await unit.tx.$queryRaw<{ version: number | null }[]>(
    Prisma.sql`SELECT ${hasVersion(table) ? VERSION : NO_VERSION} FROM ${LOCKABLE[table]} WHERE id = ${id} AND organization_id = ${unit.organizationId} FOR UPDATE`,
  )
  const version = rows[0]?.version
  if (version != null) noteVersion(unit, { id, version })
  return rows.length > 0
}

/**
 * Holds one row until the end of the transaction, so that it is not deleted while something is attached
 * to it; any number of transactions may.
 * @returns false when there is no such row in the caller's organization.
 */
export async function holdRow(
  unit: UnitOfWork,
  table: keyof typeof LOCKABLE,
  id: string,
): Promise<boolean> {
  const rows = await unit.tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT 1 FROM ${LOCKABLE[table]} WHERE id = ${id} AND organization_id = ${unit.organizationId} FOR KEY SHARE`,
  )
  return rows.length > 0
}

/**
 * For records that are locked otherwise: says which version was found, so that it is compared with the
 * one that the caller expected.
 */
export function noteVersion(unit: UnitOfWork, locked: { id: string; version: number }): void {
  if (unit.expected?.recordId === locked.id) unit.expected.found = locked.version
}

function hasVersion(table: keyof typeof LOCKABLE): boolean {
  const model = table.charAt(0).toUpperCase() + table.slice(1)
  return 'version' in Object(Reflect.get(Prisma, `${model}ScalarFieldEnum`))
}
