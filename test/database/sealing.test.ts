import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { seal, unseal } from '../../src/database/sealing/sealing.ts'
import { keyIdOf, makeKeyRing } from '../../src/config/key-ring.ts'

const KEY = makeKeyRing(randomBytes(32))

describe('sealing', () => {
  it('gives back what was sealed, and never seals twice alike', () => {
    for (const text of ['', 'whsec_abc', 'ä→🔑', 'x'.repeat(50_000)]) {
      expect(unseal(KEY, seal(KEY, text, 'a'), 'a')).toBe(text)
    }
    expect(seal(KEY, 'same', 'a').equals(seal(KEY, 'same', 'a'))).toBe(false)
    expect(seal(KEY, 'whsec_visible', 'a').includes('visible')).toBe(false)
  })

  it('opens from a view into a larger buffer', () => {
    const sealed = seal(KEY, 'secret', 'a')
    const large = Buffer.concat([randomBytes(5), sealed, randomBytes(5)])
    expect(unseal(KEY, large.subarray(5, 5 + sealed.length), 'a')).toBe('secret')
  })

  it('names a changed key', () => {
    const other = makeKeyRing(randomBytes(32))
    expect(() => unseal(other, seal(KEY, 'x', 'a'), 'a')).toThrow(
      `another ENCRYPTION_KEY (id ${keyIdOf(KEY.current)})`,
    )
  })

  it('opens with any live key and seals with the current one', () => {
    const next = randomBytes(32)
    const both = makeKeyRing(next, [KEY.current])
    expect(unseal(both, seal(KEY, 'of the old key', 'a'), 'a')).toBe('of the old key')
    expect(unseal(makeKeyRing(next), seal(both, 'of the new key', 'a'), 'a')).toBe('of the new key')
    expect(() => unseal(KEY, seal(both, 'x', 'a'), 'a')).toThrow(/another ENCRYPTION_KEY/)
  })

  it('refuses another context and any changed byte', () => {
    const sealed = seal(KEY, 'secret', 'endpoint 1')
    expect(() => unseal(KEY, sealed, 'endpoint 2')).toThrow(/authenticate/)
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => unseal(KEY, changed, 'endpoint 1')).toThrow(/authenticate|another|unknown form/)
    }
    expect(() => unseal(KEY, sealed.subarray(0, 20), 'endpoint 1')).toThrow(/unknown form/)
  })
})
