import { describe, expect, it } from 'vitest'
import { groupCalls } from '../../src/delivery/log/group.ts'

describe('group commit', () => {
  it('sends together what comes while a group is under way, in order and within its size', async () => {
    const groups: number[][] = []
    let finish = Promise.withResolvers<void>()
    const double = groupCalls<number, number>(3, async (items) => {
      groups.push(items)
      await finish.promise
      return items.map((item) => item * 2)
    })
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
    const call = groupCalls<number, number>(1, (items) =>
      items[0] === 1 ? Promise.reject(new Error('no')) : Promise.resolve(items),
    )
    const results = await Promise.allSettled([0, 1, 2].map(call))
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
