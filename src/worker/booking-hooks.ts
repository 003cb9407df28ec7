import { createFairRoom, type FairRoom, inTurn, type Owner } from '../access/fair-room.ts'
import { bookingHookJob, settleQuestion, takeQuestion } from '../domains/bookings/hooks/hooks.ts'
import type { Caller } from '../access/caller.ts'
import { type Backend, transaction } from '../database/unit-of-work.ts'
import type { DeliveryEngine } from '../delivery/engine.ts'
import type { Plan } from '../generated/prisma/enums.ts'
import type { Logger } from '../log.ts'
import { judge, openQuestion, type Verdict } from '../webhooks/hooks/service.ts'

/*
 * Asks what bookings wait for. A hook may take its ten seconds, or never answer: so nobody waits for a
 * batch, questions are asked in a bounded room that organizations and their endpoints share fairly, and
 * the transactions before and after in another one, so that three hundred of one organization that end
 * at the same moment leave connections to the others.
 */

interface Dependencies {
  backend: Backend
  engine: Pick<DeliveryEngine, 'ask'>
  log: Logger
  /** How long questions under way may take when this process is to stop. */
  patienceMs: number
}

/** Questions asked at once by one process: each is one connection to somebody's server. */
const QUESTIONS = 600
/** Transactions about them at once. */
const TRANSACTIONS = 6
/** Questions of one organization in hand; what is more stays in the table, where a sweep finds it. */
const IN_HAND = 2_000

interface Asked extends Owner {
  id: string
  caller: Caller
}

interface Rooms {
  questions: FairRoom
  transactions: FairRoom
}

/** Lets this process ask what bookings wait for, until it is disposed of. */
export async function implementBookingHooks(dependencies: Dependencies): Promise<AsyncDisposable> {
  const { backend, log, patienceMs } = dependencies
  const rooms: Rooms = {
    questions: createFairRoom(QUESTIONS),
    transactions: createFairRoom(TRANSACTIONS),
  }
  const inHand = new Map<string, Promise<void>>()
  const counts = new Map<string, number>()
  let stopping = false

  function take(asked: Asked): void {
    const count = counts.get(asked.organizationId) ?? 0
    if (stopping || inHand.has(asked.id) || count >= IN_HAND) return
    counts.set(asked.organizationId, count + 1)
    const done = inTurn(rooms.questions, asked, async () => {
      if (!stopping) await askAbout(dependencies, rooms, asked)
    })
      .catch((error: unknown) => {
        log.warn({ bookingId: asked.id, error: String(error) }, 'hook not asked yet')
      })
      .finally(() => {
        inHand.delete(asked.id)
        const left = (counts.get(asked.organizationId) ?? 1) - 1
        if (left > 0) counts.set(asked.organizationId, left)
        else counts.delete(asked.organizationId)
      })
    inHand.set(asked.id, done)
  }

  await backend.queue.implement(bookingHookJob, { batchSize: 100 }, async (ids) => {
    for (const asked of await findAsked(backend, ids)) take(asked)
  })
  return {
    async [Symbol.asyncDispose]() {
      stopping = true
      const patience = Promise.withResolvers<void>()
      const timer = setTimeout(patience.resolve, patienceMs)
      await Promise.race([Promise.all(inHand.values()), patience.promise])
      clearTimeout(timer)
    },
  }
}

async function askAbout(
  { backend, engine, log }: Dependencies,
  { transactions }: Rooms,
  asked: Asked,
): Promise<void> {
  const { id, caller } = asked
  const taken = await inTurn(transactions, asked, () =>
    transaction(backend, caller, async (unit) => {
      const question = await takeQuestion(unit, id)
      if (question === undefined) return undefined
      return { opened: await openQuestion(unit, question.definition, id, question.object) }
    }),
  )
  if (taken === undefined) return
  let verdict: Verdict = { allowed: true }
  if (taken.opened !== undefined) {
    const { deliveryId, timeoutMs, failurePolicy } = taken.opened
    const judged = judge(await engine.ask(deliveryId, timeoutMs), failurePolicy)
    if (!judged.understood) log.info({ deliveryId, failurePolicy }, 'hook without a decision')
    verdict = judged.verdict
  }
  await inTurn(transactions, asked, () =>
    transaction(backend, caller, (unit) => settleQuestion(unit, id, verdict)),
  )
}

/** Whose the bookings are, and which endpoint is to be asked. */
async function findAsked({ database }: Backend, ids: readonly string[]): Promise<Asked[]> {
  const { rows } = await database.pool.query<{
    id: string
    organizationId: string
    plan: Plan
    endpointId: string | null
  }>({
    name: 'booking-hook-owners',
    text: `SELECT booking.id, organization.id AS "organizationId", organization.plan,
                  hook.endpoint_id AS "endpointId"
             FROM booking JOIN organization ON organization.id = booking.organization_id
             LEFT JOIN sync_hook AS hook ON hook.organization_id = organization.id
              AND hook.event_type = CASE booking.status WHEN 'PENDING' THEN 'booking.before_confirmation'
                                         ELSE 'booking.before_reminder' END
            WHERE booking.id = ANY($1)`,
    values: [ids],
  })
  return rows.map(({ id, organizationId, plan, endpointId }) => ({
    id,
    organizationId,
    endpointId: endpointId ?? 'none',
    caller: { kind: 'system', organizationId, plan },
  }))
}
