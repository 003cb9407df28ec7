import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { createLogger } from '../../src/log.ts'
import { defineSweep, isBounded } from '../../src/sweep/define.ts'
import { SWEEPS } from '../../src/worker/sweeps.ts'
import { ask } from '../harness/app.ts'
import { DUE, type DueRecord } from '../harness/due.ts'
import { later, openWorld, type World } from '../harness/emitters/world.ts'
import { poison } from '../harness/poison.ts'

const ReadFailedTasks = graphql(`
  query ReadFailedTasks($task: String!) {
    failedTasks(where: { task: [$task] }) {
      totalCount
      nodes {
        recordId
        reason
        attempts
        created
        lastFailedAt
        nextTryAt
      }
    }
  }
`)

/** Sweeps of which no record can fail: they write nothing, or what belongs to no organization. */
const WITHOUT_RECORDS = ['booking hooks', 'outdated access', 'reading partitions']

let world: World
let other: World

beforeAll(async () => {
  world = await openWorld()
  other = await openWorld(world)
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const query = async (text: string, ...values: unknown[]) =>
  (await world.app.database.pool.query(text, values)).rows

function run(name: string, now: Date): Promise<unknown> {
  const sweep = SWEEPS.find((each) => each.name === name)
  if (sweep === undefined) throw new Error(`There is no sweep ${name}`)
  return sweep.run({ ...world.app, config: world.test.config }, now)
}

async function isDone({ table, column = 'id', done }: DueRecord, id: string): Promise<boolean> {
  return (await query(`SELECT 1 FROM ${table} WHERE ${column} = $1 AND (${done})`, id)).length === 1
}

async function failedTasks(of: World, task: string) {
  return (await ask(world.test.url, of.owner, ReadFailedTasks, { task })).failedTasks
}

const announced = (of: World, task: string) =>
  query(
    `SELECT body::json -> 'data' -> 'object' ->> 'recordId' AS "recordId" FROM event
      WHERE organization_id = $1 AND type = 'system.task.failed'
        AND body::json -> 'data' -> 'object' ->> 'task' = $2`,
    of.organizationId,
    task,
  )

describe('every sweep', () => {
  it('goes through the one helper, and stands in the table below', () => {
    expect(SWEEPS.filter((sweep) => !isBounded(sweep)).map(({ name }) => name)).toEqual([])
    expect([...Object.keys(DUE), ...WITHOUT_RECORDS].toSorted()).toEqual(
      SWEEPS.map(({ name }) => name).toSorted(),
    )
  })
})

describe('one record that fails holds up neither its neighbours nor other organizations', () => {
  it.each(Object.entries(DUE))('%s', async (name, due) => {
    const [before, poisoned, behind, elsewhere] = [
      await due.make(world),
      await due.make(world),
      await due.make(world),
      await due.make(other),
    ]
    const neighbours = [before, behind, elsewhere]
    for (const id of [poisoned, ...neighbours]) expect(await isDone(due, id)).toBe(false)
    const bad = await poison(world.app.database.pool, due.table, poisoned, due.column)
    try {
      await run(name, due.at)
      for (const id of neighbours) expect(await isDone(due, id), 'a neighbour is done').toBe(true)
      expect(await isDone(due, poisoned)).toBe(false)
      const [once] = (await failedTasks(world, name)).nodes
      expect(once).toMatchObject({ recordId: poisoned, attempts: 1 })
      // Before its time nothing is tried; then it is, and waits for longer.
      await run(name, new Date(due.at.getTime() + 5_000))
      await run(name, new Date(due.at.getTime() + 11_000))
      const listed = await failedTasks(world, name)
      expect(listed.totalCount).toBe(1)
      const [twice] = listed.nodes
      expect(twice).toMatchObject({
        recordId: poisoned,
        attempts: 2,
        created: once?.created,
      })
      expect(twice?.reason).toBe('Something went wrong on our side; it is tried again')
      const waits = Date.parse(twice?.nextTryAt ?? '') - Date.parse(twice?.lastFailedAt ?? '')
      expect(waits).toBe(40_000)
      expect(await announced(world, name), 'told once').toEqual([{ recordId: poisoned }])
    } finally {
      await bad[Symbol.asyncDispose]()
    }
    await run(name, new Date(due.at.getTime() + 60_000))
    expect(await isDone(due, poisoned), 'done when nothing is in its way').toBe(true)
    expect((await failedTasks(world, name)).totalCount, 'taken off the list').toBe(0)
    expect((await failedTasks(other, name)).totalCount).toBe(0)
  })
})

describe('a failed task', () => {
  it('is none any more when its record is due no more', async () => {
    const due = DUE['bookings over']
    if (due === undefined) throw new Error('no such sweep')
    const id = await due.make(world)
    await using _bad = await poison(world.app.database.pool, 'booking', id)
    await run('bookings over', due.at)
    expect((await failedTasks(world, 'bookings over')).totalCount).toBe(1)
    await _bad[Symbol.asyncDispose]()
    await world.run('bookingCancel', { id })
    await run('bookings over', new Date(due.at.getTime() + 60_000))
    expect((await failedTasks(world, 'bookings over')).totalCount).toBe(0)
  })

  it('of which no event can be written is listed all the same, and the log says why', async () => {
    const [name, due] = ['bookings over', DUE['bookings over']]
    const sweep = SWEEPS.find((each) => each.name === name)
    if (due === undefined || sweep === undefined) throw new Error('no such sweep')
    const { pool } = world.app.database
    const id = await due.make(world)
    await using _bad = await poison(pool, 'booking', id)
    await using _untold = await poison(pool, 'event', 'system.task.failed', 'type', 'INSERT')
    const lines: string[] = []
    const log = createLogger('error', { write: (line) => void lines.push(line) })
    await sweep.run({ ...world.app, config: world.test.config, log }, due.at)
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { task: name, recordId: id, error: expect.stringContaining('this row is poisoned') },
    ])
    expect((await failedTasks(world, name)).nodes).toMatchObject([{ recordId: id }])
    await _bad[Symbol.asyncDispose]()
    await run(name, new Date(due.at.getTime() + 60_000))
    expect((await failedTasks(world, name)).totalCount).toBe(0)
  })

  it('is shown to owners and admins, and to nobody else', async () => {
    const read = (credentials: World['owner']) =>
      ask(world.test.url, credentials, ReadFailedTasks, { task: 'x' })
    const admin = await world.addPerson('ADMIN')
    await read(admin.credentials)
    const manager = await world.addPerson('MANAGER')
    await expect(read(manager.credentials)).rejects.toThrow('FORBIDDEN')
  })
})

