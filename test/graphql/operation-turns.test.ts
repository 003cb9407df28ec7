import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Caller } from '../../src/access/caller.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { createOperationTurns } from '../../src/graphql/limits/operation-turns.ts'
import { ask } from '../harness/app.ts'
import { openWorld, type World } from '../harness/emitters/world.ts'

const RenamePlace = graphql(`
  mutation RenamePlaceInTurn($input: LocationUpdateInput!) {
    locationUpdate(input: $input) {
      location {
        id
      }
    }
  }
`)

const ReadPlace = graphql(`
  query ReadPlaceInTurn($id: ID!) {
    location(id: $id) {
      name
    }
  }
`)

const callerOf = (organizationId: string): Caller => ({
  kind: 'system',
  organizationId,
  plan: 'ENTERPRISE',
})

const NEVER = new Promise<never>(() => undefined)

describe('turns of operations', () => {
  it('an organization that always wants more leaves places, and the place of what waits elsewhere', async () => {
    vi.useFakeTimers()
    try {
      const inTurn = createOperationTurns()
      const begun: string[] = []
      const begin = (name: string, until: Promise<unknown>) =>
        inTurn(callerOf(name), () => {
          begun.push(name)
          return until
        })
      for (let n = 0; n < 50; n++) void begin('greedy', NEVER)
      const first = begun.length
      expect(first).toBeGreaterThan(1)
      expect(first).toBeLessThan(10)
      await begin('other', Promise.resolve())
      expect(begun.at(-1)).toBe('other')
      // They wait for a database or a receiver: others of the same organization go on.
      for (let n = 0; n < 50 && begun.length < 51; n++) await vi.advanceTimersByTimeAsync(250)
      expect(begun).toHaveLength(51)
    } finally {
      vi.useRealTimers()
    }
  })

  it('places of an organization rest while another asks, and do not when it is alone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] })
    try {
      const inTurn = createOperationTurns()
      let done = 0
      const keepBusy = () => {
        const endMs = performance.now() + 2
        while (performance.now() < endMs);
      }
      const runMany = () =>
        Array.from({ length: 20 }, () =>
          Promise.resolve(inTurn(callerOf('greedy'), keepBusy)).then(() => done++),
        )
      await Promise.all(runMany())
      expect(done, 'without a moment of rest').toBe(20)

      await inTurn(callerOf('other'), keepBusy)
      const running = runMany()
      await inTurn(callerOf('other'), keepBusy)
      expect(done, 'all of its places rest').toBeLessThan(40)
      await vi.advanceTimersByTimeAsync(10_000)
      await Promise.all(running)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('connections to the database', () => {
  let greedy: World
  let other: World
  beforeAll(async () => {
    greedy = await openWorld()
    other = await openWorld(greedy)
  })
  afterAll(async () => {
    await other[Symbol.asyncDispose]()
    await greedy[Symbol.asyncDispose]()
  })

  it('requests of one organization that wait for its locks leave some to others', async () => {
    const locker = new Client({ connectionString: greedy.app.databaseUrl })
    await locker.connect()
    await locker.query('BEGIN')
    await locker.query('SELECT 1 FROM location WHERE id = $1 FOR UPDATE', [greedy.siteId])
    let answered = 0
    const waiting = Array.from({ length: 20 }, (_, n) =>
      ask(greedy.test.url, greedy.owner, RenamePlace, {
        input: { id: greedy.siteId, name: `Name ${n}` },
      }).finally(() => answered++),
    )
    const { pool } = greedy.app.database
    try {
      // As many as it gets are in use.
      await expect.poll(() => pool.totalCount - pool.idleCount).toBeGreaterThanOrEqual(7)
      const { location } = await ask(greedy.test.url, other.owner, ReadPlace, { id: other.siteId })
      expect(location?.name).toBeTruthy()
      expect(answered, 'all of the others still wait').toBe(0)
    } finally {
      await locker.query('ROLLBACK')
      await locker.end()
    }
    await Promise.all(waiting)
  })
})
