import { createHmac } from 'node:crypto'
import { execFile } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type TemporaryFolder, temporaryFolder } from '../../scripts/temporary-folder.ts'
import { receive } from '../../src/sdk/receiver/index.ts'
import {
  addOrganization,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { runPlantroom } from '../harness/command-line.ts'
import { freePort, until } from '../harness/process.ts'
import { startReceiver } from '../harness/receiver.ts'

const SECRET = `whsec_${Buffer.from('the secret of a test').toString('base64')}`

let test: TestApp
let one: TestOrganization
let home: TemporaryFolder
beforeAll(async () => {
  test = await startTestApp({ WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_ALLOW_HTTP: 'true' })
  one = await addOrganization(test)
  home = await temporaryFolder('cli')
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await home[Symbol.asyncDispose]()
})

/** Of a command: which server, and who asks. */
function as(credentials: Credentials): Record<string, string> {
  const [name, value] = Object.entries(credentials)[0] ?? []
  const bearer = name === 'Authorization' ? value?.replace('Bearer ', '') : undefined
  return {
    PLANTROOM_URL: test.url,
    XDG_CONFIG_HOME: home.path,
    ...(bearer === undefined ? { PLANTROOM_KEY: value ?? '' } : { PLANTROOM_TOKEN: bearer }),
  }
}

const createPlace = (name: string) =>
  runPlantroom(
    ['graphql', '-', '--variables', JSON.stringify({ name })],
    as(one.owner),
    'mutation ($name: String!) { locationCreate(input: { name: $name, kind: LOCATION }) { location { id } userErrors { message } } }',
  )

describe('plantroom', () => {
  it.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['no such command', ['lisen'], {}, 2, /unknown command 'lisen'\n\(Did you mean listen\?\)/],
    ['no such option', ['whoami', '--nme'], {}, 2, /unknown option '--nme'/],
    ['nobody', ['whoami'], { PLANTROOM_KEY: '' }, 3, /^Nobody is signed in: .*\n$/],
    ['a wrong key', ['whoami'], { PLANTROOM_KEY: 'idt_live_wrong' }, 3, /\(request .*\)\n$/],
    [
      'no duration',
      ['events', 'list', '--since', 'yesterday'],
      {},
      2,
      /^yesterday is no duration: .*\n$/,
    ],
    ['no number', ['events', 'list', '--limit', 'all'], {}, 2, /^--limit must be 1 or more\n$/],
    ['no such file', ['graphql', '/nowhere'], {}, 2, /^\/nowhere cannot be read: .*\n$/],
    [
      'no JSON',
      ['graphql', '-', '--variables', '{'],
      {},
      2,
      /^--variables must be a JSON object\n$/,
    ],
    ['no field', ['graphql', '-'], {}, 1, /Syntax Error|no field/],
    ['no secret', ['verify', '/dev/null'], {}, 2, /^Which secret\? .*\n$/],
    ['no URL', ['doctor', 'nowhere', '--secret', SECRET], {}, 2, /^nowhere is no URL\n$/],
    ['no such type', ['listen', 'workorder.exploded'], {}, 1, /workorder\.exploded/],
    ['no such delivery', ['deliveries', 'retry', 'dlv-none'], {}, 1, /./],
    ['no password', ['login', '--email', 'a@example.com'], {}, 2, /^There is no terminal .*\n$/],
  ])('%s: a sentence and a code', async (_what, args, env, code, sentence) => {
    const run = await runPlantroom(args, {
      ...as(one.owner),
      ...(env['PLANTROOM_KEY'] === undefined ? {} : { PLANTROOM_TOKEN: '' }),
      ...env,
    })
    expect(run.err).toMatch(sentence)
    expect(run.err).not.toMatch(/^ {4}at /m)
    expect(run.out).toBe('')
    expect(run.code).toBe(code)
  })

  it('says that a server is not there', async () => {
    const PLANTROOM_URL = `http://127.0.0.1:${await freePort()}`
    for (const command of ['status', 'whoami']) {
      const run = await runPlantroom([command], { ...as(one.owner), PLANTROOM_URL })
      expect(run.err).toMatch(/^http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED.*\n$/)
      expect(run.code).toBe(1)
    }
    expect(await runPlantroom(['status'], as(one.owner))).toMatchObject({
      code: 0,
      out: `${test.url} is ready\n`,
    })
  })

  it('has a help text for every command, without asking anybody', async () => {
    const { out, code } = await runPlantroom(['--help'])
    expect(code).toBe(0)
    const commands = [...out.matchAll(/^ {2}([a-z]+) {2,}/gm)].map((match) => match[1] ?? '')
    expect(commands.length).toBeGreaterThanOrEqual(10)
    for (const command of commands) {
      const help = await runPlantroom([command, '--help'])
      expect([command, help.code, help.err]).toEqual([command, 0, ''])
      expect(help.out).toContain(`Usage: plantroom ${command}`)
    }
  })

  it('signs in, keeps the session where only its owner reads it, and renews it', async () => {
    const { rows } = await test.app.database.pool.query(
      'SELECT email FROM app_user WHERE id = $1',
      [one.ownerId],
    )
    const tag = /^owner-(.*)@/.exec(rows[0].email)?.[1]
    const env = { PLANTROOM_URL: test.url, XDG_CONFIG_HOME: home.path }
    const wrong = await runPlantroom(['login', '--email', rows[0].email], {
      ...env,
      PLANTROOM_PASSWORD: 'wrong',
    })
    expect([wrong.code, wrong.out]).toEqual([3, ''])
    const PLANTROOM_PASSWORD = `password of ${tag}`
    const login = await runPlantroom(['login', '--email', rows[0].email], {
      ...env,
      PLANTROOM_PASSWORD,
    })
    expect([login.code, login.err]).toEqual([0, ''])
    const file = path.join(home.path, 'plantroom/profiles.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const who = await runPlantroom(['whoami'], env)
    expect(who.out).toMatch(/^Owner \(OWNER\) of Organization/)

    // The access token has ended since: the kept session makes another.
    const { default: profile } = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(
      file,
      JSON.stringify({ default: { ...profile, expiresAt: new Date(0).toISOString() } }),
    )
    const later = await runPlantroom(['whoami', '--json'], env)
    expect(JSON.parse(later.out)).toMatchObject({
      role: 'OWNER',
      organization: { id: one.organizationId },
    })

    writeFileSync(file, '{"default":')
    const damaged = await runPlantroom(['whoami'], env)
    expect(damaged.err).toMatch(/profiles\.json is damaged: .*\n$/)
  })

  it('shows the log, and the bytes of an event', async () => {
    await createPlace('Log')
    const env = as(await one.addApiKey(['locations:read']))
    const listed = await runPlantroom(['events', 'list', 'location.*', '--json'], env)
    const last = JSON.parse(listed.out.trim().split('\n').at(-1) ?? '')
    expect(last).toMatchObject({ type: 'location.created', position: expect.any(Number) })
    expect(JSON.parse(last.body).data.object.name).toBe('Log')
    const table = await runPlantroom(['events', 'list', 'location.*'], { ...env, NO_COLOR: '1' })
    expect(table.out).toMatch(/^position {2}created .*\n\d+ .*location\.created/)
    expect((await runPlantroom(['events', 'list', 'visitor.*'], env)).out).toBe('')
  })

  it('ends quietly when nobody reads any more', async () => {
    for (let at = 0; at < 3; at++) await createPlace(`Pipe ${at}`)
    const main = path.resolve(import.meta.dirname, '../../src/cli/main.ts')
    const shell = `"${process.execPath}" "${main}" events list --json | head -c 10`
    const env = { ...as(one.owner), PATH: process.env['PATH'] ?? '' }
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', shell], { env })
    expect([stdout.length, stderr]).toEqual([10, ''])
  })

  it('makes an endpoint, tests it, pauses it, and takes it away again', async () => {
    await using receiver = await startReceiver()
    const env = as(one.owner)
    const created = await runPlantroom(
      ['endpoints', 'create', receiver.url, '--types', 'location.*'],
      env,
    )
    const [, id = '', secret = ''] =
      /^(\S+) .*\nSIGNING_SECRET=(whsec_\S+)\n$/.exec(created.out) ?? []
    expect([created.code, id !== '', secret !== '']).toEqual([0, true, true])
    expect((await runPlantroom(['endpoints', 'test', id], env)).out).toMatch(
      /^200 after [\d.]+ ms\n$/,
    )
    const { headers, body } = receiver.received[0] ?? { headers: {}, body: '' }
    const request = `POST /hooks HTTP/1.1\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join('\r\n')}\r\n\r\n${body}`
    const verified = await runPlantroom(['verify', '--secret', secret], {}, request)
    expect(verified.out).toMatch(/^genuine: webhook\.test evt_test_\S+, attempt 1\n$/)
    const refused = await runPlantroom(['verify', '--secret', SECRET], {}, request)
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/^signature-wrong: The secret fits no/),
    ])

    await createPlace('Told')
    await receiver.waitFor(2)
    await until('its end', async () =>
      (
        await runPlantroom(['deliveries', 'list', id, '--status', 'SUCCEEDED', '--json'], env)
      ).out.includes('location.created'),
    )
    expect((await runPlantroom(['endpoints', 'pause', id], env)).out).toBe(`${id} is PAUSED\n`)
    expect((await runPlantroom(['endpoints', 'resume', id], env)).out).toBe(`${id} is ACTIVE\n`)
    expect((await runPlantroom(['endpoints', 'rotate', id], env)).out).toMatch(
      /^SIGNING_SECRET=whsec_/,
    )
    expect((await runPlantroom(['endpoints', 'delete', id], env)).out).toBe(`${id} is deleted\n`)
    const key = as(await one.addApiKey(['locations:read']))
    expect(await runPlantroom(['endpoints', 'list'], key)).toMatchObject({ code: 3, out: '' })
  })
})

