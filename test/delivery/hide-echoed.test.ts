import { describe, expect, it } from 'vitest'
import { createHiding } from '../../src/delivery/attempt/hide-echoed.ts'

/** CPU of one answer in ms, and what is left of it to read. */
function hide(secrets: readonly string[], body: string): { cpuMs: number; body: string } {
  const startedAt = process.cpuUsage()
  const hidden = createHiding(secrets)({
    answer: { headers: 'x-seen: yes\r\n', body },
  } as never) as unknown as { answer: { body: { text: string } | string } }
  const { user, system } = process.cpuUsage(startedAt)
  return { cpuMs: (user + system) / 1_000, body: JSON.stringify(hidden.answer.body) }
}

const words = (count: number, letters: number, nth = 0) =>
  Array.from({ length: count }, (_, n) => `w${nth}x${n}`.padEnd(letters, 'ab')).join(' ')

describe('what a receiver echoes is looked for in bounded time', () => {
  it('twenty headers of prose hide the whole answer rather than hold up the others', () => {
    const secrets = Array.from({ length: 20 }, (_, nth) => words(280, 6, nth))
    const answer = `${secrets.join('\n').slice(0, 30_000)} the end`
    const { cpuMs, body } = hide(secrets, answer)
    expect(body).not.toContain('w3x7')
    expect(body).not.toContain('the end')
    expect(cpuMs).toBeLessThan(200)
  })

  it('twenty long values and an answer that nearly repeats them take little too', () => {
    const secrets = Array.from({ length: 20 }, (_, nth) => 'ab'.repeat(998) + String(nth))
    const { cpuMs, body } = hide(secrets, `${'ab'.repeat(15_000)} the end`)
    expect(body).toContain('abab')
    expect(cpuMs).toBeLessThan(200)
  })
})
