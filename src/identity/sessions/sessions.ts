import type { Client } from 'pg'
import { z } from 'zod'
import type { Caller } from '../../access/caller.ts'
import type { Database } from '../../database/database.ts'
import { listenOn } from '../../database/listen.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { Logger } from '../../log.ts'

/**
 * Rights that were taken away, told to every server process so that what is open with them ends:
 * a key, everything of a user (but for one session), one session, the keys of an organization whose
 * plan has changed. `everything` says that word of some may have been lost: check all.
 */
const revocation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('apiKey'), id: z.string() }),
  z.object({ kind: z.literal('user'), id: z.string(), exceptSession: z.string().optional() }),
  z.object({ kind: z.literal('session'), id: z.string() }),
  z.object({ kind: z.literal('organization'), id: z.string() }),
  z.object({ kind: z.literal('everything') }),
])
export type Revocation = z.infer<typeof revocation>

type OnRevoked = (revocation: Revocation) => void

const CHANNEL = 'plantroom_revoked'
/** How often everything is checked while no notification can come, which keeps the promise of 1 s. */
const BLIND_CHECK_MS = 800
/** How often the connection must answer while somebody relies on it, and for how long that counts. */
const PROOF_MS = 300
const PROVEN_MS = 1_000
/** A connection that does not answer for so long is given up. */
const SILENT_MS = 3_000
/** After the last request nothing needs a proof. */
const ASKED_LATELY_MS = 5_000

/** Listeners of this process hear of its own revocations as soon as they are committed. */
const ownListeners = new Set<OnRevoked>()

/**
 * Tells every server process, once the transaction commits. Revocations are rare: the lock that
 * NOTIFY takes at commit does not matter here.
 */
export async function announceRevocation(unit: UnitOfWork, revoked: Revocation): Promise<void> {
  await unit.tx.$queryRaw(
    Prisma.sql`SELECT pg_notify(${CHANNEL}, ${JSON.stringify(revoked)})::text`,
  )
  unit.afterCommit(() => {
    for (const listener of ownListeners) listener(revoked)
  })
}

/** Whether the caller's rights are, or may be, among those taken away. */
export function concerns(revoked: Revocation, caller: Caller): boolean {
  switch (revoked.kind) {
    case 'apiKey':
      return caller.kind === 'apiKey' && caller.apiKeyId === revoked.id
    case 'user':
      return (
        caller.kind === 'user' &&
        caller.userId === revoked.id &&
        (revoked.exceptSession === undefined || caller.sessionId !== revoked.exceptSession)
      )
    case 'session':
      return caller.kind === 'user' && caller.sessionId === revoked.id
    case 'organization':
      return caller.organizationId === revoked.id
    case 'everything':
      return true
  }
}

export interface RevocationFeed extends AsyncDisposable {
  /** Calls back for every revocation of any process; one of this process may come twice. */
  onRevoked(callback: OnRevoked): void
  /**
   * Whether everything revoked until a second ago has been heard of. The connection is put to the proof
   * while somebody asks; false while notifications cannot arrive: then `everything` comes about once a
   * second.
   */
  proven(): boolean
}

/** Hears of revocations over a connection of its own, and reconnects by itself. */
export function watchRevocations(database: Database, log: Logger): RevocationFeed {
  const callbacks = new Set<OnRevoked>()
  let provenAt = -Infinity
  let askedAt = -Infinity
  let askingSince: number | undefined

  function tell(revoked: Revocation): void {
    for (const callback of callbacks) callback(revoked)
  }

  /**
   * Messages of a connection keep their order: an answer shows that it lives, and that what was
   * revoked before the question has arrived.
   */
  function prove(client: Client, onSilence: () => void): void {
    const startedAt = performance.now()
    if (askingSince !== undefined) {
      if (startedAt - askingSince > SILENT_MS) onSilence()
      return
    }
    if (startedAt - askedAt > ASKED_LATELY_MS) return
    askingSince = startedAt
    const answered = () => {
      askingSince = undefined
    }
    client.query('SELECT 1').then(() => {
      provenAt = startedAt
      answered()
    }, answered)
  }

  const channel = listenOn(CHANNEL, {
    url: database.url,
    applicationName: 'plantroom revocations',
    log,
    whenLost: 'revocations are not heard of; checking meanwhile',
    onMessage(payload) {
      const parsed = parse(payload)
      if (parsed !== undefined) tell(parsed)
    },
    onConnected(client, giveUp) {
      askingSince = undefined
      provenAt = performance.now()
      const proving = setInterval(() => prove(client, giveUp), PROOF_MS)
      // What was said before this moment was not heard.
      tell({ kind: 'everything' })
      return () => clearInterval(proving)
    },
  })
  const blindCheck = setInterval(() => {
    if (!channel.connected) tell({ kind: 'everything' })
  }, BLIND_CHECK_MS)
  ownListeners.add(tell)
  return {
    onRevoked: (callback) => callbacks.add(callback),
    proven() {
      askedAt = performance.now()
      return channel.connected && askedAt - provenAt < PROVEN_MS
    },
    async [Symbol.asyncDispose]() {
      ownListeners.delete(tell)
      clearInterval(blindCheck)
      await channel[Symbol.asyncDispose]()
    },
  }
}

/** Undefined for text of another form: the channel is open to any client of the database. */
function parse(payload: string | undefined): Revocation | undefined {
  try {
    return revocation.safeParse(JSON.parse(payload ?? '')).data
  } catch {
    return undefined
  }
}
