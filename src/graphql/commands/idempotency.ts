import { createHash } from 'node:crypto'
import {
  type ASTVisitor,
  DirectiveLocation,
  getDirectiveValues,
  GraphQLDirective,
  GraphQLError,
  GraphQLNonNull,
  type GraphQLResolveInfo,
  GraphQLString,
  type ValidationContext,
} from 'graphql'
import { callerId } from '../../access/caller.ts'
import type { SealedColumn } from '../../database/sealing/resealing.ts'
import { seal, unseal, UnknownKeyError } from '../../database/sealing/sealing.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { AccessError, DomainError } from '../../errors.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { KeyRing } from '../../config/key-ring.ts'
import { fromStoredText, toStoredText } from './stored-answer.ts'

export const IDEMPOTENT = new GraphQLDirective({
  name: 'idempotent',
  description:
    'Makes a mutation safe to send again: within 24 hours the same key with the same input answers what the first one answered and changes nothing. Refused mutations are not remembered. The header `Idempotency-Key` does the same.',
  locations: [DirectiveLocation.FIELD],
  args: {
    key: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'Any text of 1–255 characters that is new for every intended change.',
    },
  },
})

/** How long an answer is kept. */
export const IDEMPOTENCY_HOURS = 24

/** One mutation field of one caller with its key. */
export interface IdempotentRequest {
  field: string
  key: string
  inputHash: string
}

export interface KeptAnswer {
  result: unknown
  eventCursor: bigint | undefined
}

/**
 * The key of a mutation field, from its directive or else the request's header.
 * @throws AccessError BAD_USER_INPUT for a key of another form.
 */
export function readIdempotency(
  info: GraphQLResolveInfo,
  header: string | undefined,
  input: unknown,
): IdempotentRequest | undefined {
  const [node] = info.fieldNodes
  const given =
    node === undefined ? undefined : getDirectiveValues(IDEMPOTENT, node, info.variableValues)
  const key = typeof given?.['key'] === 'string' ? given['key'] : headerKey(info, header)
  if (key === undefined) return undefined
  if (key.length === 0 || key.length > 300 || key.includes('\0')) {
    throw new AccessError('BAD_USER_INPUT', 'An idempotency key has 1 to 255 characters')
  }
  const inputHash = createHash('sha256').update(stableText(input)).digest('hex')
  return { field: info.fieldName, key, inputHash }
}

/** One header covers all fields of a request: an alias tells two uses of one mutation apart. */
function headerKey(info: GraphQLResolveInfo, header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  return info.path.key === info.fieldName ? header : `${header}#${info.path.key}`
}

/**
 * The answer that the same request was given before, if any; otherwise the request is taken: until
 * the transaction ends nobody else can run it.
 * @throws DomainError IDEMPOTENCY when the key came with another input, or its first request runs.
 */
export async function findAnswer(
  unit: UnitOfWork,
  request: IdempotentRequest,
  encryptionKeys: KeyRing,
): Promise<KeptAnswer | undefined> {
  const where = whereOf(unit, request)
  const locked = await unit.tx.$queryRaw<{ taken: boolean }[]>(
    Prisma.sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${contextOf(unit, request)}, 7416)) AS taken`,
  )
  if (locked[0]?.taken !== true) {
    throw refusal('The first request with this idempotency key still runs')
  }
  const kept = await unit.tx.idempotencyRecord.findUnique({ where })
  if (kept === null) return undefined
  if (kept.created.getTime() < unit.now.getTime() - IDEMPOTENCY_HOURS * 3_600_000) {
    await unit.tx.idempotencyRecord.delete({ where })
    return undefined
  }
  if (kept.inputHash !== request.inputHash) {
    throw refusal('This idempotency key was used with another input')
  }
  if (kept.answer === null) {
    throw refusal('What the first request with this idempotency key answered was erased since')
  }
  return readAnswer(openAnswer(encryptionKeys, kept.answer, contextOf(unit, request)))
}

/** Remembers an answer, in the transaction of the change that it tells of. */
export async function keepAnswer(
  unit: UnitOfWork,
  request: IdempotentRequest,
  answer: KeptAnswer,
  encryptionKeys: KeyRing,
): Promise<void> {
  const text = toStoredText([answer.result, answer.eventCursor])
  await unit.tx.idempotencyRecord.create({
    data: {
      ...whereOf(unit, request).organizationId_callerId_field_key,
      inputHash: request.inputHash,
      shownIds: idsIn(text),
      answer: seal(encryptionKeys, text, contextOf(unit, request)),
      created: unit.now,
    },
  })
}

/** Whatever has the form of an id, see newId. */
const ID = /[a-z]+(?:[-_][a-z]+)?[-_][0-9a-hjkmnp-tv-z]{22}(?![0-9a-z])/g

function idsIn(text: string): string[] {
  return [...new Set(text.match(ID) ?? [])]
}

function readAnswer(text: string): KeptAnswer {
  const stored = fromStoredText(text)
  if (!Array.isArray(stored)) throw new Error('A stored answer has an unknown form')
  const [result, cursor]: unknown[] = stored
  return { result, eventCursor: typeof cursor === 'bigint' ? cursor : undefined }
}

function whereOf(unit: UnitOfWork, { field, key }: IdempotentRequest) {
  const { organizationId, caller } = unit
  return {
    organizationId_callerId_field_key: { organizationId, callerId: callerId(caller), field, key },
  }
}

function contextOf(unit: UnitOfWork, { field, key }: IdempotentRequest): string {
  return contextText([unit.organizationId, callerId(unit.caller), field, key])
}

const contextText = (parts: readonly string[]) => JSON.stringify(['idempotency', ...parts])

/** Where kept answers lie, for whoever looks at everything that is sealed. */
export const SEALED: readonly SealedColumn[] = [
  {
    table: 'idempotency_record',
    column: 'answer',
    key: ['organization_id', 'caller_id', 'field', 'key'],
    parts: ['organization_id', 'caller_id', 'field', 'key'],
    contextOf: contextText,
  },
]

/** @throws DomainError IDEMPOTENCY when the key that sealed it is gone: running again is no answer. */
function openAnswer(keys: KeyRing, answer: Uint8Array, context: string): string {
  try {
    return unseal(keys, answer, context)
  } catch (error) {
    if (!(error instanceof UnknownKeyError)) throw error
    throw refusal(
      'What the first request with this idempotency key answered cannot be read any more',
    )
  }
}

function refusal(message: string): DomainError {
  return new DomainError(message, { code: 'IDEMPOTENCY' })
}

/** JSON with sorted keys: two inputs that say the same have the same text. */
function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString()
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
    return Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** The directive means something only on a mutation that runs as a command. */
export function IdempotentPlacementRule(context: ValidationContext): ASTVisitor {
  return {
    Directive(node) {
      if (node.name.value !== IDEMPOTENT.name) return
      if (context.getFieldDef()?.extensions['command'] === true) return
      context.reportError(
        new GraphQLError('@idempotent belongs on a mutation with an `input` that changes records', {
          nodes: node,
        }),
      )
    },
  }
}
