import { describe, expect, it } from 'vitest'
import { createCapacity } from '../../src/delivery/lanes/capacity.ts'

describe('capacity', () => {
  it('keeps half of the room for first attempts', () => {
    const capacity = createCapacity(4)
    expect([1, 2, 3].map(() => capacity.tryTake('doubtful'))).toEqual([true, true, false])
    expect([1, 2, 3].map(() => capacity.tryTake('first'))).toEqual([true, true, false])
  })

  it('lets first attempts use everything', () => {
    const capacity = createCapacity(4)
    expect([1, 2, 3, 4, 5].map(() => capacity.tryTake('first'))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ])
  })

  it('grants in the order of asking, and nobody overtakes who waits', () => {
    const capacity = createCapacity(2)
    const granted: string[] = []
    const wait = (name: string) => capacity.wait('first', () => granted.push(name) > 0)
    capacity.tryTake('first')
    capacity.tryTake('first')
    wait('a')
    wait('b')
    capacity.give('first')
    expect(granted).toEqual(['a'])
    expect(capacity.tryTake('first')).toBe(false)
    capacity.give('first')
    expect(granted).toEqual(['a', 'b'])
  })

  it('a retry that ends makes room for a first attempt, and the other way round', () => {
    const capacity = createCapacity(2)
    const granted: string[] = []
    capacity.tryTake('doubtful')
    capacity.tryTake('first')
    capacity.wait('first', () => granted.push('first') > 0)
    capacity.wait('doubtful', () => granted.push('doubtful') > 0)
    capacity.give('doubtful')
    expect(granted).toEqual(['doubtful'])
    capacity.give('first')
    expect(granted).toEqual(['doubtful', 'first'])
  })

  it('passes on room that whoever waited no longer wants', () => {
    const capacity = createCapacity(2)
    const asked: number[] = []
    capacity.tryTake('first')
    capacity.tryTake('first')
    for (let n = 0; n < 20_000; n++) {
      capacity.wait('first', () => {
        asked.push(n)
        return false
      })
    }
    capacity.wait('first', () => asked.push(-1) > 0)
    capacity.give('first')
    expect(asked.length).toBe(20_001)
    expect(capacity.tryTake('first')).toBe(false)
  })
})
