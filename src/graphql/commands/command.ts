import type { FieldMap, ObjectFieldBuilder } from '@pothos/core'
import type { GraphQLResolveInfo } from 'graphql'
import type { z } from 'zod'
import { type Permission, callerId } from '../../access/caller.ts'
import { auditUnit } from '../../database/audit.ts'
import { type InForce, waitInForce } from '../../database/memory/recall.ts'
import { transaction, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, DomainErrors } from '../../errors.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { builder, type SchemaTypes } from '../builder.ts'
import { type Context, callerOf } from '../context.ts'
import { type Changes, findExpected, holdingVersion } from './expected-version.ts'
import { buildFields, type Input } from './input/field.ts'
import { findAnswer, keepAnswer, readIdempotency } from './idempotency.ts'
import { type Refusal, UserError } from './user-errors.ts'

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>

/** What a payload type resolves from: the command's answer, or why it was refused. */
interface Payload<R> {
  result: R | undefined
  userErrors: readonly Refusal[]
  eventCursor: bigint | undefined
  inForce: InForce | undefined
}

/** What the fields of a payload are made with. */
export type PayloadBuilder<R> = ObjectFieldBuilder<Types, Payload<R>>

interface CommandOptions<I, R> {
  description: string
  /** `self`: any signed-in person, who acts on nobody but themselves. */
  permission: Permission | 'self'
  /** The one argument, `input`; every rule of it that is broken becomes a user error with its path. */
  input: Input<I>
  /**
   * Which versioned record the command changes: the field of the input with its id, or how to tell;
   * `id` when left out and there is such a field; null for none. Adds `expectedVersion` to the input,
   * which holds without the command doing more than locking the record (lockRow, noteVersion).
   */
  changes?: Changes<I>
  /**
   * It changes what processes hold in memory (database/memory/recall.ts): it is answered once that holds everywhere,
   * and says so in the payload field `inForce`.
   */
  recalls?: true
  /**
   * Runs before the transaction, so that what it counts stays counted when the command is refused.
   * @throws AccessError for who may not even try
   */
  admit?: (context: Context) => Promise<void>
  /** Runs in one transaction. A thrown DomainError undoes it and becomes a user error. */
  run: (unit: UnitOfWork, input: I, context: Context, info: GraphQLResolveInfo) => Promise<R>
  /** Fields of the payload beside `userErrors` and `eventCursor`; nullable, for the refused case. */
  payload: (t: PayloadBuilder<R>) => FieldMap
}

/** What is a command's own where several share permission and payload. */
export type CommandBody<I, R> = Omit<CommandOptions<I, R>, 'payload' | 'permission'>

/**
 * Adds a mutation `name(input: NameInput!): NamePayload!`: permission, input rules, one transaction,
 * idempotency, audit log, user errors and the event cursor come with it, so that a slice only says
 * what is its own.
 */
export function defineCommand<I, R>(name: string, options: CommandOptions<I, R>): void {
  const typeName = name[0]?.toUpperCase() + name.slice(1)
  const Input = builder.inputType(`${typeName}Input`, {
    description: `Input of ${name}.`,
    fields: (t) => {
      const fields = buildFields(options.input.fields, t)
      const { changes = 'id' in fields ? 'id' : null } = options
      if (changes === null) return fields
      return { ...fields, expectedVersion: t.int({ description: EXPECTED_VERSION }) }
    },
  })
  const PayloadType = builder.objectRef<Payload<R>>(`${typeName}Payload`).implement({
    description: `Result of ${name}.`,
    fields: (t) => ({
      ...options.payload(t),
      userErrors: t.field({
        type: [UserError],
        description: 'Why nothing was changed; empty on success.',
        resolve: (payload) => [...payload.userErrors],
      }),
      eventCursor: t.field({
        type: 'EventCursor',
        nullable: true,
        description:
          'A cursor before the events of this change: a stream resumed `after` it contains them. Null when nothing changed.',
        resolve: (payload) => payload.eventCursor ?? null,
      }),
      ...(options.recalls === true ? inForceField(t) : {}),
    }),
  })
  builder.mutationField(name, (t) =>
    t.field({
      type: PayloadType,
      description: options.description,
      authScopes:
        options.permission === 'self' ? { signedIn: true } : { permission: options.permission },
      extensions: { command: true },
      args: { input: t.arg({ type: Input, required: true, description: 'What to do.' }) },
      resolve: (_root, { input }, context, info) => runCommand(name, options, input, context, info),
    }),
  )
}