describe('an organization whose records cannot even be looked for', () => {
  it('is set aside as a whole; others are served in the same run', async () => {
    await query(`
      CREATE FUNCTION readable(organization text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        IF organization = '${world.organizationId}' THEN RAISE EXCEPTION 'unreadable'; END IF;
        RETURN true; END $$`)
    const worked: string[] = []
    const sweep = defineSweep({
      name: 'places',
      everyMs: 1_000,
      batch: 10,
      settings: () => undefined,
      due: () => ({
        from: Prisma.sql`location`,
        id: Prisma.sql`location.id`,
        organization: Prisma.sql`location.organization_id`,
        where: Prisma.sql`readable(location.organization_id)`,
        order: Prisma.sql`location.id`,
        lock: Prisma.sql`FOR UPDATE OF location`,
      }),
      async work(_unit, rows: { id: string }[]) {
        worked.push(...rows.map((row) => row.id))
      },
    })
    await sweep.at(world.app, undefined)
    expect(worked).toContain(other.siteId)
    expect(worked).not.toContain(world.siteId)
    const { nodes } = await failedTasks(world, 'places')
    expect(nodes).toMatchObject([{ recordId: world.organizationId, attempts: 1 }])
    await query(
      'CREATE OR REPLACE FUNCTION readable(organization text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$',
    )
    await sweep.at(world.app, undefined, later(1))
    expect(worked).toContain(world.siteId)
    expect((await failedTasks(world, 'places')).totalCount).toBe(0)
  })
})

