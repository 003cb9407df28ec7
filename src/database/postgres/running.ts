import * as fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { StartupError } from '../../errors.ts'
import { folderOf, identityOf, isAlive, programOf } from './process-identity.ts'
import { type Running, watchEnd } from './embedded-process.ts'

/** A PostgreSQL of ours may be recovering; one that neither answers nor ends is the operator's to end. */
const ANSWER_TIMEOUT_MS = 60_000
const POLL_MS = 50
/** Between PostgreSQL's own start and the time that it writes into its lock file. */
const START_TOLERANCE_S = 5

/** What `postmaster.pid` says. */
interface Lock {
  pid: number
  /** The folder as it was called then. */
  folder: string
  startedS: number
  port: number
}

/**
 * The PostgreSQL that runs on this cluster already, because its Plantroom was killed with -9. It is
 * taken over, not fought.
 *
 * `postmaster.pid` alone proves nothing. After a power cut it names a process that is gone, or one
 * that was given the same id since, perhaps another PostgreSQL; in a copied folder it names the
 * original's. So the process must be a PostgreSQL that works in this very folder. A lock file of
 * anything else is removed: should a PostgreSQL still work here, the next one notices by the shared
 * memory that belongs to the folder, and refuses.
 * @throws StartupError when the folder is a copy of one that is in use.
 */
export async function findRunning(
  cluster: string,
  password: string,
  signal?: AbortSignal,
): Promise<Running | undefined> {
  const file = path.join(cluster, 'postmaster.pid')
  const deadline = Date.now() + ANSWER_TIMEOUT_MS
  for (;;) {
    const text = await fs.readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    const lock = readLock(text)
    const whose = await whoseIs(lock, cluster, password)
    if (whose === 'ours') return { pid: lock.pid, port: lock.port, ended: watchEnd(lock.pid) }
    if (whose === 'original') {
      throw new StartupError(
        `${cluster} was copied while PostgreSQL (process ${lock.pid}) was running on ${lock.folder}, and such a copy may be torn: stop the original and copy its folder again, or delete ${file} if the copy is a snapshot of one instant.`,
      )
    }
    if (whose === 'nobody') {
      await fs.rm(file, { force: true })
      return undefined
    }
    if (Date.now() > deadline) {
      throw new StartupError(
        `PostgreSQL (process ${lock.pid}) runs on ${cluster} and does not answer: end it, and start again.`,
      )
    }
    signal?.throwIfAborted()
    await sleep(POLL_MS)
  }
}

function readLock(text: string): Lock {
  const lines = text.split('\n')
  return {
    pid: Math.abs(Number(lines[0])),
    folder: lines[1] ?? '',
    startedS: Number(lines[2]),
    port: Number(lines[3]),
  }
}

type Whose = 'ours' | 'original' | 'nobody' | 'unknown yet'

async function whoseIs(lock: Lock, cluster: string, password: string): Promise<Whose> {
  if (!isAlive(lock.pid)) return 'nobody'
  const program = await programOf(lock.pid)
  if (program !== undefined && program !== 'postgres') return 'nobody'
  const folder = folderOf(lock.pid)
  if (folder !== undefined && folder !== identityOf(cluster)) {
    const theirs = await fs.readFile(`/proc/${lock.pid}/cwd/postmaster.pid`, 'utf8').catch(() => '')
    const { pid, startedS } = readLock(theirs)
    return pid === lock.pid && startedS === lock.startedS ? 'original' : 'nobody'
  }
  const server = await askServer(lock.port, password)
  if (server === undefined) return 'unknown yet'
  if (folder !== undefined || identityOf(server.folder) === identityOf(cluster)) return 'ours'
  return Math.abs(server.startedS - lock.startedS) <= START_TOLERANCE_S ? 'original' : 'nobody'
}

interface Server {
  folder: string
  startedS: number
}

async function askServer(port: number, password: string): Promise<Server | undefined> {
  if (!Number.isInteger(port) || port <= 0 || port > 65_535) return undefined
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'plantroom',
    password,
    database: 'postgres',
    connectionTimeoutMillis: 2_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<Server>(
      `SELECT current_setting('data_directory') AS folder,
              extract(epoch FROM pg_postmaster_start_time())::float8 AS "startedS"`,
    )
    return rows[0]
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => undefined)
  }
}
