import type { GraphQLSchema } from 'graphql'
import { compileOperations } from '../operations.ts'
import type { JsonSchema } from '../record-shape.ts'
import { BASE, TABLE } from '../table/table.ts'
import { COMPONENTS, PROBLEM_SCHEMA } from './components.ts'
import { describeOperation } from './describe-operation.ts'
import { createSchemas } from './schemas.ts'

const ABOUT = `Facilities operations over REST: a thin surface of the GraphQL API, with the same permissions,
limits and events. Records are as webhooks show them: moments are Unix seconds, statuses are written
\`InProgress\`, what is empty is left out. Lists answer \`data\` and \`pagination\`; changes answer the
record as it is afterwards. Errors are \`application/problem+json\` (RFC 9457).`

/** The OpenAPI 3.1 document of the table. The same schema gives the same text. */
export function makeDocument(schema: GraphQLSchema): JsonSchema {
  const schemas = createSchemas()
  const paths: Record<string, JsonSchema> = {}
  for (const operation of compileOperations(schema)) {
    const { method, path } = operation.row
    const address = `${BASE}/{orgId}${path}`
    paths[address] = {
      ...paths[address],
      [method.toLowerCase()]: describeOperation(operation, schemas),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Plantroom REST',
      version: '2.0.0',
      description: ABOUT.replaceAll('\n', ' '),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The server that this document comes from.' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    tags: TABLE.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      ...COMPONENTS,
      schemas: Object.fromEntries(
        [...schemas.named, ['Problem', PROBLEM_SCHEMA] as const].toSorted(([a], [b]) =>
          a < b ? -1 : 1,
        ),
      ),
    },
  }
}

/** What is committed, and served. */
export function printDocument(schema: GraphQLSchema): string {
  return `${JSON.stringify(makeDocument(schema), undefined, 1)}\n`
}
