import { describe, expect, it, vi } from 'vitest'
import { createFairRoom, type FairRoom } from '../../src/access/fair-room.ts'

const owner = (organizationId: string, endpointId = `${organizationId} endpoint`) => ({
  organizationId,
  endpointId,
})

/** Takes as many as it may. */
function takeAll(room: FairRoom, organizationId: string, endpoints = 1_000): number {
  let count = 0
  while (room.tryTake(owner(organizationId, `${organizationId} ${count % endpoints}`))) count++
  return count
}

describe('a fair room', () => {
  it('whose guest fails when its turn comes has its place back, and whoever made room hears nothing', () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const room = createFairRoom(1)
    const granted: string[] = []
    expect(room.tryTake(owner('a'))).toBe(true)
    room.wait(owner('b'), () => {
      throw new Error('broken')
    })
    room.wait(owner('c'), () => granted.push('c') > 0)
    room.give(owner('a'))
    expect(granted).toEqual(['c'])
    expect(room.taken).toBe(1)
    expect(told).toHaveBeenCalledOnce()
    told.mockRestore()
  })

  it.each([4, 8, 16, 256, 1_000])(
    'of %i places gives one that is alone three quarters',
    (places) => {
      expect(takeAll(createFairRoom(places), 'a')).toBe((places * 3) / 4)
    },
  )

  it.each([2, 3, 10, 50])(
    'shares its places between %i that always want more, and keeps some free',
    (many) => {
      const room = createFairRoom(256)
      const held: string[][] = Array.from({ length: many }, () => [])
      const names = Array.from({ length: many }, (_, n) => `${n}`)
      takeAll(room, 'first')
      for (let round = 0; round < 20_000; round++) {
        // What the first one took while it was alone comes back bit by bit, and so does everything.
        if (round < 192) room.give(owner('first', `first ${round}`))
        const of = round % many
        const oldest = held[of]?.shift()
        if (oldest !== undefined && round % 3 === 0) room.give(owner(names[of] ?? '', oldest))
        else if (oldest !== undefined) held[of]?.unshift(oldest)
        while (room.tryTake(owner(names[of] ?? '', `${round}`))) held[of]?.push(`${round}`)
      }
      const share = 256 / (many + 1)
      for (const each of held)
        expect(Math.abs(each.length - share)).toBeLessThanOrEqual(share / 4 + 2)
      expect(room.tryTake(owner('newcomer'))).toBe(true)
    },
  )

  it('has a place for a newcomer though seven before it took all they may and give nothing back', () => {
    const room = createFairRoom(256)
    const took = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => takeAll(room, name))
    expect(took).toEqual([192, 32, 16, 8, 4, 2, 1])
    expect(room.tryTake(owner('newcomer'))).toBe(true)
    expect(room.tryTake(owner('next'))).toBe(false)
  })

  it('leaves one endpoint at most nine sixteenths, and the next one some', () => {
    const room = createFairRoom(256)
    expect(takeAll(room, 'a', 1)).toBe(144)
    expect(room.tryTake(owner('a', 'another'))).toBe(true)
    expect(room.tryTake(owner('b'))).toBe(true)
  })

  it('of those that wait serves first who holds least, then who asked first', () => {
    const room = createFairRoom(4)
    const served: string[] = []
    const wait = (organizationId: string, endpointId: string) =>
      room.wait(owner(organizationId, endpointId), () => served.push(endpointId) > 0)
    takeAll(room, 'a', 1_000)
    room.tryTake(owner('b'))
    wait('a', 'a 0')
    wait('a', 'a new')
    wait('b', 'b old')
    wait('c', 'c')
    wait('d', 'd')
    for (let n = 0; n < 5; n++) {
      const [of, endpoint] = n < 3 ? ['a', `a ${n}`] : ['b', 'b endpoint']
      if (n < 4) room.give(owner(of, endpoint))
    }
    expect(served.slice(0, 2)).toEqual(['c', 'd'])
    expect(served.indexOf('a new')).toBeLessThan(
      served.includes('a 0') ? served.indexOf('a 0') : Infinity,
    )
  })

  it('passes on what whoever waited no longer wants', () => {
    const room = createFairRoom(2)
    let asked = 0
    room.tryTake(owner('a'))
    room.tryTake(owner('b'))
    for (let n = 0; n < 20_000; n++) {
      room.wait(owner('c', `${n % 7}`), () => {
        asked++
        return false
      })
    }
    room.wait(owner('c', '6'), () => ++asked > 20_000)
    room.give(owner('a'))
    expect(asked).toBe(20_001)
    expect(room.taken).toBe(2)
    expect(room.contended).toBe(false)
  })
})
