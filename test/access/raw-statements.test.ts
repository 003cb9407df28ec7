import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

// Prisma adds the organization to what it asks; a statement written by hand must do so itself. All of
// them are found here by how they begin, and each that names a table with organizations names the
// organization too, or stands below.
const SRC = path.resolve(import.meta.dirname, '../../src')
const MODELS = path.resolve(SRC, '../prisma')

const SENDING = 'workers send for all organizations, by ids of what they have claimed'
const HOUSEKEEPING = 'what is old goes in all organizations'
const LOCKED = 'by ids of what was found in its organization before'

/** By file: how many statements there do without, and why they may. */
const WITHOUT: Record<string, readonly [count: number, reason: string]> = {
  'database/memory/recall-channel.ts': [1, "a process's own lease"],
  'delivery/attempt/endpoints.ts': [1, SENDING],
  'delivery/lanes/admission.ts': [2, SENDING],
  'delivery/lanes/lane-claims.ts': [2, SENDING],
  'delivery/lanes/lane-window.ts': [1, SENDING],
  'delivery/lanes/reduce-large.ts': [1, SENDING],
  'delivery/lanes/share.ts': [1, 'lanes are shared between workers, whosever they are'],
  'delivery/lanes/sweep.ts': [2, 'lanes of workers that are gone, whosever they are'],
  'delivery/log/retention.ts': [5, HOUSEKEEPING],
  'delivery/manual/ask.ts': [1, SENDING],
  'delivery/manual/attempt-now.ts': [2, SENDING],
  'delivery/manual/replays.ts': [6, SENDING],
  'domains/sensors/telemetry/record-telemetry.ts': [1, LOCKED],
  'domains/sensors/telemetry/tell-pulses.ts': [1, LOCKED],
  'domains/work-orders/metrics/metrics.ts': [6, 'its conditions() begin with the organization'],
  'identity/sessions/identify.ts': [1, 'the keys that have just been used, whosever they are'],
  'identity/sessions/passwords.ts': [
    1,
    'accounts of one address share a salt, in whichever organizations',
  ],
  'identity/sessions/sign-in-throttle.ts': [1, 'who signs in is not known yet'],
  'webhooks/deliveries/attempt-feed.ts': [1, LOCKED],
  'webhooks/deliveries/fan-out.ts': [1, LOCKED],
  'webhooks/deliveries/service.ts': [1, LOCKED],
  'webhooks/life/buffered.ts': [2, LOCKED],
  'webhooks/life/disable.ts': [1, SENDING],
  'webhooks/life/health.ts': [1, LOCKED],
  'webhooks/life/life-sweep.ts': [1, LOCKED],
  'webhooks/payloads/payload-shaper.ts': [2, SENDING],
  'webhooks/payloads/payload-status.ts': [2, 'payload documents are checked for all organizations'],
}

/** Tables with a column organization_id, as the models say. */
function tenantTables(): string[] {
  const models = readdirSync(MODELS)
    .filter((file) => file.endsWith('.prisma'))
    .flatMap((file) => readFileSync(path.join(MODELS, file), 'utf8').split(/^(?=model )/m))
  return models
    .filter((model) => model.startsWith('model ') && model.includes('@map("organization_id")'))
    .map((model) => /@@map\("(\w+)"\)/.exec(model)?.[1] ?? '')
}

/** Where a text ends that begins behind a quote; what stands in `${}` is part of it. */
function endOfText(source: string, from: number, quote: string): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === quote) return at
    else if (quote === '`' && source.startsWith('${', at)) at = endOfCode(source, at + 2)
  }
  throw new Error('a text without end')
}

function endOfCode(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const letter = source[at] ?? ''
    if (letter === '}') return at
    if (letter === '{') at = endOfCode(source, at + 1)
    else if (/['"`]/.test(letter)) at = endOfText(source, at + 1, letter)
  }
  throw new Error('code without end')
}

const BEGINNING = /(['"`])\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s/g

function statementsOf(source: string): string[] {
  return [...source.matchAll(BEGINNING)].map(({ index, 1: quote = '' }) =>
    source.slice(index + 1, endOfText(source, index + 1, quote)),
  )
}

const TENANT_TABLE = new RegExp(
  String.raw`\b(?:FROM|JOIN|UPDATE|INTO|USING)\s+(?:ONLY\s+)?"?(?:${tenantTables().join('|')})\b`,
)
const namesTenantTable = (sql: string) => TENANT_TABLE.test(sql)
const namesOrganization = (sql: string) => /\borganization_id\b/.test(sql)

function statements(): { file: string; sql: string }[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('generated/'))
    .flatMap((file) =>
      statementsOf(readFileSync(path.join(SRC, file), 'utf8')).map((sql) => ({ file, sql })),
    )
    .filter(({ sql }) => namesTenantTable(sql))
}

it('every statement written by hand names the organization, or stands here with a reason', () => {
  const found = Map.groupBy(
    statements().filter(({ sql }) => !namesOrganization(sql)),
    ({ file }) => file,
  )
  const counts = Object.fromEntries([...found].map(([file, each]) => [file, each.length]))
  expect(counts).toEqual(
    Object.fromEntries(Object.entries(WITHOUT).map(([file, [count]]) => [file, count])),
  )
})

it('finds statements, so that the test above can fail', () => {
  const sources = [
    'query(`SELECT ${of({ a: `}` })} FROM webhook_delivery WHERE id = $1`)',
    "query('DELETE FROM recall WHERE created < $1')",
    '$executeRaw`\n UPDATE app_user SET name = ${name}`',
  ]
  for (const source of sources) {
    const [sql = '', ...more] = statementsOf(source)
    expect([more, namesTenantTable(sql), namesOrganization(sql)]).toEqual([[], true, false])
  }
  expect(statementsOf(sources[0] ?? '')[0]?.endsWith('id = $1')).toBe(true)
  expect(statements().length).toBeGreaterThan(100)
  expect(statements().some(({ file }) => file === 'webhooks/deliveries/fan-out.ts')).toBe(true)
})
