import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

// Who may import whom. A lower floor never looks up, and slices see only earlier slices' services.
const SRC = path.resolve(import.meta.dirname, '../src')
const SLICES = [
  'identity',
  'locations',
  'operations',
  'companies',
  'customers',
  'assets',
  'sor',
  'work-orders',
  'sensors',
  'devices',
  'resources',
  'bookings',
  'visitors',
]
const TOP = new Set([
  'app.ts',
  'booking-hooks.ts',
  'main.ts',
  'schema.ts',
  'sealed-columns.ts',
  'seed',
  'seed.ts',
  'server',
  'server.ts',
  'sweeps.ts',
  'tour.ts',
  'worker.ts',
])
const FLOOR_0 = new Set([
  'caller.ts',
  'config.ts',
  'errors.ts',
  'generated',
  'key-ring.ts',
  'log.ts',
  'permissions.ts',
])

function files(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
    .map((file) => file.replaceAll(path.sep, '/'))
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8')
  return [...text.matchAll(/(?:from|import) ?\(?'(\.[^']*)'/g)].map((match) =>
    path.posix.join(path.posix.dirname(file), match[1] ?? ''),
  )
}

const placeOf = (file: string) => file.split('/')[0] ?? ''

function mayImport(from: string, to: string): boolean {
  const source = placeOf(from)
  const target = placeOf(to)
  if (source === target || TOP.has(source)) return true
  if (TOP.has(target)) return false
  if (FLOOR_0.has(target)) return true
  if (FLOOR_0.has(source)) return false
  if (target === 'db') return true
  if (source === 'db') return false
  if (target === 'live') return false
  if (target === 'events') return source !== 'graphql'
  if (target === 'graphql') return source !== 'events' && source !== 'delivery'
  if (source === 'events' || source === 'graphql') return false
  if (SLICES.includes(source)) {
    return SLICES.indexOf(target) !== -1 && SLICES.indexOf(target) < SLICES.indexOf(source)
  }
  if (source === 'webhooks') return SLICES.includes(target)
  if (source === 'delivery') return target === 'webhooks'
  if (source === 'live') return SLICES.includes(target) || target === 'webhooks'
  throw new Error(`${source} has no floor: add it to the table`)
}

describe('floors', () => {
  it('every import looks down', () => {
    const wrong = files().flatMap((file) =>
      importsOf(file)
        .filter((target) => !mayImport(file, target))
        .map((target) => `${file} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('reads real imports, so that the test above can fail', () => {
    expect(importsOf('app.ts')).toContain('db/database.ts')
    expect(mayImport('db/database.ts', 'events/record.ts')).toBe(false)
    expect(mayImport('locations/service.ts', 'work-orders/service.ts')).toBe(false)
    expect(mayImport('delivery/lane.ts', 'graphql/builder.ts')).toBe(false)
  })

  it('no other file than the entry and the configuration reads the environment', () => {
    const readers = files().filter((file) =>
      readFileSync(path.join(SRC, file), 'utf8').includes('process.env'),
    )
    expect(readers.toSorted()).toEqual(['db/embedded-process.ts', 'main.ts'])
  })

  it('only sign-in, jobs and set-up see every organization', () => {
    const readers = files().filter((file) =>
      readFileSync(path.join(SRC, file), 'utf8').includes('.unscoped.'),
    )
    expect(readers.toSorted()).toEqual([
      'identity/invitations.ts',
      'identity/sign-in.ts',
      'seed.ts',
      'tour.ts',
    ])
  })
})
