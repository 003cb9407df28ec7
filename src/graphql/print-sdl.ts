import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql'

/** The public contract as text: what is committed as schema.graphql and served at that path. */
export function printSdl(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}
