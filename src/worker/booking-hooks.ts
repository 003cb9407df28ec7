import { bookingHookJob, settleQuestion, takeQuestion } from '../domains/bookings/hooks/hooks.ts'
import type { Caller } from '../access/caller.ts'
import { type Backend, transaction } from '../database/unit-of-work.ts'
import type { DeliveryEngine } from '../delivery/engine.ts'
import type { Plan } from '../generated/prisma/enums.ts'
import type { Logger } from '../log.ts'
import { judge, openQuestion, type Verdict } from '../webhooks/hooks/sync-hooks.ts'

interface Dependencies {
  backend: Backend
  engine: Pick<DeliveryEngine, 'ask'>
  log: Logger
}

/** Questions asked at once by one process. */
const BATCH = 20

/** Lets this process ask what bookings wait for. */
export async function implementBookingHooks(dependencies: Dependencies): Promise<void> {
  const { backend, log } = dependencies
  await backend.queue.implement(bookingHookJob, { batchSize: BATCH }, async (ids) => {
    const asked = ids.map((id) =>
      askAbout(dependencies, id).catch((error: unknown) => {
        log.warn({ bookingId: id, error: String(error) }, 'hook not asked yet')
      }),
    )
    await Promise.all(asked)
  })
}

async function askAbout({ backend, engine, log }: Dependencies, id: string): Promise<void> {
  const caller = await findCaller(backend, id)
  if (caller === undefined) return
  const asked = await transaction(backend, caller, async (unit) => {
    const question = await takeQuestion(unit, id)
    if (question === undefined) return undefined
    return { opened: await openQuestion(unit, question.definition, id, question.object) }
  })
  if (asked === undefined) return
  let verdict: Verdict = { allowed: true }
  if (asked.opened !== undefined) {
    const { deliveryId, timeoutMs, failurePolicy } = asked.opened
    const judged = judge(await engine.ask(deliveryId, timeoutMs), failurePolicy)
    if (!judged.understood) log.info({ deliveryId, failurePolicy }, 'hook without a decision')
    verdict = judged.verdict
  }
  await transaction(backend, caller, (unit) => settleQuestion(unit, id, verdict))
}

async function findCaller({ database }: Backend, bookingId: string): Promise<Caller | undefined> {
  const { rows } = await database.pool.query<{ organizationId: string; plan: Plan }>({
    name: 'booking-hook-organization',
    text: `SELECT organization.id AS "organizationId", organization.plan
             FROM booking JOIN organization ON organization.id = booking.organization_id
            WHERE booking.id = $1`,
    values: [bookingId],
  })
  const [owner] = rows
  return owner === undefined ? undefined : { ...owner, kind: 'system' }
}
