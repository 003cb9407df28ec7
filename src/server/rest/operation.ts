import type { GraphQLField } from 'graphql'
import type { InputShape } from './input.ts'
import type { Parameter } from './parameters.ts'
import type { UserErrorAnswer } from './problem.ts'
import type { RecordShape } from './record-shape.ts'
import type { Row } from './table/rows.ts'

/** What is sent of an answer. */
export interface Answer {
  data: unknown
  pagination?: { nextCursor: string | null; hasMore: boolean }
  /** Of the record, for the ETag. */
  version?: number | undefined
  /** Where a live stream begins that shows the change. */
  eventCursor?: string | undefined
}

/** A row of the table, ready to be answered: made once, from the schema. */
export interface Operation {
  row: Row
  tag: string
  /** Unique; that of GraphQL where there is just one. */
  id: string
  description: string
  /** A page, all there are, one record, or a change. */
  kind: 'list' | 'all' | 'one' | 'change'
  document: string
  parameters: readonly Parameter[]
  input?: InputShape
  takesVersion: boolean
  /** Makes a record: 201. */
  creates?: boolean
  /** What stands in the path → the argument, or the field of the input, that it goes to. */
  inPath: ReadonlyMap<string, string>
  shape: RecordShape | undefined
  /** Beside the record, what else a change answers. */
  extras?: readonly Extra[]
  shownAs: ReadonlyMap<string, string>
  /** Undefined where there is no such record. */
  answer(data: Record<string, unknown>): Answer | undefined
  userErrors?(data: Record<string, unknown>): readonly UserErrorAnswer[]
}

export interface Extra {
  key: string
  selection: string
  read: (payload: Record<string, unknown>) => unknown
  field: GraphQLField<unknown, unknown>
  shape?: RecordShape
}
