import { describe, expect, it } from 'vitest'
import { shareOf } from '../../src/delivery/lanes/share.ts'

describe('the share of a worker', () => {
  it.each([
    // workers, mine, busy: surplus, room
    [1, 500, 500, 0, Number.POSITIVE_INFINITY],
    [2, 30, 30, 15, 0],
    [2, 0, 30, 0, 15],
    [2, 15, 30, 0, 0],
    [4, 8, 30, 0, 0],
    [4, 22, 30, 14, 0],
    // One more than its share is no reason to move a lane, nor is a tenth.
    [2, 2, 2, 0, 0],
    [2, 16, 30, 0, 0],
    [2, 109, 200, 0, 0],
    [2, 111, 200, 11, 0],
    [3, 0, 0, 0, 0],
  ])('of %i that holds %i of %i lanes', (workers, mine, busy, surplus, room) => {
    expect(shareOf({ workers, mine, busy })).toEqual({ surplus, room })
  })
})
