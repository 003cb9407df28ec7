import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCapacity, type Room } from '../../src/delivery/lanes/capacity.ts'

const owner = (organizationId: string, endpointId = organizationId) => ({
  organizationId,
  endpointId,
})
const taken = (rooms: (Room | undefined)[]) => rooms.map((room) => room !== undefined)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('capacity', () => {
  it('keeps half of the room for first attempts', () => {
    const capacity = createCapacity(4)
    const take = (kind: 'first' | 'doubtful') =>
      taken(['a', 'b', 'c'].map((name) => capacity.tryTake(kind, owner(name))))
    expect(take('doubtful')).toEqual([true, true, false])
    expect(take('first')).toEqual([true, true, false])
  })

  it('lets first attempts use everything', () => {
    const capacity = createCapacity(4)
    const names = ['a', 'b', 'c', 'd', 'e']
    expect(taken(names.map((name) => capacity.tryTake('first', owner(name))))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ])
  })

  it('grants in the order of asking where all hold as much', () => {
    const capacity = createCapacity(2)
    const granted: string[] = []
    const wait = (name: string) => capacity.wait('first', owner(name), () => granted.push(name) > 0)
    const [a, b] = ['a', 'b'].map((name) => capacity.tryTake('first', owner(name)))
    wait('c')
    wait('d')
    a?.give()
    expect(granted).toEqual(['c'])
    expect(capacity.tryTake('first', owner('e'))).toBe(undefined)
    b?.give()
    expect(granted).toEqual(['c', 'd'])
  })

  it('a retry that ends makes room for a first attempt, and the other way round', () => {
    const capacity = createCapacity(2)
    const granted: string[] = []
    const retry = capacity.tryTake('doubtful', owner('a'))
    const first = capacity.tryTake('first', owner('b'))
    capacity.wait('first', owner('c'), () => granted.push('first') > 0)
    capacity.wait('doubtful', owner('d'), () => granted.push('doubtful') > 0)
    retry?.give()
    expect(granted).toEqual(['doubtful'])
    first?.give()
    expect(granted).toEqual(['doubtful', 'first'])
  })

  it('a request that has gone without an answer for a second stands aside for those that wait', () => {
    const capacity = createCapacity(8)
    const rooms: Room[] = []
    const endless = () => {
      capacity.wait('first', owner('a', `${rooms.length}`), (room) => {
        rooms.push(room)
        endless()
        return true
      })
    }
    for (let n = 0; ; n++) {
      const room = capacity.tryTake('first', owner('a', `${n}`))
      if (room === undefined) break
      rooms.push(room)
    }
    expect(rooms.length).toBe(6)
    endless()
    vi.advanceTimersByTime(900)
    expect(rooms.length).toBe(6)
    vi.advanceTimersByTime(300)
    expect(rooms.length).toBe(12)
    // Three for each place, of which one organization gets three quarters.
    vi.advanceTimersByTime(60_000)
    expect(rooms.length).toBe(6 + 18)
    for (const room of rooms.splice(0, 6)) room.give()
    vi.advanceTimersByTime(2_000)
    expect(rooms.length).toBe(6 + 18)
    expect(capacity.tryTake('first', owner('b'))).toBeDefined()
  })

  it.each(['first', 'doubtful'] as const)(
    'begins a few %s attempts in each turn while several send, a newcomer in front',
    (kind) => {
      const capacity = createCapacity(1_000)
      const begun: string[] = []
      const wait = (name: string, endpoint: number) =>
        capacity.wait(kind, owner(name, `${endpoint}`), () => begun.push(name) > 0)
      capacity.tryTake('first', owner('b'))?.give()
      vi.advanceTimersToNextTimer()
      let inOneTurn = 0
      while (capacity.tryTake(kind, owner('a', `${inOneTurn}`)) !== undefined) inOneTurn++
      expect(inOneTurn).toBeGreaterThan(0)
      expect(inOneTurn).toBeLessThan(20)
      for (let n = 0; n < 100; n++) wait('a', n)
      wait('newcomer', 1)
      expect(begun).toEqual([])
      vi.advanceTimersToNextTimer()
      expect(begun.length).toBe(inOneTurn)
      expect(begun[0]).toBe('newcomer')
      vi.advanceTimersByTime(100)
      expect(begun.length).toBe(101)
    },
  )

  it('does not pace one that sends alone', () => {
    const capacity = createCapacity(1_000)
    let begun = 0
    while (capacity.tryTake('first', owner('a', `${begun}`)) !== undefined) begun++
    expect(begun).toBe(750)
  })
})
