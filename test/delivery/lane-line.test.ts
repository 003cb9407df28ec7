import { describe, expect, it } from 'vitest'
import { openLine } from '../../src/delivery/lanes/lane/lane-line.ts'
import type { Window } from '../../src/delivery/lanes/lane-window.ts'

const NOBODY: ReadonlySet<string> = new Set()

/** What a load found: sequences, how far the line was read, and whether there may be more. */
function window(sequences: readonly number[], through: number, cut = false, ended = '0'): Window {
  const deliveries = sequences.map((sequence) => ({
    id: `${sequence}`,
    eventId: '',
    eventType: '',
    subjectId: '',
    sequence: `${sequence}`,
    attemptCount: 0,
    ageMs: 0,
    waitMs: 0,
    loadedMs: 0,
    read: 0,
    body: '',
    ownBody: false,
    wholeBytes: undefined,
    skippedBefore: undefined,
  }))
  return { deliveries, cut, skipped: false, through, retriesEnded: ended, retryInMs: undefined }
}

/** Read up to 100 */
const open = () => openLine({ through: 100, retriesEnded: '0' }, performance.now())

const asks = (line: ReturnType<typeof open>, skipped = NOBODY) => {
  const { after, freed } = line.beginLoad(skipped)
  return { after, freed: [...freed].toSorted() }
}

describe('the line of a lane', () => {
  it('is read on from where it was read to', () => {
    const line = open()
    line.endLoad(line.beginLoad(NOBODY), window([101], 120))
    expect(asks(line)).toEqual({ after: 120, freed: [] })
    expect(line.through).toBe(120)
  })

  it('asks once for what a subject has in front, and again for what did not fit', () => {
    const line = open()
    line.free('a')
    expect(asks(line)).toEqual({ after: 100, freed: ['a'] })
    line.endLoad(line.beginLoad(NOBODY), window([7, 8], 100, true))
    expect(asks(line)).toEqual({ after: 100, freed: ['a'] })
    line.endLoad(line.beginLoad(NOBODY), window([9, 101], 101, true))
    expect(asks(line)).toEqual({ after: 101, freed: [] })
  })

  it('asks again for a subject that was freed while a load ran', () => {
    const line = open()
    line.free('a')
    const asked = line.beginLoad(NOBODY)
    line.free('a')
    line.free('b')
    line.endLoad(asked, window([], 100))
    expect(asks(line).freed).toEqual(['a', 'b'])
  })

  it('asks later for what was looked past, and not while it is looked past again', () => {
    const line = open()
    const hot = new Set(['hot'])
    line.endLoad(line.beginLoad(hot), window([150], 200))
    expect(line.hasLeft('hot')).toBe(true)
    expect(asks(line, hot)).toEqual({ after: 200, freed: [] })
    expect(asks(line)).toEqual({ after: 200, freed: ['hot'] })
  })

  it('is not known to anybody else while a subject is to be asked for', () => {
    const line = open()
    line.free('a')
    expect(line.through).toBe(0)
    line.endLoad(line.beginLoad(NOBODY), window([], 100))
    expect(line.through).toBe(100)
  })

  it('is read from the front when somebody else has ended a retry', () => {
    const line = open()
    expect(line.endLoad(line.beginLoad(NOBODY), window([101], 101, false, '1'))).toBe(false)
    const asked = line.beginLoad(NOBODY)
    expect(asked.after).toBe(0)
    expect(line.endLoad(asked, window([101], 101, false, '1'))).toBe(true)
    expect(asks(line)).toEqual({ after: 101, freed: [] })
  })

  it('is read from the front when many subjects have more than fits', () => {
    const line = open()
    for (let n = 0; n < 21; n++) line.free(`s${n}`)
    line.endLoad(line.beginLoad(NOBODY), window([7, 8], 100, true))
    expect(asks(line)).toEqual({ after: 0, freed: [] })
  })

  it('does not lead beyond what left memory while a load ran', () => {
    const line = open()
    const asked = line.beginLoad(NOBODY)
    line.goBack(40)
    line.endLoad(asked, window([], 200))
    expect(asks(line).after).toBe(40)
  })
})
