import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../src/access/caller.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import type { EventItem } from '../../src/events/stream-log.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import { addOrganization, startTestApp, type TestApp } from '../harness/app.ts'
import { positionsTo } from '../harness/cluster.ts'
import { startLiveServer } from '../harness/live.ts'

let test: TestApp

beforeAll(async () => {
  test = await startTestApp({ DATABASE_POOL_SIZE: '20' })
})
afterAll(() => test[Symbol.asyncDispose]())

const HELD = 8

/** A transaction whose event is written, so that its place in the table is taken, but not committed. */
async function holdOpen(caller: Caller, name: string) {
  const gate = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const done = transaction(test.app, caller, async (unit) => {
    await createLocation(unit, { name, kind: 'LOCATION' })
    // Runs after the step that writes the event.
    unit.beforeCommit(async () => {
      written.resolve()
      await gate.promise
    })
  })
  await Promise.race([written.promise, done])
  return {
    name,
    async commit() {
      gate.resolve()
      await done
    },
  }
}

const nameOf = ({ event }: EventItem): string => JSON.parse(event.body).data.object.name

describe('transactions that commit in another order than they wrote', () => {
  it('are all seen, in the order of positions, by who was there and by who comes later', async () => {
    await using server = await startLiveServer(test)
    const org = await addOrganization(test)
    const { organizationId } = org
    const caller: Caller = {
      kind: 'user',
      organizationId,
      plan: 'PROFESSIONAL',
      userId: org.ownerId,
      role: 'OWNER',
      expiresAt: Number.POSITIVE_INFINITY,
    }
    const subscribe = () =>
      server.stream.subscribe({
        organizationId,
        after: 0n,
        heartbeatMs: 60_000,
        select: () => true,
      })
    await using live = subscribe()
    const seen: EventItem[] = []
    const readOne = async () => {
      for (;;) {
        const next = await live.next()
        if (next.done === true) throw new Error('the stream ended')
        if (next.value.kind === 'gap') throw new Error('a gap')
        if (next.value.kind === 'event') return seen.push(next.value)
      }
    }
    const held = []
    for (let n = 0; n < HELD; n++) held.push(await holdOpen(caller, `held ${n}`))
    const committed: string[] = []
    // The last to write commits first, and each is seen before the next one commits.
    for (const each of held.toReversed()) {
      await each.commit()
      committed.push(each.name)
      await readOne()
      const name = `between, after ${each.name}`
      await transaction(test.app, caller, async (unit) => {
        await createLocation(unit, { name, kind: 'LOCATION' })
      })
      committed.push(name)
      await readOne()
    }
    expect(seen.map(nameOf)).toEqual(committed)
    expect(seen.map(({ event }) => Number(event.position))).toEqual(positionsTo(HELD * 2))

    await using late = subscribe()
    const again: EventItem[] = []
    while (again.length < committed.length) {
      const next = await late.next()
      if (next.done !== true && next.value.kind === 'event') again.push(next.value)
    }
    expect(again.map(nameOf)).toEqual(committed)
  })
})
