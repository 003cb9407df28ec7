import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { FINAL, type Transitions } from '../src/states.ts'

// Every state machine of src: a table of `Transitions`, wherever it stands. A new one is found here, and
// must be on the page, without anybody naming it.
const SRC = path.resolve(import.meta.dirname, '../src')
const PAGE = path.resolve(SRC, '../docs/states.md')

interface Machine {
  name: string
  file: string
  table: Transitions<string>
}

async function machines(): Promise<Machine[]> {
  const found: Machine[] = []
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const text = readFileSync(path.join(SRC, file), 'utf8')
    for (const [, name = ''] of text.matchAll(/const (\w+): Transitions<\w+>/g)) {
      const module: Record<string, unknown> = await import(path.join(SRC, file))
      const table = module[name] as Transitions<string> | undefined
      if (table === undefined) throw new Error(`${name} in ${file} is not exported`)
      found.push({ name, file: file.replaceAll(path.sep, '/'), table })
    }
  }
  return found.toSorted((a, b) => (`${a.file} ${a.name}` < `${b.file} ${b.name}` ? -1 : 1))
}

function reachedFrom(table: Transitions<string>): Set<string> {
  const reached = new Set(Object.keys(table).slice(0, 1))
  for (const state of reached) for (const next of table[state] ?? []) reached.add(next)
  return reached
}

const all = await machines()

describe.each(all)('$name in $file', ({ name, file, table }) => {
  it('reaches every state from the first one', () => {
    expect([...reachedFrom(table)].toSorted()).toEqual(Object.keys(table).toSorted())
  })

  it('has no dead end that is not named final', () => {
    const dead = Object.entries(table).filter(([, next]) => next.length === 0 && next !== FINAL)
    expect(dead.map(([state]) => state)).toEqual([])
  })

  it('is on the page of states as it is', () => {
    const page = readFileSync(PAGE, 'utf8')
    const rows = Object.entries(table).map(
      ([state, next]) => `| ${state} | ${next.length === 0 ? 'final' : next.join(', ')} |`,
    )
    const shown = [
      `\`${name}\` in \`src/${file}\``,
      '',
      '| from | to |',
      '|---|---|',
      ...rows,
      '',
    ].join('\n')
    expect(page).toContain(shown)
  })
})

it('there are such tables, so that the tests above can fail', () => {
  expect(all.length).toBeGreaterThanOrEqual(13)
  expect(reachedFrom({ a: ['b'], b: [], c: [] })).toEqual(new Set(['a', 'b']))
})
