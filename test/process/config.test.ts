import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig, makeOwnSecrets } from '../../src/config/config.ts'
import { environment } from '../../src/config/environment.ts'

const load = (env: Record<string, string>) => loadConfig(env, makeOwnSecrets)

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    load(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
  }
  return []
}

function isLoadedOrRefused(env: Record<string, string>): boolean {
  try {
    load(env)
    return true
  } catch (error) {
    return error instanceof ConfigError
  }
}

const KEY = Buffer.alloc(32, 1).toString('base64')
/** What is valid in part, or looks like something else. */
const HOSTILE = `% , * *,* [] {} null true TRUE -1 1e999 NaN 0x10 0s -5s 1.5s 999999999999h
  http:// :// http://[::1 http://x:99999 http://é http://x/%zz redis://% http://a%zz:b@x https://a:%@x
  http://a:b%E0@x postgres:// postgres://%zz@x ::/999 10.0.0.0/-1 fe80::1%eth0/64 ${KEY} ${KEY},${KEY}`
  .split(/\s+/)
  .concat(' ', '\n', '\0', 'a'.repeat(100_000), 'A'.repeat(44))

describe('configuration', () => {
  it('needs nothing for a first start', () => {
    const config = load({})
    expect(config.database).toEqual({ kind: 'embedded' })
    expect(config.port).toBe(4000)
    expect([...config.roles]).toEqual(['server', 'worker'])
    expect(config.encryptionKeys.current.length).toBe(32)
  })

  it('reports every fault at once', () => {
    const faults = faultsOf({
      PORT: 'eighty',
      ROLES: 'server,cook',
      DATABASE_URL: 'mysql://x',
      ENCRYPTION_KEY: 'short',
      WEBHOOK_RETRY_DELAYS: '5 seconds',
      WEBHOOK_ALLOWED_CIDRS: '10.0.0.0/8,nonsense',
    })
    for (const name of [
      'PORT',
      'ROLES',
      'DATABASE_URL',
      'ENCRYPTION_KEY',
      'WEBHOOK_RETRY_DELAYS',
      'WEBHOOK_ALLOWED_CIDRS',
    ]) {
      expect(
        faults.some((fault) => fault.startsWith(`${name}: `)),
        name,
      ).toBe(true)
    }
  })

  it('an attempt takes no longer than whoever makes it has claimed it for', () => {
    expect(faultsOf({ WEBHOOK_TIMEOUT: '61s' })).toEqual(['WEBHOOK_TIMEOUT: must be at most 60s'])
    expect(load({ WEBHOOK_TIMEOUT: '1m' }).webhooks.timeoutMs).toBe(60_000)
  })

  it('an external database needs secrets of its own: there is no default', () => {
    for (const NODE_ENV of ['production', 'development']) {
      expect(
        faultsOf({ NODE_ENV, DATABASE_URL: 'postgres://x/y' }).map((f) => f.split(':')[0]),
      ).toEqual(['ENCRYPTION_KEY', 'AUTH_JWT_SECRET'])
    }
  })

  it('production opens neither http nor this machine to webhooks', () => {
    const secrets = {
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      AUTH_JWT_SECRET: 'x'.repeat(32),
      DATABASE_URL: 'postgres://x/y',
    }
    const production = load({ ...secrets, NODE_ENV: 'production' })
    expect(production.webhooks.allowHttp).toBe(false)
    expect(production.webhooks.allowedCidrs).toEqual([])
    const development = load(secrets)
    expect(development.webhooks.allowHttp).toBe(true)
    expect(development.webhooks.allowedCidrs).toContain('127.0.0.0/8')
  })

  it('the retry schedule is the documented one', () => {
    const { retryDelaysMs, retryDeadlineMs, timeoutMs, connectTimeoutMs } = load({}).webhooks
    const minutes = [5 / 60, 0.5, 2, 10, 30, 60, 120, 240, 480]
    expect(retryDelaysMs).toEqual(minutes.map((minute) => minute * 60_000))
    expect(retryDeadlineMs).toBe(86_400_000)
    expect(timeoutMs).toBe(30_000)
    expect(connectTimeoutMs).toBe(5_000)
  })

  it('a duration that no timer or date can hold is refused, not taken for none', () => {
    const timers = [
      'QUERY_TIMEOUT',
      'WEBHOOK_CONNECT_TIMEOUT',
      'WEBHOOK_RETRY_DELAYS',
      'SHUTDOWN_TIMEOUT',
    ]
    // A timer of more than 2^31 - 1 ms ends at once.
    for (const name of timers) {
      expect(faultsOf({ [name]: '576h' }), name).toEqual([])
      expect(faultsOf({ [name]: '597h' }), name).toEqual([expect.stringMatching(/at most 576h/)])
    }
    for (const name of ['WEBHOOK_TIMEOUT', ...timers.slice(0, 2)]) {
      expect(faultsOf({ [name]: '0s' }), name).toEqual([expect.stringMatching(/at least 1ms/)])
    }
    const spans = Object.keys(environment.shape).filter((name) =>
      /_(TTL|DEADLINE|AFTER|SPREAD|TOLERANCE)$/.test(name),
    )
    expect(spans.length).toBe(7)
    for (const name of spans) {
      expect(faultsOf({ [name]: '87600h' }), name).toEqual([])
      expect(faultsOf({ [name]: '99999999h' }), name).toEqual([
        expect.stringMatching(/at most 87600h/),
      ])
    }
  })

  it('no text of any variable ends the start with anything but a list of faults', () => {
    for (const name of Object.keys(environment.shape)) {
      for (const text of HOSTILE) {
        expect(isLoadedOrRefused({ [name]: text }), `${name}=${text.slice(0, 40)}`).toBe(true)
      }
    }
  })

  it('.env.example documents every variable', async () => {
    const root = path.resolve(import.meta.dirname, '../..')
    const known = Object.keys(environment.shape)
    const example = await readFile(path.join(root, '.env.example'), 'utf8')
    const documented = [...example.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map((match) => match[1])
    expect(known.length).toBeGreaterThan(15)
    expect(documented.toSorted()).toEqual(known.toSorted())
  })
})
