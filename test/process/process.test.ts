import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { ask, send } from '../harness/app.ts'
import { cloneDatabase } from '../harness/database.ts'
import { freePort, isReady, spawnProduct, until } from '../harness/process.ts'
import { openConnection } from '../harness/raw-http.ts'

const ListSome = graphql(`
  query ListSome {
    workOrders(first: 3) {
      nodes {
        id
        title
      }
    }
  }
`)

/** Settings of an embedded installation: no database, no secrets. */
const EMBEDDED = { ENCRYPTION_KEY: '', AUTH_JWT_SECRET: '', LOG_LEVEL: 'error' }

describe('a first start', () => {
  it(
    'brings its own database and a demo, and a second one finds them again',
    { timeout: 120_000 },
    async () => {
      await using temporary = await temporaryFolder('process')
      const env = { ...EMBEDDED, DATA_DIR: path.join(temporary.path, 'data') }
      const first = spawnProduct(env)
      await until('the first start', () => first.output().includes('Three things to try'), 60_000)
      const file = path.join(env.DATA_DIR, 'demo.json')
      const demo = JSON.parse(await readFile(file, 'utf8'))
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect(Object.keys(demo)).toEqual([
        'url',
        'graphqlUrl',
        'organizationId',
        'apiKey',
        'ownerToken',
      ])
      expect(demo.apiKey).toMatch(/^idt_live_[A-Za-z0-9]{32}$/)
      const before = await ask(demo.url, { 'X-Api-Key': demo.apiKey }, ListSome)
      expect(before.workOrders.nodes.length).toBe(3)
      const code = /\/#code=(\S+)$/m.exec(first.output())?.[1]
      const signIn = `mutation($input: SignInWithCodeInput!) { signInWithCode(input: $input) { userId } }`
      const statuses = [1, 2].map(
        async () => (await send(demo.url, {}, signIn, { input: { code } })).status,
      )
      expect((await Promise.all(statuses)).toSorted((a, b) => a - b)).toEqual([200, 401])

      const rival = spawnProduct(env)
      expect(await rival.exited).toBe(1)
      expect(rival.output().trim()).toMatch(/^Another Plantroom \(process \d+\) already uses .*\.$/)
      expect(await isReady(demo.url)).toBe(true)

      first.signal('SIGTERM')
      expect(await first.exited).toBe(0)
      expect(await readdir(env.DATA_DIR)).not.toContain('plantroom.pid')

      const second = spawnProduct(env)
      await until('the second start', () => second.output().includes('Three things to try'), 60_000)
      const again = JSON.parse(await readFile(file, 'utf8'))
      expect(again.apiKey).toBe(demo.apiKey)
      const after = await ask(again.url, { 'X-Api-Key': demo.apiKey }, ListSome)
      expect(after).toEqual(before)

      // Killed hard, PostgreSQL lives on: the next start takes it over.
      second.signal('SIGKILL')
      await second.exited
      const third = spawnProduct(env)
      await until(
        'the start after a crash',
        () => third.output().includes('Three things to try'),
        60_000,
      )
      third.signal('SIGINT')
      expect(await third.exited).toBe(0)

      await writeFile(path.join(env.DATA_DIR, 'postgres', 'PG_VERSION'), '15\n')
      const old = spawnProduct(env)
      expect(await old.exited).toBe(1)
      expect(old.output().trim()).toMatch(
        /^.* holds data of PostgreSQL 15, and this version needs PostgreSQL 18: .*$/,
      )
    },
  )
})

