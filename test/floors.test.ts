import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

// Who may import whom: the first row of src is the architecture, and this is its order. A floor
// imports itself and what stands below it, never what stands above or beside it.
const SRC = path.resolve(import.meta.dirname, '../src')

/** Slices of the product in their order: each sees only earlier ones. */
const DOMAINS = [
  'locations',
  'notifications',
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

/**
 * Each place of src and what it may import beside itself. `domains` stands for all slices; what a
 * place is not told of is closed to it.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'errors.ts': [],
  'states.ts': [],
  'log.ts': ['config', 'process'],
  config: ['errors.ts'],
  generated: [],
  process: ['errors.ts', 'log.ts', 'config'],
  access: ['errors.ts', 'process', 'generated'],
  database: ['errors.ts', 'process', 'log.ts', 'config', 'generated', 'access'],
  events: ['errors.ts', 'process', 'log.ts', 'config', 'generated', 'access', 'database'],
  graphql: ['errors.ts', 'process', 'log.ts', 'config', 'generated', 'access', 'database'],
}
MAY_IMPORT['sweep'] = Object.keys(MAY_IMPORT).filter((place) => place !== 'graphql')
const BELOW_SLICES = Object.keys(MAY_IMPORT)
MAY_IMPORT['identity'] = BELOW_SLICES
MAY_IMPORT['domains'] = [...BELOW_SLICES, 'identity']
MAY_IMPORT['event-log'] = [...BELOW_SLICES, 'identity', 'domains']
MAY_IMPORT['webhooks'] = [...BELOW_SLICES, 'identity', 'domains', 'event-log']
MAY_IMPORT['delivery'] = [...BELOW_SLICES.filter((place) => place !== 'graphql'), 'webhooks']
MAY_IMPORT['server'] = [...BELOW_SLICES, 'identity', 'event-log', 'webhooks']
MAY_IMPORT['worker'] = [...BELOW_SLICES, 'identity', 'domains', 'event-log', 'webhooks', 'delivery']
MAY_IMPORT['demo'] = [...BELOW_SLICES, 'identity', 'domains', 'event-log', 'webhooks']
/** For others' machines: it comes without the server. */
MAY_IMPORT['sdk'] = []
MAY_IMPORT['cli'] = ['sdk']
/** Runs in browsers: of everything else it has only the types that are generated for it. */
MAY_IMPORT['dashboard'] = ['generated']
/** Composition: they import everything, and nothing imports them. */
const COMPOSITION = new Set(['main.ts', 'app.ts', 'schema.ts'])

function files(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => /\.(tsx?|mjs)$/.test(file) && !file.startsWith('generated'))
}

/** Static and dynamic imports, of types too, and the modules that a file declares to be larger. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8')
  return [...text.matchAll(/(?:from|import|declare module) ?\(?'(\.[^']*)'/g)].map((match) =>
    path.posix.join(path.posix.dirname(file), match[1] ?? ''),
  )
}

/** Text that is shown, no code. */
const isPageOfDocs = (target: string) => /^\.\.\/docs\/.*\.md\?raw$/.test(target)

const placeOf = (file: string) => file.split('/')[0] ?? ''

function mayImport(from: string, to: string): boolean {
  const [source, target] = [placeOf(from), placeOf(to)]
  if (COMPOSITION.has(source)) return target !== 'main.ts'
  if (source === target) return source !== 'domains' || isEarlierSlice(from, to)
  const allowed = MAY_IMPORT[source]
  if (allowed === undefined) throw new Error(`${source} has no floor: add it to the table`)
  return allowed.includes(target)
}

function isEarlierSlice(from: string, to: string): boolean {
  const [source, target] = [from, to].map((file) => DOMAINS.indexOf(file.split('/')[1] ?? ''))
  if (source === undefined || target === undefined || source < 0 || target < 0) return false
  return target <= source
}

describe('floors', () => {
  it('every import looks down', () => {
    const wrong = files().flatMap((file) =>
      importsOf(file)
        .filter((target) => !isPageOfDocs(target) && !mayImport(file, target))
        .map((target) => `${file} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('reads real imports, so that the test above can fail', () => {
    expect(importsOf('app.ts')).toContain('database/database.ts')
    expect(importsOf('main.ts')).toContain('app.ts')
    expect(mayImport('database/database.ts', 'events/record.ts')).toBe(false)
    expect(mayImport('domains/locations/service.ts', 'domains/work-orders/rules.ts')).toBe(false)
    expect(mayImport('delivery/lanes/lane/lane.ts', 'graphql/builder.ts')).toBe(false)
    expect(mayImport('events/record.ts', 'graphql/context.ts')).toBe(false)
    expect(mayImport('server/server.ts', 'app.ts')).toBe(false)
    expect(importsOf('dashboard/app/shell.tsx')).toContain('dashboard/keys/use-keys.ts')
    expect(mayImport('server/pages/dashboard.ts', 'dashboard/app/paths.ts')).toBe(false)
    expect(mayImport('dashboard/data/live.ts', 'events/envelope.ts')).toBe(false)
  })

  it('the dashboard has of what is generated only what is generated for it', () => {
    const others = files()
      .filter((file) => placeOf(file) === 'dashboard')
      .flatMap((file) => importsOf(file).filter((target) => placeOf(target) === 'generated'))
      .filter((target) => !target.startsWith('generated/dashboard/'))
    expect(others).toEqual([])
  })

  it('no other file than the entry and the configuration reads the environment', () => {
    const readers = files().filter((file) =>
      readFileSync(path.join(SRC, file), 'utf8').includes('process.env'),
    )
    expect(readers.toSorted()).toEqual([
      'cli/environment.ts',
      'database/postgres/embedded-process.ts',
      'main.ts',
    ])
  })

  it('only sign-in, jobs and set-up see every organization', () => {
    const readers = files().filter((file) =>
      readFileSync(path.join(SRC, file), 'utf8').includes('.unscoped.'),
    )
    expect(readers.toSorted()).toEqual([
      'demo/first-run.ts',
      'demo/seed-demo.ts',
      'identity/sessions/accounts.ts',
      'identity/sessions/refresh-session.ts',
      'identity/sessions/sign-in-code.ts',
      'identity/users/invitations.ts',
    ])
  })

  it('no folder holds more than fifteen files', () => {
    const sizes = Object.entries(Object.groupBy(files(), (file) => path.posix.dirname(file)))
    expect(sizes.filter(([, held]) => (held?.length ?? 0) > 15).map(([folder]) => folder)).toEqual(
      [],
    )
  })

  it('the page on architecture names files and folders that are there', () => {
    const page = readFileSync(path.resolve(SRC, '../docs/architecture.md'), 'utf8')
    const named = [...page.matchAll(/`((?:src|test)\/[^`]*\.ts)`/g)].map((match) => match[1] ?? '')
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((file) => !existsSync(path.resolve(SRC, '..', file)))).toEqual([])
  })
})