describe('plantroom doctor', () => {
  async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }
  const examine = async (url: string) => {
    const run = await runPlantroom(['doctor', url, '--secret', SECRET, '--json', '--timeout', '5'])
    const checks: { name: string; passed: boolean }[] = run.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    return {
      code: run.code,
      failed: checks.filter(({ passed }) => !passed).map(({ name }) => name),
      count: checks.length,
    }
  }

  it('finds nothing wrong with a receiver made of the kit', async () => {
    const receiver = receive(() => undefined, { secrets: SECRET, onRefused: () => undefined })
    expect(await examine(await serve(receiver.node))).toEqual({ code: 0, failed: [], count: 12 })
  })

  it('finds what a receiver does not check', async () => {
    const url = await serve((request, response) => {
      request.resume()
      request.on('end', () => response.writeHead(200).end())
    })
    const { code, failed } = await examine(url)
    expect(code).toBe(1)
    expect(failed).toEqual([
      'refuses a wrong signature',
      'refuses a changed body',
      'refuses no signature',
      'refuses an old time',
      'refuses a time far ahead',
    ])
  })

  it('finds a receiver that checks what it has parsed and printed again, with one secret, and small bodies', async () => {
    const url = await serve((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('latin1')
        const [, time, hex] =
          /^t=(\d+),v1=([0-9a-f]+)/.exec(String(request.headers['x-infodeck-signature'])) ?? []
        const own = createHmac('sha256', SECRET).update(`${time}.${text}`).digest('hex')
        const isFresh = Math.abs(Date.now() / 1_000 - Number(time)) < 300
        const status = text.length > 100_000 ? 413 : own === hex && isFresh ? 200 : 401
        response.writeHead(status).end()
      })
    })
    const { code, failed } = await examine(url)
    expect(code).toBe(1)
    expect(failed).toEqual([
      'takes two signatures, its own second',
      'takes letters of many scripts',
      'takes a body of 200 kB',
    ])
  })

  it('says that nobody answers', async () => {
    const { failed } = await examine(`http://127.0.0.1:${await freePort()}/`)
    expect(failed).toHaveLength(12)
  })
})
