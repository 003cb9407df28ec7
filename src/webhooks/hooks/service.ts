import { z } from 'zod'
import { newId } from '../../database/ids.ts'
import { recall } from '../../database/memory/recall.ts'
import { noteVersion, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, invalid } from '../../errors.ts'
import { type EventDefinition, listEvents } from '../../events/define.ts'
import { serializeEnvelope, toUnixSeconds } from '../../events/envelope.ts'
import type { SyncHook } from '../../generated/prisma/client.ts'
import type { HookFailurePolicy } from '../../generated/prisma/enums.ts'
import { lockEndpoint } from '../endpoints/endpoint-record.ts'
import { reducePayload } from '../payloads/reduce-payload.ts'
import type { SetHookInput } from './commands.ts'

/** Types of questions, for messages and checks. */
const questions = () => listEvents().filter((event) => event.isQuestion === true)

/**
 * Says which endpoint is asked; the one that was asked until now no longer is.
 * @throws DomainError VALIDATION, NOT_FOUND or VERSION_CONFLICT
 */
export async function setHook(unit: UnitOfWork, input: SetHookInput): Promise<SyncHook> {
  if (!questions().some((event) => event.type === input.event)) {
    const known = questions().map((event) => event.type)
    throw invalid(`event: only these are questions: ${known.join(', ')}`, 'event')
  }
  const before = await lockHook(unit, input.event)
  const endpoint = await findEndpoint(unit, input.endpointId)
  const key = { organizationId: unit.organizationId, eventType: input.event }
  const { timeoutMs, failurePolicy } = input
  const wanted = { endpointId: endpoint.id, timeoutMs, failurePolicy }
  if (before === null) {
    return unit.tx.syncHook.create({
      data: { ...key, ...wanted, created: unit.now, updated: unit.now },
    })
  }
  const same =
    before.endpointId === endpoint.id &&
    before.timeoutMs === timeoutMs &&
    before.failurePolicy === failurePolicy
  if (same) return before
  await recall(unit, [before.endpointId])
  return unit.tx.syncHook.update({
    where: { organizationId_eventType: key },
    data: { ...wanted, updated: unit.now, version: { increment: 1 } },
  })
}

async function findEndpoint(unit: UnitOfWork, id: string) {
  try {
    return await lockEndpoint(unit, id)
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw new DomainError(error.message, error.detail, ['input', 'endpointId'])
  }
}

/** The hook of an event, if there is one: nobody else sets or removes it meanwhile. */
async function lockHook(unit: UnitOfWork, eventType: string): Promise<SyncHook | null> {
  const { organizationId } = unit
  await unit.tx
    .$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`sync hook ${organizationId} ${eventType}`}, 0))`
  const hook = await unit.tx.syncHook.findFirst({ where: { eventType } })
  noteVersion(unit, { id: eventType, version: hook?.version ?? 0 })
  return hook
}

/** From now on nobody is asked; what waits for an answer goes on without. */
export async function removeHook(unit: UnitOfWork, input: { event: string }): Promise<boolean> {
  const before = await lockHook(unit, input.event)
  if (before !== null) await recall(unit, [before.endpointId])
  const { count } = await unit.tx.syncHook.deleteMany({ where: { eventType: input.event } })
  return count > 0
}

/** @throws DomainError CONFLICT while an endpoint is asked before something goes on. */
export async function demandNoHook(unit: UnitOfWork, endpointId: string): Promise<void> {
  const hooks = await unit.tx.syncHook.findMany({ where: { endpointId } })
  if (hooks.length === 0) return
  const asked = hooks.map((hook) => hook.eventType).join(', ')
  throw new DomainError(
    `The endpoint is asked for ${asked}: choose another one or remove the hook first`,
    { code: 'CONFLICT', ids: [endpointId] },
    ['input', 'id'],
  )
}

/** A question that is to be sent now. */
export interface Question {
  deliveryId: string
  /** For the whole exchange. */
  timeoutMs: number
  failurePolicy: HookFailurePolicy
}

/**
 * Writes a question to the hook that is to be asked, as a delivery outside of its endpoint's order;
 * whoever calls this sends it after the commit.
 * @returns undefined when nobody is to be asked
 */
export async function openQuestion<T>(
  unit: UnitOfWork,
  definition: EventDefinition<T>,
  subjectId: string,
  object: T,
): Promise<Question | undefined> {
  const eventType = definition.type
  const hook = await unit.tx.syncHook.findFirst({
    where: { eventType },
    include: { endpoint: { select: { maxBodyBytes: true } } },
  })
  if (hook === null) return undefined
  const eventId = newId('event', unit.now.getTime())
  const deliveryId = newId('webhookDelivery', unit.now.getTime())
  const body = serializeEnvelope({
    id: eventId,
    type: eventType,
    organizationId: unit.organizationId,
    created: toUnixSeconds(unit.now),
    data: { object: definition.payload.parse(object) },
    livemode: true,
  })
  const { maxBodyBytes } = hook.endpoint
  const reduced = maxBodyBytes === null ? undefined : reducePayload(body, subjectId, maxBodyBytes)
  await unit.tx.webhookDelivery.create({
    data: {
      id: deliveryId,
      organizationId: unit.organizationId,
      endpointId: hook.endpointId,
      eventId,
      eventType,
      subjectId,
      body: reduced?.body ?? body,
      dueAt: unit.now,
      created: unit.now,
    },
  })
  return { deliveryId, timeoutMs: hook.timeoutMs, failurePolicy: hook.failurePolicy }
}

export interface Verdict {
  allowed: boolean
  reason?: string | undefined
  /** To be added to what the person is told. */
  message?: string | undefined
}

/** What came back: the body of a 2xx, or undefined when there was none in time. */
export type Reply = string | undefined

const TEXT_LIMIT = 500
const text = z
  .string()
  .transform((value) => value.trim().slice(0, TEXT_LIMIT))
  .optional()
const reply = z.object({
  decision: z.enum(['allow', 'deny']),
  reason: text.catch(undefined),
  message: text.catch(undefined),
})

/**
 * What an answer means. A 2xx that says anything else than a decision allows: whoever answers is
 * there and does not object. No answer means what the hook's policy says.
 * @returns also whether the answer could be understood
 */
export function judge(
  answer: Reply,
  policy: HookFailurePolicy,
): { verdict: Verdict; understood: boolean } {
  if (answer === undefined) {
    const allowed = policy === 'FAIL_OPEN'
    return {
      verdict: { allowed, ...(allowed ? {} : { reason: 'The hook did not answer' }) },
      understood: false,
    }
  }
  const parsed = reply.safeParse(parseJson(answer))
  if (!parsed.success) return { verdict: { allowed: true }, understood: false }
  const { decision, reason, message } = parsed.data
  return { verdict: { allowed: decision === 'allow', reason, message }, understood: true }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