const InForceEnum = builder.enumType('InForce', {
  description: 'How far a change holds at the moment of its answer.',
  values: {
    CONFIRMED: {
      description:
        'Every process that could begin something has confirmed: nothing begins any more as it was before.',
    },
    LEASE_ENDED: {
      description:
        'The change holds: a process has not confirmed, but begins nothing before it has asked what was changed.',
    },
    UNCONFIRMED: {
      description:
        'It could not be found out in time. The change holds within a second of when the database can be asked again. Of webhookEndpointResume also: events recorded before have no place in the line yet, and are sent, not skipped.',
    },
  } satisfies Record<InForce, object>,
})

const inForceField = <R>(t: PayloadBuilder<R>) => ({
  inForce: t.field({
    type: InForceEnum,
    nullable: true,
    description: 'How far the change holds by now; null when it was refused.',
    resolve: (payload) => payload.inForce ?? null,
  }),
})

const EXPECTED_VERSION = 'Refuse if it has another version by now.'

/** What only administrators do, and what people do to their own access, is written down. */
const AUDITED: ReadonlySet<string> = new Set<Permission | 'self'>([
  'api-keys:manage',
  'managers:write',
  'organization:write',
  'plan:change',
  'self',
  'users:write',
  'webhooks:manage',
])

async function runCommand<I, R>(
  name: string,
  options: CommandOptions<I, R>,
  input: object,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Payload<R>> {
  const parsed = options.input.rule.safeParse(input)
  if (!parsed.success) return refused(parsed.error.issues.map(toDomainError))
  await options.admit?.(context)
  const { encryptionKeys } = context.config
  const idempotent = readIdempotency(info, context.idempotencyKey, input)
  try {
    let eventCursor: bigint | undefined
    let leavesBehind = false
    const result = await transaction(context, callerOf(context), async (unit) => {
      if (idempotent !== undefined) {
        const kept = await findAnswer(unit, idempotent, encryptionKeys)
        if (kept !== undefined) {
          eventCursor = kept.eventCursor
          return kept.result as R
        }
      }
      unit.expected = findExpected(options.changes, input, parsed.data, unit.caller)
      const answer = await holdingVersion(unit, () => options.run(unit, parsed.data, context, info))
      if (AUDITED.has(options.permission)) {
        await auditUnit(unit, context.remoteAddress, {
          action: name,
          subjectId: findSubject(unit, parsed.data, answer),
          detail: { fields: Object.keys(input) },
        })
      }
      // After the steps of the command: then the events are written and their cursor is known.
      unit.beforeCommit(async () => {
        eventCursor = unit.recordedAfter
        leavesBehind = unit.leavesBehind
        if (idempotent === undefined) return
        await keepAnswer(unit, idempotent, { result: answer, eventCursor }, encryptionKeys)
      })
      return answer
    })
    const inForce =
      options.recalls === true
        ? await waitInForce(context.database, callerOf(context).organizationId)
        : undefined
    return { result, userErrors: [], eventCursor, inForce: leavesBehind ? 'UNCONFIRMED' : inForce }
  } catch (error) {
    if (error instanceof DomainError) return refused([error])
    if (error instanceof DomainErrors) return refused(error.errors)
    if (isStillNeeded(error)) return refused([STILL_NEEDED])
    throw error
  }
}

const STILL_NEEDED = new DomainError('Other records refer to it', { code: 'CONFLICT', ids: [] })

/** PostgreSQL's restrict_violation: what is to be deleted has records that cannot be without it. */
const RESTRICTED = '23001'

function isStillNeeded(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  const cause: unknown = Object(error.meta?.['driverAdapterError']).cause
  return error.code === 'P2003' && Object(cause).originalCode === RESTRICTED
}

/** Id of the record that a command was about: named by its input, or made by it. */
function findSubject(unit: UnitOfWork, input: unknown, answer: unknown): string {
  const made = typeof answer === 'object' && answer !== null ? Object.values(answer) : []
  for (const candidate of [input, answer, ...made]) {
    if (typeof candidate === 'object' && candidate !== null && 'id' in candidate) {
      if (typeof candidate.id === 'string') return candidate.id
    }
  }
  return callerId(unit.caller)
}

function refused(errors: readonly DomainError[]): Payload<never> {
  const userErrors = errors.map(({ message, detail, path }) => ({ message, detail, path }))
  return { result: undefined, userErrors, eventCursor: undefined, inForce: undefined }
}

function toDomainError(issue: z.core.$ZodIssue): DomainError {
  const path = ['input', ...issue.path.map(String)]
  return new DomainError(`${path.at(-1)}: ${issue.message}`, { code: 'VALIDATION' }, path)
}
