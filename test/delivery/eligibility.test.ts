import { describe, expect, it } from 'vitest'
import { findStartable } from '../../src/delivery/lanes/lane/eligibility.ts'

/** "a1 b2! a3": subject and sequence of each waiting delivery; "!" marks one that is not due. */
function waiting(text: string) {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({
      name: word.replace('!', ''),
      subjectId: word[0] ?? '',
      waitMs: word.endsWith('!') ? 5_000 : 0,
    }))
}

const cases: [
  ordering: 'ENDPOINT' | 'OBJECT' | 'NONE',
  maxInFlight: number,
  waiting: string,
  busy: string,
  starts: string,
][] = [
  ['ENDPOINT', 10, '', '', ''],
  ['ENDPOINT', 10, 'a1', '', 'a1'],
  ['ENDPOINT', 10, 'a1 b2 c3', '', 'a1'],
  ['ENDPOINT', 10, 'b2 c3', 'a', ''],
  ['ENDPOINT', 10, 'a1! b2 c3', '', ''],
  ['ENDPOINT', 1, 'a1 a2', '', 'a1'],
  ['OBJECT', 10, '', 'a', ''],
  ['OBJECT', 10, 'a1 b2 c3', '', 'a1 b2 c3'],
  ['OBJECT', 10, 'a1 a2 b3 a4 b5', '', 'a1 b3'],
  ['OBJECT', 10, 'a2 b3', 'a', 'b3'],
  ['OBJECT', 10, 'a1! a2 b3', '', 'b3'],
  ['OBJECT', 10, 'a1! a2 a3', '', ''],
  ['OBJECT', 10, 'b1 a2! a3 b4', '', 'b1'],
  ['OBJECT', 2, 'a1 b2 c3', '', 'a1 b2'],
  ['OBJECT', 2, 'b2 c3 d4', 'a', 'b2'],
  ['OBJECT', 2, 'c3', 'a b', ''],
  ['OBJECT', 1, 'a1 b2', '', 'a1'],
  ['NONE', 10, 'a1 a2 b3', '', 'a1 a2 b3'],
  ['NONE', 10, 'a2 a3', 'a', 'a2 a3'],
  ['NONE', 10, 'a1! a2 b3!', '', 'a2'],
  ['NONE', 2, 'a1 a2 a3', '', 'a1 a2'],
  ['NONE', 2, 'a1 a2', 'a', 'a1'],
  ['NONE', 2, 'a1', 'a a', ''],
]

describe('which deliveries may start', () => {
  it.each(cases)(
    '%s, %i at once, waiting "%s", busy "%s" → "%s"',
    (ordering, max, wait, busy, starts) => {
      const subjects = busy.split(' ').filter((subject) => subject !== '')
      const started = findStartable(ordering, max, waiting(wait), subjects)
      expect(started.map((delivery) => delivery.name).join(' ')).toBe(starts)
    },
  )
})
