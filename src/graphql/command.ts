import type { InputFieldMap, InputFieldBuilder, ObjectFieldBuilder, FieldMap } from '@pothos/core'
import { z } from 'zod'
import type { Permission } from '../caller.ts'
import { transaction, type UnitOfWork } from '../db/unit-of-work.ts'
import { DomainError, DomainErrors } from '../errors.ts'
import { builder, type SchemaTypes } from './builder.ts'
import { type Context, callerOf } from './context.ts'
import { type Refusal, UserError } from './user-errors.ts'

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>

/** What a payload type resolves from: the command's answer, or why it was refused. */
interface Payload<R> {
  result: R | undefined
  userErrors: readonly Refusal[]
  eventCursor: bigint | undefined
}

interface CommandOptions<I, R> {
  description: string
  /** What the caller must hold; undefined = whoever is signed in. */
  permission: Permission | undefined
  /** Fields of the one argument, `input`. */
  input: (t: InputFieldBuilder<Types, 'InputObject'>) => InputFieldMap
  /** The rules of the input; every broken one becomes a user error with its path. */
  schema: z.ZodType<I>
  /** Runs in one transaction. A thrown DomainError undoes it and becomes a user error. */
  run: (unit: UnitOfWork, input: I, context: Context) => Promise<R>
  /** Fields of the payload beside `userErrors` and `eventCursor`; nullable, for the refused case. */
  payload: (t: ObjectFieldBuilder<Types, Payload<R>>) => FieldMap
}

/**
 * Adds a mutation `name(input: NameInput!): NamePayload!`: permission, input rules, one transaction,
 * user errors and the event cursor come with it, so that a slice only says what is its own.
 */
export function defineCommand<I, R>(name: string, options: CommandOptions<I, R>): void {
  const typeName = name[0]?.toUpperCase() + name.slice(1)
  const Input = builder.inputType(`${typeName}Input`, {
    description: `Input of ${name}.`,
    fields: options.input,
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
    }),
  })
  builder.mutationField(name, (t) =>
    t.field({
      type: PayloadType,
      description: options.description,
      authScopes:
        options.permission === undefined ? { signedIn: true } : { permission: options.permission },
      args: { input: t.arg({ type: Input, required: true, description: 'What to do.' }) },
      resolve: (_root, { input }, context) => runCommand(options, input, context),
    }),
  )
}

async function runCommand<I, R>(
  options: CommandOptions<I, R>,
  input: unknown,
  context: Context,
): Promise<Payload<R>> {
  const parsed = options.schema.safeParse(input)
  if (!parsed.success) return refused(parsed.error.issues.map(toDomainError))
  try {
    let unit: UnitOfWork | undefined
    const result = await transaction(context, callerOf(context), (opened) => {
      unit = opened
      return options.run(opened, parsed.data, context)
    })
    return { result, userErrors: [], eventCursor: unit?.recordedAfter }
  } catch (error) {
    if (error instanceof DomainError) return refused([error])
    if (error instanceof DomainErrors) return refused(error.errors)
    throw error
  }
}

function refused(errors: readonly DomainError[]): Payload<never> {
  const userErrors = errors.map(({ message, detail, path }) => ({ message, detail, path }))
  return { result: undefined, userErrors, eventCursor: undefined }
}

function toDomainError(issue: z.core.$ZodIssue): DomainError {
  const path = ['input', ...issue.path.map(String)]
  return new DomainError(`${path.at(-1)}: ${issue.message}`, { code: 'VALIDATION' }, path)
}
