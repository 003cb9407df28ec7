import type { FieldMap, ObjectRef } from '@pothos/core'
import type { SchemaTypes } from '../builder.ts'
import type { PayloadBuilder } from './command.ts'

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>
type PayloadFields<R> = (t: PayloadBuilder<R>) => FieldMap

/**
 * The payload of a command that answers with a record.
 * @param pick the record in the command's answer, where that holds more
 */
export function recordPayload<Shape, R = Shape>(
  name: string,
  type: ObjectRef<Types, Shape>,
  description: string,
  pick: (answer: R) => Shape = (answer) => answer as unknown as Shape,
): PayloadFields<R> {
  return (t) => ({
    [name]: t.field({
      type,
      nullable: true,
      description,
      resolve: ({ result }) => (result === undefined ? null : pick(result)) as never,
    }),
  })
}

/** The payload of a command that removes a record and answers with its id. */
export function deletedPayload(description: string, name = 'deletedId'): PayloadFields<string> {
  return (t) => ({
    [name]: t.id({ nullable: true, description, resolve: ({ result }) => result ?? null }),
  })
}
