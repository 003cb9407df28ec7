import type { GraphQLSchema } from 'graphql'
import { compileMutation } from './compile-mutation.ts'
import { compileQuery } from './compile-query.ts'
import type { Operation } from './operation.ts'
import { createRecordShapes } from './record-shape.ts'
import { TABLE } from './table/table.ts'

/** Every row of the table, ready to be answered. */
export function compileOperations(schema: GraphQLSchema): Operation[] {
  const shapes = createRecordShapes(schema)
  const all = TABLE.flatMap(({ name: tag, rows }) =>
    rows.map((row): Operation => {
      const compile = row.method === 'GET' ? compileQuery : compileMutation
      return { row, tag, ...compile(row, schema, shapes) }
    }),
  )
  return withUniqueIds(all)
}

/** The same operation at a second address is called by its address too. */
function withUniqueIds(operations: readonly Operation[]): Operation[] {
  const taken = new Set<string>()
  return operations.map((operation) => {
    const { id, row } = operation
    const unique = taken.has(id) ? `${id}${camel(row.path)}` : id
    taken.add(unique)
    return { ...operation, id: unique }
  })
}

const camel = (path: string) =>
  path.replaceAll(/[^a-z]+(.)?/gi, (_all, first?: string) => first?.toUpperCase() ?? '')
