import type { FieldMap, ObjectRef } from '@pothos/core'
import type { SchemaTypes } from '../builder.ts'
import type { PayloadBuilder } from './command.ts'

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>
type PayloadFields<R> = (t: PayloadBuilder<R>) => FieldMap

/** The payload of a command that answers with a record. */
export function recordPayload<R>(
  name: string,
  type: ObjectRef<Types, R>,
  description: string,
): PayloadFields<R> {
  return (t) => recordField(t, name, type, description, (answer) => answer)
}

/**
 * A field of a payload with the record that is in a command's answer.
 * @param pick finds it there
 */
export function recordField<R, Shape>(
  t: PayloadBuilder<R>,
  name: string,
  type: ObjectRef<Types, Shape>,
  description: string,
  pick: (answer: R) => Shape,
): FieldMap {
  return {
    [name]: t.field({
      type,
      nullable: true,
      description,
      resolve: ({ result }) => (result === undefined ? null : pick(result)) as never,
    }),
  }
}

/** The payload of a command that removes a record and answers with its id. */
export function deletedPayload(description: string, name = 'deletedId'): PayloadFields<string> {
  return (t) => ({
    [name]: t.id({ nullable: true, description, resolve: ({ result }) => result ?? null }),
  })
}
