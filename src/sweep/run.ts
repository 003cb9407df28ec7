import type { Pool } from 'pg'
import { createFairRoom, type FairRoom, inTurn } from '../access/fair-room.ts'
import { type Backend, transaction, type UnitOfWork } from '../database/unit-of-work.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Logger } from '../log.ts'
import type { Due, SweepDefinition } from './define.ts'
import { isUnavailable } from '../database/outage.ts'
import { describeFault } from './faults.ts'
import { clearDone, notSetAside, type Owner, setAside } from './set-aside.ts'
import { memo } from '../database/memo.ts'

/*
 * One run of a sweep, the same for all of them.
 *
 * - Bounded: no turn begins when the run has lasted long enough; the next run goes on behind the
 *   organization that had the last turn.
 * - Fair: organizations take turns, and a turn is one transaction. It begins with few records and takes
 *   more as long as it is quick, so that whoever has a hundred thousand delays nobody who has one.
 * - One fault stops nothing else: a batch that fails is tried again in smaller ones until the record is
 *   alone with its fault. That one is set aside and listed; the others are done in the same run. Where
 *   not even an organization's records can be looked for, the organization is set aside.
 * - Safe on any number of workers: rows that another one holds are left to it, and what is done is no
 *   longer due.
 */

/** A run begins no turn after this, so that a worker that is to stop need not wait long for it. */
const RUN_MS = 3_000
/** Organizations that have a turn at once. */
const TURNS_AT_ONCE = 2
/**
 * Turns of all sweeps at once, which organizations share fairly, and within each its sweeps: sweeps never
 * hold more of the process's connections, and one organization three of these at most.
 */
const TURNS_IN_PROCESS = 4
/** Records of an organization's first turn. */
const FIRST_SIZE = 16
/** A turn that took less may be twice as large the next time; one that took longer is halved. */
const QUICK_MS = 100
const SLOW_MS = 400

interface Run<Settings> {
  backend: Backend
  settings: Settings
  /** Organization that had the last turn of the run before. */
  progress: { after: string }
  log: Logger | undefined
  /** The moment that counts as now; the clock's when left out. */
  fixed?: Date | undefined
}

/** An organization's place in the round. */
interface Turn {
  owner: Owner
  size: number
  /** Records that it need not be shown again in this run. */
  seen: Set<string>
}

/** @returns how many records were worked on */
export async function runSweep<Settings, Row extends { id: string }>(
  definition: SweepDefinition<Settings, Row>,
  run: Run<Settings>,
): Promise<number> {
  const { backend, progress } = run
  const endMs = performance.now() + RUN_MS
  const owners = await findOwners(definition, run)
  const first = owners.findIndex(({ organizationId }) => organizationId > progress.after)
  const round = [...owners.slice(Math.max(first, 0)), ...owners.slice(0, Math.max(first, 0))]
  const size = Math.min(FIRST_SIZE, definition.batch)
  const waiting = round.map((owner): Turn => ({ owner, size, seen: new Set() }))
  let worked = 0
  const takeTurns = async () => {
    for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) {
      progress.after = turn.owner.organizationId
      const place = { ...turn.owner, endpointId: definition.name }
      const room = roomOf(backend.database.pool)
      const { done, isLeft } = await inTurn(room, place, () => takeTurn(definition, run, turn))
      worked += done
      if (performance.now() >= endMs) return
      if (isLeft) waiting.push(turn)
    }
  }
  await Promise.all(Array.from({ length: TURNS_AT_ONCE }, takeTurns))
  return worked
}

async function takeTurn<Settings, Row extends { id: string }>(
  definition: SweepDefinition<Settings, Row>,
  { backend, settings, log, fixed }: Run<Settings>,
  turn: Turn,
): Promise<{ done: number; isLeft: boolean }> {
  const { owner, size, seen } = turn
  const now = fixed ?? new Date()
  const startMs = performance.now()
  let ids: string[] = []
  try {
    const again = await transaction(backend, { ...owner, kind: 'system' }, async (opened) => {
      const unit = { ...opened, now }
      const rows = await takeDue<Row>(unit, definition.name, definition.due(now, settings), turn)
      ids = rows.map((row) => row.id)
      const more = rows.length > 0 ? await definition.work(unit, rows, settings) : undefined
      await clearDone(unit, definition.name, ids, rows.length < size)
      return new Set<string>(Array.isArray(more) ? more : [])
    })
    for (const id of ids) if (!again.has(id)) seen.add(id)
    const tookMs = performance.now() - startMs
    if (tookMs < QUICK_MS) turn.size = Math.min(definition.batch, size * 2)
    else if (tookMs > SLOW_MS) turn.size = Math.ceil(size / 2)
    return { done: ids.length, isLeft: ids.length === size || again.size > 0 }
  } catch (error) {
    // Nobody's record is to blame: the chore says so and starts over.
    if (isUnavailable(error)) throw error
    if (ids.length > 1) {
      turn.size = Math.ceil(ids.length / 8)
      return { done: 0, isLeft: true }
    }
    const recordId = ids[0] ?? owner.organizationId
    seen.add(recordId)
    await setAside(backend, owner, { task: definition.name, recordId, error, now }, log)
    return { done: 0, isLeft: ids.length > 0 }
  }
}

/** Locks some of an organization's records that are due and that nobody else holds. */
function takeDue<Row>(unit: UnitOfWork, task: string, due: Due, turn: Turn): Promise<Row[]> {
  const { from, id, organization, columns, where, order, lock } = due
  return unit.tx.$queryRaw<Row[]>(Prisma.sql`
    SELECT ${id} AS id ${columns === undefined ? Prisma.empty : Prisma.sql`, ${columns}`}
      FROM ${from}
     WHERE ${organization} = ${unit.organizationId} AND (${where})
       AND ${id} <> ALL(${[...turn.seen]}::text[])
       AND ${notSetAside(task, organization, id, unit.now)}
     ORDER BY ${order} LIMIT ${turn.size} ${lock} SKIP LOCKED`)
}

/** Organizations for which something is due, or that have something to be tried again. */
async function findOwners<Settings, Row extends { id: string }>(
  { name, due }: SweepDefinition<Settings, Row>,
  { backend, settings, log, fixed }: Run<Settings>,
): Promise<Owner[]> {
  const now = fixed ?? new Date()
  const { from, id, organization, where } = due(now, settings)
  const anybody = notSetAside(name, Prisma.sql`organization.id`, Prisma.sql`organization.id`, now)
  const some = Prisma.sql`
    organization.id IN (
      SELECT ${organization} FROM ${from}
       WHERE (${where}) AND ${notSetAside(name, organization, id, now)}
       UNION
      SELECT organization_id FROM failed_task WHERE task = ${name} AND next_try_at <= ${now})`
  const read = async (condition: Prisma.Sql) => {
    const sql = Prisma.sql`
      SELECT id AS "organizationId", plan FROM organization WHERE ${condition} ORDER BY id`
    const { text, values } = sql
    return (await backend.database.pool.query<Owner>({ text, values })).rows
  }
  try {
    return await read(Prisma.sql`${some} AND ${anybody}`)
  } catch (error) {
    if (isUnavailable(error)) throw error
    // A record of some organization is such that the condition itself fails: each by itself, then.
    log?.warn({ task: name, error: describeFault(error) }, 'not found for all at once')
    return await read(anybody)
  }
}

const roomOf = memo((_pool: Pool): FairRoom => createFairRoom(TURNS_IN_PROCESS))