describe('a start that cannot work', () => {
  it('on a taken port says so in one sentence', async () => {
    await using database = await cloneDatabase()
    const port = await freePort()
    const blocker = createServer().listen(port, '127.0.0.1')
    const product = spawnProduct({ DATABASE_URL: database.url, PORT: String(port) })
    expect(await product.exited).toBe(1)
    expect(product.output().trim()).toMatch(new RegExp(`^[^\\n]*${port}[^\\n]*$`))
    await new Promise((resolve) => blocker.close(resolve))
  })

  it('without its database says so in one sentence, and never shows the password', async () => {
    const product = spawnProduct({ DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/none' })
    expect(await product.exited).toBe(1)
    expect(product.output().trim()).toBe(
      'The database at postgres://127.0.0.1:1/none cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    )
  })

  it('with a wrong configuration lists every fault', async () => {
    const product = spawnProduct({ PORT: 'high', ROLES: 'cook' })
    expect(await product.exited).toBe(1)
    expect(product.output()).toContain('PORT: ')
    expect(product.output()).toContain('ROLES: ')
    expect(product.output()).not.toContain('    at ')
  })

  it('with an unknown option shows the help', async () => {
    const product = spawnProduct({}, ['--frobnicate'])
    expect(await product.exited).toBe(1)
    expect(product.output()).toContain('--frobnicate')
    expect(product.output()).toContain('npm start')
  })
})

describe('stopping', () => {
  it('lets a running request finish, then ends with 0', async () => {
    await using database = await cloneDatabase()
    const product = spawnProduct({ DATABASE_URL: database.url, PORT: String(await freePort()) })
    await until('the start', () => /http:\/\/\S+\/graphql/.test(product.output()))
    const url = /(http:\/\/\S+)\/graphql/.exec(product.output())?.[1] ?? ''
    await until('readiness', () => isReady(url))
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    const body = JSON.stringify({
      query: 'mutation { signIn(input: { email: "a@example.com", password: "x" }) { userId } }',
    })
    const running = request(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': body.length,
        Expect: '100-continue',
      },
    })
    running.flushHeaders()
    await once(running, 'continue')
    product.signal('SIGTERM')
    await until('the stop to begin', () => product.output().includes('SIGTERM'))
    running.end(body)
    const [response]: IncomingMessage[] = await once(running, 'response')
    expect(response?.statusCode).toBe(401)
    response?.resume()
    expect(await product.exited).toBe(0)
  })
})

describe('stopping under load', () => {
  it('ends with 0 within its time, whatever clients do', async () => {
    await using database = await cloneDatabase()
    const env = { DATABASE_URL: database.url, PORT: String(await freePort()) }
    const product = spawnProduct({ ...env, SHUTDOWN_TIMEOUT: '3s' })
    const url = `http://127.0.0.1:${env.PORT}`
    await until('readiness', () => isReady(url))
    const unread = Array.from({ length: 100 }, () => {
      const socket = openConnection(url)
      socket.pause()
      socket.write('GET /graphiql/graphiql.js HTTP/1.1\r\nHost: a\r\n\r\n')
      return socket
    })
    const unsent = Array.from({ length: 50 }, () => {
      const socket = openConnection(url)
      socket.write('POST /graphql HTTP/1.1\r\nHost: a\r\nX-A: ')
      return socket
    })
    const upgraded = Array.from({ length: 20 }, () => openConnection(url))
    for (const socket of upgraded) {
      socket.pause()
      socket.write(
        'GET /graphql HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
      )
    }
    await Promise.all(unread.map((socket) => once(socket, 'readable')))
    // Some ask again and again, on connections that they keep and on new ones.
    let storming = true
    const storm = Array.from({ length: 20 }, async (_, client) => {
      while (storming) {
        await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            Connection: client % 2 === 0 ? 'close' : 'keep-alive',
          },
          body: '{"query":"{ viewer { role } }"}',
        }).then(
          (response) => response.arrayBuffer(),
          () => undefined,
        )
      }
    })
    const askedAt = performance.now()
    product.signal('SIGTERM')
    const code = await product.exited
    const tookMs = performance.now() - askedAt
    storming = false
    await Promise.all(storm)
    for (const socket of [...unread, ...unsent, ...upgraded]) socket.destroy()
    expect(code).toBe(0)
    expect(tookMs).toBeLessThan(3_000 + 4_000)
  })
})
