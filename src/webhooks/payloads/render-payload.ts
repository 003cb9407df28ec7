import { execute, type ExecutionResult, type GraphQLSchema } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import type { Config } from '../../config/config.ts'
import { withinTime } from '../../database/query-scope.ts'
import { innerLimit } from '../../database/time-limits.ts'
import type { Backend } from '../../database/unit-of-work.ts'
import { AccessError } from '../../errors.ts'
import type { LoggedEvent } from '../../events/log.ts'
import type { Context } from '../../graphql/context.ts'
import { maskError } from '../../graphql/mask.ts'
import type { Logger } from '../../log.ts'
import type { PayloadDocument, PayloadFault, PayloadFaultCode } from './payload-document.ts'

/** What rendering needs of the process that it runs in. */
export interface RenderParts extends Backend {
  config: Config
  log: Logger
}

/** The body of one event, in whatever form it goes out. */
export interface RenderedBody {
  /** The whole envelope as text: these bytes are stored, signed and sent. */
  body: string
  /** Why it has the form of the catalogue after all; the body says so too. */
  fault: PayloadFault | undefined
}

/** Of one body. Most receivers take no more than some megabytes, and a lane holds hundreds. */
const MAX_BODY_BYTES = 262_144
/** For events rendered together, then for each that failed, and for all of those. */
const TOGETHER_MS = 2_000
const ALONE_MS = 1_000
const ALL_ALONE_MS = 2_000

/**
 * Renders events with one document. They are executed together in one context, so that what they
 * load is loaded by one statement per type and not by one per event. What failed for a reason of
 * our own is tried once more by itself: one event that cannot be rendered spoils no other.
 *
 * Fields of the event show it as it was recorded; `subject` shows the record as it is now.
 */
export async function renderPayloads(
  parts: RenderParts,
  schema: GraphQLSchema,
  payload: PayloadDocument,
  caller: Caller,
  events: readonly LoggedEvent[],
): Promise<Map<string, RenderedBody>> {
  const run = { parts, schema, payload, caller }
  const bodies = new Map<string, RenderedBody>()
  const together = await executeAll(run, events, TOGETHER_MS)
  for (const [index, event] of events.entries()) {
    bodies.set(event.id, toBody(run, event, together[index] ?? OVERDUE))
  }
  const until = Date.now() + ALL_ALONE_MS
  for (const event of events) {
    if (!OURS.has(bodies.get(event.id)?.fault?.code) || Date.now() > until) continue
    const [alone = OVERDUE] = await executeAll(run, [event], ALONE_MS)
    bodies.set(event.id, toBody(run, event, alone))
  }
  return bodies
}

const OURS: ReadonlySet<PayloadFaultCode | undefined> = new Set(['INTERNAL', 'QUERY_TIMEOUT'])

interface Run {
  parts: RenderParts
  schema: GraphQLSchema
  payload: PayloadDocument
  caller: Caller
}

/** Its time was over. */
const OVERDUE = 'overdue'

/** Results in the order of the events; none of those that took too long, whose SQL is cancelled. */
async function executeAll(
  { parts, schema, payload, caller }: Run,
  events: readonly LoggedEvent[],
  timeoutMs: number,
): Promise<(ExecutionResult | typeof OVERDUE)[]> {
  const { config, database, queue, log } = parts
  const context: Context = {
    caller,
    config,
    log,
    database,
    queue,
    remoteAddress: '',
  }
  const results: (ExecutionResult | typeof OVERDUE)[] = events.map(() => OVERDUE)
  const executeOne = async (event: LoggedEvent, index: number) => {
    results[index] = await execute({
      schema,
      document: payload.document,
      rootValue: { kind: 'event', event },
      contextValue: context,
      variableValues: {},
    })
  }
  try {
    await withinTime(innerLimit(timeoutMs), () => Promise.all(events.map(executeOne)))
  } catch (error) {
    if (!(error instanceof AccessError)) throw error
  }
  return [...results]
}

function toBody(
  { parts, payload }: Run,
  event: LoggedEvent,
  result: ExecutionResult | typeof OVERDUE,
): RenderedBody {
  if (result === OVERDUE) {
    return fallBack(event.body, { code: 'QUERY_TIMEOUT', message: 'Rendering took too long' })
  }
  const [error] = result.errors ?? []
  if (error !== undefined) {
    const masked = maskError(error, parts.log)
    const code = masked.extensions['code']
    return fallBack(event.body, { code: toFaultCode(code), message: masked.message })
  }
  const body = withData(event.body, result.data?.[payload.responseKey])
  const bytes = Buffer.byteLength(body)
  if (bytes <= MAX_BODY_BYTES) return { body, fault: undefined }
  return fallBack(event.body, {
    code: 'TOO_LARGE',
    message: `The rendered payload has ${bytes} bytes; at most ${MAX_BODY_BYTES} are allowed`,
  })
}

function toFaultCode(code: unknown): PayloadFaultCode {
  switch (code) {
    case 'FORBIDDEN':
    case 'UNAUTHENTICATED':
    case 'PLAN_REQUIRED':
      return 'FORBIDDEN'
    case 'QUERY_TIMEOUT':
    case 'INTERNAL':
      return code
    case 'UNAVAILABLE':
      return 'INTERNAL'
    default:
      return 'INVALID_DOCUMENT'
  }
}

/** The payload of the catalogue, and in the envelope why it is not the one that was asked for. */
export function fallBack(stored: string, fault: PayloadFault): RenderedBody {
  const envelope: object = JSON.parse(stored)
  return { body: JSON.stringify({ ...envelope, payloadError: fault }), fault }
}

/** Keys keep their order: only what stands under `data` is another. */
function withData(stored: string, data: unknown): string {
  const envelope: object = JSON.parse(stored)
  return JSON.stringify({ ...envelope, data })
}
