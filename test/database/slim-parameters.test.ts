import { describe, expect, it } from 'vitest'
import { withoutNestedWrites } from '../../src/database/slim-parameters.ts'

/** Names of fields, by their place. */
const STRINGS = ['WorkOrder.updateOne', 'title', 'labor', 'create', 'id', 'data']
/** The edges of each input type: field, scalars (two bytes), child, enumeration, flags. */
const INPUTS = [
  [[5, 0, 0, 2, 0, 0]],
  [
    [1, 4, 0, 0, 0, 1],
    [2, 0, 0, 3, 0, 0],
  ],
  [[3, 0, 0, 4, 0, 0]],
  [[4, 4, 0, 0, 0, 1]],
]
const SLIM_INPUTS = [[[5, 0, 0, 2, 0, 0]], [[1, 4, 0, 0, 0, 1]], [], []]
const ROOT = [0, 1, 0]

/** Counts of input types, output types and roots, then each input type with its count of edges. */
function pack(inputs: number[][][]): number[] {
  const nodes = inputs.flatMap((edges) => [edges.length, edges].flat(2))
  return [[inputs.length, 0, 1], nodes, ROOT].flat()
}

describe('the parameters of Prisma operations', () => {
  it('keep what is written directly and lose what only writes through a relation lead to', () => {
    const graph = Buffer.from(pack(INPUTS)).toString('base64url')
    const slim = withoutNestedWrites({ strings: STRINGS, graph })
    expect(slim.strings).toEqual(STRINGS)
    expect(Array.from(Buffer.from(slim.graph, 'base64url'))).toEqual(pack(SLIM_INPUTS))
  })

  it('are refused in another form rather than misread', () => {
    const graph = Buffer.from([pack(INPUTS), 7].flat()).toString('base64url')
    expect(() => withoutNestedWrites({ strings: STRINGS, graph })).toThrow('another form')
  })
})
