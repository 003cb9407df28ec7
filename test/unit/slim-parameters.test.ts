import { describe, expect, it } from 'vitest'
import { withoutNestedWrites } from '../../src/db/slim-parameters.ts'

/** One input type with edges `title` (a scalar) and `labor` (to a type with the edge `create`). */
const STRINGS = ['WorkOrder.updateOne', 'title', 'labor', 'create', 'id', 'data']
const EMPTY_EDGE = [0, 0]
const GRAPH = [
  ...[4, 0, 1], // four input types, no output type, one root
  ...[1, 5, ...EMPTY_EDGE, 2, 0, 0], // 1: the arguments; data → 2
  ...[2, 1, 4, 0, 0, 0, 1, 2, ...EMPTY_EDGE, 3, 0, 0], // 2: title, labor → 3
  ...[1, 3, ...EMPTY_EDGE, 4, 0, 0], // 3: create → 4
  ...[1, 4, 4, 0, 0, 0, 1], // 4: id
  ...[0, 1, 0], // the root
]

describe('the parameters of Prisma operations', () => {
  it('keep what is written directly and lose what only writes through a relation lead to', () => {
    const graph = Buffer.from(GRAPH).toString('base64url')
    const slim = withoutNestedWrites({ strings: STRINGS, graph })
    expect(slim.strings).toEqual(STRINGS)
    expect([...Buffer.from(slim.graph, 'base64url')]).toEqual([
      ...[4, 0, 1],
      ...[1, 5, ...EMPTY_EDGE, 2, 0, 0],
      ...[1, 1, 4, 0, 0, 0, 1],
      0,
      0,
      ...[0, 1, 0],
    ])
  })

  it('are refused in another form rather than misread', () => {
    const graph = Buffer.from([...GRAPH, 7]).toString('base64url')
    expect(() => withoutNestedWrites({ strings: STRINGS, graph })).toThrow('another form')
  })
})