describe('a visit at a place with a time zone that the database does not know', () => {
  it('holds up no other visit of the site, and says why', async () => {
    const due = DUE['visits at closing']
    if (due === undefined) throw new Error('no such sweep')
    const [odd, fine, elsewhere] = [
      await due.make(world),
      await due.make(world),
      await due.make(other),
    ]
    const placeId = await world.make(
      'locationCreate',
      { name: 'Odd', kind: 'LOCATION' },
      'location',
    )
    await query('UPDATE location SET timezone = $2 WHERE id = $1', placeId, 'Mars/Olympus_Mons')
    await query('UPDATE visitor SET location_id = $2 WHERE id = $1', odd, placeId)
    await run('visits at closing', due.at)
    expect(await isDone(due, fine)).toBe(true)
    expect(await isDone(due, elsewhere)).toBe(true)
    const { nodes } = await failedTasks(world, 'visits at closing')
    expect(nodes).toMatchObject([
      { recordId: odd, reason: 'The time zone of the place is not one that the database knows' },
    ])
    await query('UPDATE location SET timezone = $2 WHERE id = $1', placeId, 'Europe/Berlin')
    await run('visits at closing', new Date(due.at.getTime() + 60_000))
    expect(await isDone(due, odd)).toBe(true)
  })
})

describe('fair turns', () => {
  it('an organization with ten thousand things to do does not delay another with one, and a run ends', async () => {
    const due = DUE['device health']
    if (due === undefined) throw new Error('no such sweep')
    const [many, few] =
      world.organizationId < other.organizationId ? [world, other] : [other, world]
    const template = await due.make(many)
    await query(
      `INSERT INTO device
       SELECT copy.* FROM device AS original, generate_series(1, 10000) AS n,
              jsonb_populate_record(original, jsonb_build_object('id', 'dev-copy' || n)) AS copy
        WHERE original.id = $1`,
      template,
    )
    const single = await due.make(few)
    const startMs = performance.now()
    await run('device health', due.at)
    expect(performance.now() - startMs).toBeLessThan(8_000)
    expect(await isDone(due, single)).toBe(true)
    const [left] = await query(
      `SELECT count(*)::int AS count FROM device WHERE health_check_at < $1`,
      due.at,
    )
    expect(left.count, 'there was more to do than a run may take').toBeGreaterThan(0)
    expect(left.count, 'and some of it was done').toBeLessThan(10_000)
    await query(`DELETE FROM device WHERE id LIKE 'dev-copy%'`)
  })

  it('an organization of which several sweeps take their time does not hold up those of another', async () => {
    const release = Promise.withResolvers<void>()
    const begun: string[] = []
    const done: string[] = []
    const sweepOf = (name: string, of: World, work: () => Promise<void>) =>
      defineSweep({
        name,
        everyMs: 1_000,
        batch: 10,
        settings: () => undefined,
        due: () => ({
          from: Prisma.sql`location`,
          id: Prisma.sql`location.id`,
          organization: Prisma.sql`location.organization_id`,
          where: Prisma.sql`location.organization_id = ${of.organizationId}`,
          order: Prisma.sql`location.id`,
          lock: Prisma.sql`FOR SHARE OF location`,
        }),
        work,
      })
    const slow = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      sweepOf(name, world, async () => {
        begun.push(name)
        await release.promise
      }).at(world.app, undefined),
    )
    // As many as it may have at once; the rest of them wait.
    await expect.poll(() => begun.length).toBe(3)
    await sweepOf('quick', other, async () => void done.push('quick')).at(world.app, undefined)
    expect(done).toEqual(['quick'])
    release.resolve()
    await Promise.all(slow)
  })
})
