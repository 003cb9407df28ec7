import { spawn } from 'node:child_process'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type TemporaryFolder, temporaryFolder } from '../../scripts/temporary-folder.ts'
import { startEmbeddedPostgres } from '../../src/database/postgres/embedded.ts'
import { supervise } from '../../src/database/postgres/supervise.ts'
import { StartupError } from '../../src/errors.ts'
import { until } from '../harness/process.ts'

const SETTINGS = { fsync: 'off' }
const MINUTE_MS = 60_000

let folder: TemporaryFolder
/** A name that asks for quoting, and longer than a path of a socket may be. */
let home: string
/** What PostgreSQL wrote into its lock file when it ran last. */
let lock: string

beforeAll(async () => {
  folder = await temporaryFolder('starts')
  home = path.join(folder.path, `Gebäude & 'Räume' ${'x'.repeat(120)}`)
  await mkdir(home)
  await using postgres = await start(home)
  await ask(postgres.url, 'CREATE TABLE kept AS SELECT 1 AS n')
  lock = await readFile(lockFile(home), 'utf8')
}, MINUTE_MS)
afterAll(() => folder[Symbol.asyncDispose]())

const lockFile = (dataDir: string) => path.join(dataDir, 'postgres', 'postmaster.pid')
const pidOf = async (dataDir: string) =>
  Number((await readFile(lockFile(dataDir), 'utf8')).split('\n')[0])
const start = (dataDir: string) => startEmbeddedPostgres(dataDir, { settings: SETTINGS })

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

describe('a lock file that a power cut left is not believed', () => {
  const cases: [string, () => string | Promise<string>][] = [
    ['of a process that is gone, which was ready', () => lock],
    ['empty', () => ''],
    ['cut off after the process id', () => lock.slice(0, 3)],
    ['of a process id that another program has now', () => withPid(process.pid)],
    ['without a number', () => `x\n${lock}`],
    // As after a reboot: the process id is that of another installation's PostgreSQL.
    ['of a process id that another PostgreSQL has now', async () => withPid(await otherPostgres())],
  ]
  const withPid = (pid: number) => [pid, ...lock.split('\n').slice(1)].join('\n')

  it.each(cases)('%s', { timeout: MINUTE_MS }, async (_name, left) => {
    await writeFile(lockFile(home), await left())
    await using postgres = await start(home)
    expect(await ask(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
  })

  /** The postmaster of the whole test run. */
  async function otherPostgres(): Promise<number> {
    const other = new URL(inject('templateUrl'))
    const rows = await ask(other.href, "SELECT pg_read_file('postmaster.pid') AS text")
    return Number(String(Reflect.get(rows[0] ?? {}, 'text')).split('\n')[0])
  }
})

describe('a copied data folder', () => {
  it(
    'of a running Plantroom is refused in one sentence, and the original runs on',
    { timeout: MINUTE_MS },
    async () => {
      await using original = await start(home)
      const copy = path.join(folder.path, 'copy of a running one')
      await cp(home, copy, { recursive: true })
      await expect(start(copy)).rejects.toThrow(
        /^\S.* was copied while PostgreSQL \(process \d+\) was running on .*: stop the original and copy its folder again, or .*\.$/,
      )
      expect(await ask(original.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
    },
  )

  it('of a stopped one, and a moved one, work by themselves', { timeout: MINUTE_MS }, async () => {
    const copy = path.join(folder.path, 'copy of a stopped one')
    await cp(home, copy, { recursive: true })
    await using original = await start(home)
    {
      await using copied = await start(copy)
      expect(copied.url).not.toBe(original.url)
      await ask(copied.url, 'UPDATE kept SET n = 2')
    }
    expect(await ask(original.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
    const moved = path.join(folder.path, 'moved')
    await rename(copy, moved)
    await using again = await start(moved)
    expect(await ask(again.url, 'SELECT n FROM kept')).toEqual([{ n: 2 }])
  })
})

describe('a PostgreSQL that ends while it is needed', () => {
  it('is started again at the same address', { timeout: MINUTE_MS }, async () => {
    await using postgres = await start(home)
    for (let round = 1; round <= 2; round++) {
      const pid = await pidOf(home)
      process.kill(pid, 'SIGKILL')
      await until('another process', async () => (await pidOf(home).catch(() => pid)) !== pid)
      await until('its answers', () =>
        ask(postgres.url, 'SELECT n FROM kept').then(
          () => true,
          () => false,
        ),
      )
    }
    expect(await ask(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
  })

  it('and cannot be started again is told once, with the reason', async () => {
    const lost: StartupError[] = []
    let tries = 0
    await using _supervision = supervise({
      running: { pid: await deadProcess(), port: 1, ended: Promise.resolve() },
      restart: async () => {
        tries++
        throw new StartupError('no room')
      },
      log: undefined,
      onLost: (error) => lost.push(error),
      stopPatienceS: 1,
      firstDelayMs: 1,
    })
    await until('giving up', () => lost.length > 0)
    expect(tries).toBe(10)
    expect(lost.map((error) => error.message)).toEqual([
      'The embedded PostgreSQL ended and could not be started again (10 times): no room',
    ])
  })

  async function deadProcess(): Promise<number> {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await new Promise((resolve) => child.once('exit', resolve))
    return child.pid ?? 0
  }
})

describe('a damaged data folder says in one sentence what is wrong', () => {
  it.each<[string, (dataDir: string) => Promise<void>, RegExp]>([
    [
      'a cluster without its version',
      (dataDir) => rm(path.join(dataDir, 'postgres', 'PG_VERSION')),
      /^\S.* is damaged \(PG_VERSION is missing\): restore it .*\.$/,
    ],
    [
      'an empty version',
      (dataDir) => writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), ''),
      /^\S.* is damaged \(PG_VERSION is not a number\): restore it .*\.$/,
    ],
    [
      'no control file',
      (dataDir) => rm(path.join(dataDir, 'postgres', 'global', 'pg_control')),
      /^The embedded PostgreSQL did not start\. It said: [^\n]*database system[^\n]*$/,
    ],
    [
      'an empty password',
      (dataDir) => writeFile(path.join(dataDir, 'postgres.password'), ''),
      /^\S.*postgres.password is missing or empty beside its database: restore it from a backup\.$/,
    ],
  ])('%s', { timeout: MINUTE_MS }, async (name, damage, sentence) => {
    const damaged = path.join(folder.path, name)
    await cp(home, damaged, { recursive: true })
    await damage(damaged)
    await expect(start(damaged)).rejects.toThrow(sentence)
  })

  it(
    'but an empty password before there is a database is made anew',
    { timeout: MINUTE_MS },
    async () => {
      const early = path.join(folder.path, 'early')
      await mkdir(early)
      await writeFile(path.join(early, 'postgres.password'), '')
      await using postgres = await start(early)
      expect(await ask(postgres.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
    },
  )
})
