import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryFolder, temporaryFolder } from '../../scripts/temporary-folder.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { ask } from '../harness/app.ts'
import { freePort, isReady, type ProductProcess, spawnProduct, until } from '../harness/process.ts'

const CountOrders = graphql(`
  query CountOrdersOfDemo {
    workOrders {
      totalCount
    }
  }
`)

const SignIn = graphql(`
  mutation SignInAsFirstOwner($email: String!, $password: String!) {
    signIn(input: { email: $email, password: $password }) {
      userId
    }
  }
`)

const EMBEDDED = { ENCRYPTION_KEY: '', AUTH_JWT_SECRET: '', LOG_LEVEL: 'error' }
const MINUTES_MS = 60_000
const ORDERS_OF_DEMO = 600

let folder: TemporaryFolder
beforeAll(async () => {
  folder = await temporaryFolder('first')
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Every state of the folder that a first start goes through, in turn. */
const STAGES: [string, (dataDir: string) => boolean][] = [
  ['its folder is made', (dir) => existsSync(dir)],
  ['its secrets are being written', (dir) => names(dir).some((name) => name.includes('.next'))],
  ['its secrets are there', (dir) => names(dir).includes('secrets.json')],
  ['the folder is claimed', (dir) => names(dir).includes('plantroom.pid')],
  ['the password is there', (dir) => names(dir).includes('postgres.password')],
  ['initdb begins', (dir) => names(dir).some((name) => name.startsWith('postgres.new'))],
  ['initdb has written files', (dir) => names(dir).some((name) => hasControl(dir, name))],
  ['the cluster is in its place', (dir) => existsSync(path.join(dir, 'postgres', 'PG_VERSION'))],
  ['PostgreSQL has written its lock', (dir) => lockOf(dir) !== ''],
  ['PostgreSQL is ready', (dir) => lockOf(dir).includes('ready')],
  ['migrations are under way', (dir) => databases(dir) >= 4],
  ['the demo is about to be committed', (dir) => names(dir).includes('demo.json')],
]

function names(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : []
}
const hasControl = (dir: string, name: string) =>
  name.startsWith('postgres.new') && existsSync(path.join(dir, name, 'global', 'pg_control'))

function lockOf(dir: string): string {
  try {
    return readFileSync(path.join(dir, 'postgres', 'postmaster.pid'), 'utf8')
  } catch {
    return ''
  }
}

/** Whether PostgreSQL is at this moment told of the demo's year. */
async function writesDemo(dir: string): Promise<boolean> {
  const port = Number(lockOf(dir).split('\n')[3])
  const file = path.join(dir, 'postgres.password')
  if (!(port > 0) || !existsSync(file)) return false
  const password = readFileSync(file, 'utf8')
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'plantroom',
    password,
    database: 'postgres',
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rowCount } = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE 'INSERT INTO "event"%'`,
    )
    return rowCount !== 0
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

const databases = (dir: string) => names(path.join(dir, 'postgres', 'base')).length

/** Faster than `until`: some of these states last a millisecond. */
async function reach(product: ProductProcess, holds: () => boolean): Promise<void> {
  const over = { now: false }
  void product.exited.then(() => (over.now = true))
  while (!holds() && !over.now) await new Promise((resolve) => setImmediate(resolve))
}

function killPostgres(dataDir: string): void {
  const pid = Number(lockOf(dataDir).split('\n')[0])
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL')
  } catch {
    // It had not started, or has ended.
  }
}

async function expectDemo(dataDir: string, output: string): Promise<void> {
  const demo = JSON.parse(await readFile(path.join(dataDir, 'demo.json'), 'utf8'))
  expect(output).toContain(demo.apiKey)
  for (const credentials of [
    { 'X-Api-Key': demo.apiKey },
    { Authorization: `Bearer ${demo.ownerToken}` },
  ]) {
    const { workOrders } = await ask(demo.url, credentials, CountOrders)
    expect(workOrders.totalCount).toBeGreaterThanOrEqual(ORDERS_OF_DEMO)
  }
}

/** The demo is written in a second or two, once: where it was over before it was seen, from nothing again. */
async function killInTheMidstOfTheDemo(env: { DATA_DIR: string }): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const product = spawnProduct(env)
    const isOver = () => product.output().includes('Three things to try')
    let isSeen = false
    await until(
      'the midst of the demo',
      async () => (isSeen = await writesDemo(env.DATA_DIR)) || isOver(),
      MINUTES_MS,
    )
    product.signal('SIGKILL')
    await product.exited
    if (isSeen) return
    if (attempt === 10) throw new Error('the demo was ten times over before it was seen')
    await forget(env.DATA_DIR)
  }
}

async function forget(dataDir: string): Promise<void> {
  killPostgres(dataDir)
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

const started = (product: ProductProcess) =>
  until('the start', () => product.output().includes('Three things to try'), MINUTES_MS)

describe('a first start that is stopped', () => {
  it(
    'by kill -9 at any moment, power cut or not, is made good by the next one',
    { timeout: 4 * MINUTES_MS },
    async () => {
      const env = { ...EMBEDDED, DATA_DIR: path.join(folder.path, 'killed') }
      for (const [index, [, holds]] of STAGES.entries()) {
        const product = spawnProduct(env)
        await reach(product, () => holds(env.DATA_DIR))
        product.signal('SIGKILL')
        await product.exited
        if (index % 2 === 1) killPostgres(env.DATA_DIR)
        // Every second stage begins from nothing, the others from what the last one left.
        if (index % 2 === 1 && index < STAGES.length - 1) await forget(env.DATA_DIR)
      }
      for (const kind of ['power cut', 'kill -9']) {
        await killInTheMidstOfTheDemo(env)
        if (kind === 'power cut') killPostgres(env.DATA_DIR)
      }
      // And at moments that no file tells of.
      for (let kills = 0; kills < Number(process.env['KILLS'] ?? '2'); kills++) {
        const product = spawnProduct(env)
        const atMs = Date.now() + Math.random() * 3_000
        await reach(product, () => Date.now() > atMs)
        product.signal('SIGKILL')
        await product.exited
        if (kills % 2 === 0) killPostgres(env.DATA_DIR)
      }
      const last = spawnProduct(env)
      await started(last)
      await expectDemo(env.DATA_DIR, last.output())
      last.signal('SIGTERM')
      expect(await last.exited).toBe(0)
      expect(names(env.DATA_DIR).toSorted()).toEqual([
        'demo.json',
        'postgres',
        'postgres.password',
        'secrets.json',
      ])
    },
  )

  it(
    'by SIGTERM ends with 0 within its time, and leaves no PostgreSQL',
    { timeout: 3 * MINUTES_MS },
    async () => {
      const env = { ...EMBEDDED, DATA_DIR: path.join(folder.path, 'terminated') }
      for (const wanted of ['initdb begins', 'PostgreSQL is ready', 'migrations are under way']) {
        const holds = STAGES.find(([name]) => name === wanted)?.[1]
        const product = spawnProduct(env)
        // What the one before has left may look like that state: this one has the folder by then.
        const isHere = () => names(env.DATA_DIR).includes('plantroom.pid')
        await reach(product, () => isHere() && (holds?.(env.DATA_DIR) ?? false))
        product.signal('SIGTERM')
        expect(await product.exited, product.output()).toBe(0)
        expect(product.output()).not.toContain('    at ')
        expect(lockOf(env.DATA_DIR)).toBe('')
        expect(names(env.DATA_DIR)).not.toContain('plantroom.pid')
      }
    },
  )
})

describe('a first start', () => {
  it(
    'is ready only when its demo is there; of several at once in one folder one starts',
    { timeout: 3 * MINUTES_MS },
    async () => {
      const port = await freePort()
      const env = { ...EMBEDDED, PORT: String(port), DATA_DIR: path.join(folder.path, 'raced') }
      const products = [1, 2, 3].map(() => spawnProduct(env))
      const url = `http://127.0.0.1:${port}`
      await until('readiness', () => isReady(url), MINUTES_MS)
      const { apiKey } = JSON.parse(await readFile(path.join(env.DATA_DIR, 'demo.json'), 'utf8'))
      const { workOrders } = await ask(url, { 'X-Api-Key': apiKey }, CountOrders)
      expect(workOrders.totalCount).toBeGreaterThanOrEqual(ORDERS_OF_DEMO)
      const winner = products.filter((product) => !product.output().includes('Another Plantroom'))
      await until('the text', () => winner.some((each) => each.output().includes('Three things')))
      const only = products.find((product) => product.output().includes('Three things'))
      await expectDemo(env.DATA_DIR, only?.output() ?? '')
      for (const product of products.filter((each) => each !== only)) {
        expect(await product.exited).toBe(1)
        expect(product.output().trim()).toMatch(
          /^(Another Plantroom|.* another Plantroom)[^\n]*\.$/,
        )
      }
      only?.signal('SIGTERM')
      expect(await only?.exited).toBe(0)

      // What they wrote is of one of them: what was sealed and signed then is still good.
      await writeFile(path.join(env.DATA_DIR, 'plantroom.pid'), '')
      const again = spawnProduct(env)
      await started(again)
      await expectDemo(env.DATA_DIR, again.output())

      // PostgreSQL ends: it is started again, and everything finds it.
      // The loss may be over before anybody asks: the new one is known by its lock file.
      const lost = lockOf(env.DATA_DIR).split('\n')[0]
      killPostgres(env.DATA_DIR)
      const isNew = () => ![lost, ''].includes(lockOf(env.DATA_DIR).split('\n')[0])
      await until('the new PostgreSQL', isNew, MINUTES_MS)
      await until('readiness again', () => isReady(url), MINUTES_MS)
      await expectDemo(env.DATA_DIR, again.output())
      again.signal('SIGTERM')
      expect(await again.exited).toBe(0)

      await writeFile(path.join(env.DATA_DIR, 'demo.json'), '{"apiKey": "idt')
      const damaged = spawnProduct(env)
      await until('the start', () => damaged.output().includes('/graphql'), MINUTES_MS)
      await until('the sentence', () => /demo\.json is damaged, .*\.$/m.test(damaged.output()))
      damaged.signal('SIGTERM')
      expect(await damaged.exited).toBe(0)

      await writeFile(path.join(env.DATA_DIR, 'postgres.password'), 'of another one')
      const locked = spawnProduct(env)
      expect(await locked.exited).toBe(1)
      expect(locked.output().trim()).toMatch(
        /^[^\n]*postgres\.password is not the password of its database: restore it from a backup\.$/,
      )
    },
  )

  it(
    'with NODE_ENV=production makes no demo, prints no token, and says how to begin',
    { timeout: 2 * MINUTES_MS },
    async () => {
      const env = {
        ...EMBEDDED,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: String(await freePort()),
        DATA_DIR: path.join(folder.path, 'production'),
      }
      const product = spawnProduct(env)
      const sentence = /There is no organization yet: npm run create-organization -- .*\.$/m
      await until('the start', () => sentence.test(product.output()), MINUTES_MS)
      expect(product.output()).not.toMatch(/idt_live_|eyJ|token/i)
      expect(names(env.DATA_DIR)).not.toContain('demo.json')

      const script = path.resolve(import.meta.dirname, '../../scripts/create-organization.ts')
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [script, '--name', 'Acme', '--email', 'owner@acme.example'],
        { env: { PATH: process.env['PATH'], DATA_DIR: env.DATA_DIR } },
      )
      const password = /with the password (\S+)/.exec(stdout)?.[1] ?? ''
      const { signIn } = await ask(`http://127.0.0.1:${env.PORT}`, {}, SignIn, {
        email: 'owner@acme.example',
        password,
      })
      expect(signIn.userId).toMatch(/^usr-/)
      product.signal('SIGTERM')
      expect(await product.exited).toBe(0)
    },
  )
})

