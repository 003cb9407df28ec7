import { expect, it } from 'vitest'
import { memo } from '../../src/database/memo.ts'

it('a value is made once for each object, and anew when making it failed', () => {
  const made: string[] = []
  const nameOf = memo((of: { name: string }, greeting: string) => {
    made.push(of.name)
    if (made.length === 1) throw new Error('not yet')
    return `${greeting} ${of.name}`
  })
  const [ada, bob] = [{ name: 'Ada' }, { name: 'Bob' }]
  expect(() => nameOf(ada, 'Hello')).toThrow('not yet')
  expect(nameOf(ada, 'Hello')).toBe('Hello Ada')
  expect(nameOf(ada, 'Goodbye')).toBe('Hello Ada')
  expect(nameOf(bob, 'Goodbye')).toBe('Goodbye Bob')
  expect(made).toEqual(['Ada', 'Ada', 'Bob'])
})
