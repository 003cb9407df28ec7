import { describe, expect, it } from 'vitest'
import { createBacklog } from '../../src/delivery/lanes/lane/backlog.ts'
import type { LaneDelivery } from '../../src/delivery/lanes/lane-window.ts'

/** "a1" is the delivery with sequence 1 of subject a. */
function delivery(name: string): LaneDelivery {
  return {
    id: name,
    eventType: 'asset.created',
    ownBody: false,
    eventId: `evt_${name}`,
    subjectId: name[0] ?? '',
    sequence: name.slice(1),
    attemptCount: 0,
    ageMs: 0,
    waitMs: 0,
    loadedMs: 0,
    read: 0,
    body: '{}',
    wholeBytes: undefined,
    skippedBefore: undefined,
  }
}

const deliveries = (names: string) => names.split(' ').map(delivery)

function open(ordering: 'ENDPOINT' | 'OBJECT' | 'NONE', names: string) {
  const backlog = createBacklog(ordering, 10)
  backlog.endLoad(deliveries(names))
  const startable = () => backlog.findStartable().map(({ id }) => id)
  const find = (id: string) => {
    const found = backlog.findStartable().find((each) => each.id === id)
    if (found === undefined) throw new Error(`${id} may not start`)
    return found
  }
  return { backlog, startable, find }
}

describe('the backlog of a lane', () => {
  it.each(['OBJECT', 'NONE'] as const)(
    'never takes again from a stale load what was logged while it ran (%s)',
    (ordering) => {
      const { backlog, startable, find } = open(ordering, 'a1 b2')
      const a1 = find('a1')
      backlog.start(a1)
      backlog.beginLoad()
      backlog.settle(a1, true)
      backlog.markLogged(a1)
      backlog.endLoad(deliveries('a1 b2 c3'))
      expect(startable()).toEqual(['b2', 'c3'])
    },
  )

  it('never takes again what is waiting, under way or unlogged', () => {
    const { backlog, startable, find } = open('NONE', 'a1 b2 c3')
    const [a1, b2] = [find('a1'), find('b2')]
    backlog.start(a1)
    backlog.start(b2)
    backlog.settle(a1, true)
    backlog.beginLoad()
    expect(backlog.endLoad(deliveries('a1 b2 c3'))).toBe(false)
    backlog.beginLoad()
    expect(backlog.endLoad(deliveries('a1 b2 c3 d4'))).toBe(true)
    expect(startable()).toEqual(['c3', 'd4'])
  })

  it('knows how large all is that it holds', () => {
    const { backlog, find } = open('OBJECT', 'a1 a2 b3 c4')
    expect(backlog.bytes).toBe(4 * '{}'.length)
    const [a1, b3] = [find('a1'), find('b3')]
    backlog.start(a1)
    backlog.start(b3)
    backlog.settle(b3, true)
    backlog.settle(a1, false)
    expect(backlog.bytes).toBe(3 * '{}'.length)
    backlog.markLogged(b3)
    backlog.clear()
    expect(backlog.bytes).toBe('{}'.length)
    backlog.markLogged(a1)
    expect(backlog.bytes).toBe(0)
  })

  it('takes nothing of a subject whose retry ends while a load runs', () => {
    const { backlog, startable, find } = open('OBJECT', 'a1')
    const a1 = { ...find('a1'), attemptCount: 1 }
    backlog.clear()
    backlog.endLoad([a1])
    backlog.start(a1)
    backlog.settle(a1, true)
    // It shows a9 as free, and nothing of what stands before it and was held back.
    backlog.beginLoad()
    backlog.markLogged(a1)
    backlog.endLoad(deliveries('a9 b8'))
    expect(startable()).toEqual(['b8'])
  })

  it('holds a subject back from its failure until a load that knows of it', () => {
    const { backlog, startable, find } = open('OBJECT', 'a1 a2 b3')
    const a1 = find('a1')
    backlog.start(a1)
    backlog.settle(a1, false)
    expect(startable()).toEqual(['b3'])
    // Began before the failure is logged, ends after it: still shows a2 as free.
    backlog.beginLoad()
    backlog.markLogged(a1)
    backlog.endLoad(deliveries('a1 a2 b3'))
    expect(startable()).toEqual(['b3'])
    backlog.beginLoad()
    backlog.endLoad(deliveries('b3 a4'))
    expect(startable()).toEqual(['b3', 'a4'])
  })

  it('holds a subject back also when it fails while a load is under way', () => {
    const { backlog, startable, find } = open('OBJECT', 'a1')
    const a1 = find('a1')
    backlog.start(a1)
    backlog.beginLoad()
    backlog.settle(a1, false)
    backlog.markLogged(a1)
    backlog.endLoad(deliveries('a2 b3'))
    expect(startable()).toEqual(['b3'])
  })

  it('puts a retry that came due before later deliveries of its subject', () => {
    const { backlog, startable } = open('OBJECT', 'a5 b6')
    backlog.beginLoad()
    backlog.endLoad(deliveries('a3 a5 b6'))
    expect(startable()).toEqual(['a3', 'b6'])
  })

  it('goes on behind what was loaded in ENDPOINT order, also after it forgot what waits', () => {
    const { backlog, startable } = open('ENDPOINT', 'a1 b2 c3')
    expect(backlog.lastLoaded).toBe('3')
    backlog.keepFirst()
    expect(backlog.lastLoaded).toBe('1')
    backlog.beginLoad()
    backlog.endLoad(deliveries('b2 c3'))
    expect(startable()).toEqual(['a1'])
    expect(backlog.waiting).toBe(3)
  })
})