describe('a data folder that cannot be used', () => {
  it.each<[string, string, RegExp]>([
    [
      'that is not JSON',
      '{"encryptionKey":',
      /secrets\.json is damaged \(it is not JSON\): restore/,
    ],
    ['that is empty', '', /secrets\.json is damaged \(it is not JSON\): restore/],
    [
      'with a key of one letter',
      JSON.stringify({ encryptionKey: 'a', jwtSecret: 'x'.repeat(43) }),
      /secrets\.json is damaged \(encryptionKey: .*\): restore/,
    ],
    [
      'with a key of the wrong length',
      JSON.stringify({ encryptionKey: 'c2hvcnQ=', jwtSecret: 'x'.repeat(43) }),
      /secrets\.json is damaged \(encryptionKey: must be 32 bytes in base64\): restore/,
    ],
    [
      'with a weak secret for tokens',
      JSON.stringify({ encryptionKey: Buffer.alloc(32, 1).toString('base64'), jwtSecret: 'x' }),
      /secrets\.json is damaged \(jwtSecret: must have at least 32 characters\): restore/,
    ],
    [
      'without a field',
      JSON.stringify({ encryptionKey: Buffer.alloc(32, 1).toString('base64') }),
      /secrets\.json is damaged \(jwtSecret: .*\): restore/,
    ],
    ['of another type', '[1]', /secrets\.json is damaged \(.*\): restore/],
  ])('secrets %s are refused in one sentence', async (_name, text, sentence) => {
    const dir = path.join(folder.path, 'damaged')
    await mkdir(dir, { recursive: true })
    await writeFile(path.join(dir, 'secrets.json'), text)
    const { readOrMakeSecrets } = await import('../../src/database/postgres/data-folder.ts')
    expect(() => readOrMakeSecrets(dir)).toThrow(sentence)
  })

  it('because its own secrets are missing beside its database is refused, and no new ones are made', async () => {
    const dir = path.join(folder.path, 'lost')
    await mkdir(path.join(dir, 'postgres'), { recursive: true })
    await writeFile(path.join(dir, 'postgres', 'PG_VERSION'), '18\n')
    const product = spawnProduct({ ...EMBEDDED, DATA_DIR: dir })
    expect(await product.exited).toBe(1)
    expect(product.output().trim()).toMatch(
      /^[^\n]*secrets\.json is missing beside its database: restore it[^\n]*\.$/,
    )
    expect(names(dir)).toEqual(['postgres'])
  })

  it.each<[string, (dir: string) => Promise<void>, RegExp]>([
    [
      'is a link to nowhere',
      (dir) => symlink(path.join(folder.path, 'nowhere'), dir),
      /nowhere[^\n]*\(ENOENT\)\.$/,
    ],
    [
      'has a folder in the place of secrets.json',
      async (dir) => void (await mkdir(path.join(dir, 'secrets.json'), { recursive: true })),
      /secrets\.json: it is a folder, not a file \(EISDIR\)\.$/,
    ],
  ])('because it %s is refused, naming the file', async (name, make, sentence) => {
    const dir = path.join(folder.path, name)
    await make(dir)
    const product = spawnProduct({ ...EMBEDDED, DATA_DIR: dir })
    expect(await product.exited).toBe(1)
    expect(product.output().trim()).toMatch(sentence)
    expect(product.output().trim()).not.toContain('\n')
  })

  it('because it lies below a file is refused in one sentence', async () => {
    const file = path.join(folder.path, 'file')
    await writeFile(file, '')
    const product = spawnProduct({ ...EMBEDDED, DATA_DIR: path.join(file, 'data') })
    expect(await product.exited).toBe(1)
    expect(product.output().trim()).toMatch(/^Plantroom cannot use [^\n]*file[^\n]*\(ENOTDIR\)\.$/)
  })
})
