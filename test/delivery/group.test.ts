import { describe, expect, it } from 'vitest'
import { groupCalls } from '../../src/delivery/log/group.ts'

const anybody = () => 'anybody'

describe('group commit', () => {
  it('sends together what comes while a group is under way, in order and within its size', async () => {
    const groups: number[][] = []
    let finish = Promise.withResolvers<void>()
    const double = groupCalls<number, number>(
      3,
      async (items) => {
        groups.push(items)
        await finish.promise
        return items.map((item) => item * 2)
      },
      anybody,
    )
    const first = [1, 2].map(double)
    while (groups.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const later = [3, 4, 5, 6].map(double)
    finish.resolve()
    finish = Promise.withResolvers<void>()
    finish.resolve()
    expect(await Promise.all([...first, ...later])).toEqual([2, 4, 6, 8, 10, 12])
    expect(groups).toEqual([[1, 2], [3, 4, 5], [6]])
  })

  it('fails only the group that failed', async () => {
    const call = groupCalls<number, number>(
      1,
      (items) => (items[0] === 1 ? Promise.reject(new Error('no')) : Promise.resolve(items)),
      anybody,
    )
    const results = await Promise.allSettled([0, 1, 2].map(call))
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('lets nobody wait for hundreds of another, nor go with them, and keeps everybody in order', async () => {
    const groups: string[][] = []
    const ends: (() => void)[] = []
    const call = groupCalls<string, string>(
      100,
      async (items) => {
        groups.push(items)
        await new Promise<void>((resolve) => ends.push(resolve))
        return items
      },
      (item) => item.charAt(0),
    )
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const all = Array.from({ length: 250 }, (_, n) => call(`a${n}`))
    await turn()
    expect(groups.map((group) => group.length)).toEqual([100])
    all.push(call('b0'))
    await turn()
    expect(groups[1]).toEqual(['b0'])
    // Those that have many each get an equal part.
    all.push(...Array.from({ length: 250 }, (_, n) => call(`c${n}`)))
    for (let ended = 0; ended < groups.length; ended++) {
      ends[ended]?.()
      await turn()
    }
    await Promise.all(all)
    const shares = groups.map((group) => group.filter((item) => item.startsWith('c')).length)
    expect(shares.slice(2, 4)).toEqual([50, 50])
    for (const name of ['a', 'c']) {
      const own = groups.flat().filter((item) => item.startsWith(name))
      expect(own).toEqual(Array.from({ length: 250 }, (_, n) => `${name}${n}`))
    }
  })
})
