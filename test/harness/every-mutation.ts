import { getNamedType, type GraphQLField, isInputObjectType, isRequiredInputField } from 'graphql'
import { getDatamodel } from '../../src/generated/pothos.ts'
import { schema } from '../../src/schema.ts'
import { type Credentials, send, type TestApp } from './app.ts'
import type { Fabricated } from './fabricate.ts'
import { sampleArguments } from './schema-walk.ts'

// Tables over every mutation of the schema: what holds for all of them by mechanism.

export type Mutation = GraphQLField<unknown, unknown>

export const mutations: readonly Mutation[] = Object.values(
  schema.getMutationType()?.getFields() ?? {},
)

export function inputFieldsOf(mutation: Mutation) {
  const type = mutation.args[0] === undefined ? undefined : getNamedType(mutation.args[0].type)
  return isInputObjectType(type) ? type.getFields() : {}
}

export const isVersioned = (mutation: Mutation) => 'expectedVersion' in inputFieldsOf(mutation)

/** An input that names records which are there; whether the mutation then succeeds is another matter. */
export function sampleInput(mutation: Mutation, rows: Fabricated): Record<string, unknown> {
  const sampled: unknown = sampleArguments(mutation.args)['input']
  const input: Record<string, unknown> = { ...Object(sampled) }
  for (const field of Object.values(inputFieldsOf(mutation)).filter(isRequiredInputField)) {
    if (String(getNamedType(field.type)) !== 'ID') continue
    const id = idFor(mutation, field.name, rows)
    if (id !== undefined) input[field.name] = Array.isArray(input[field.name]) ? [id] : id
  }
  delete input['expectedVersion']
  return input
}

function idFor(mutation: Mutation, field: string, rows: Fabricated): string | undefined {
  if (field === 'siteId') return rows.idOf('Location')
  if (field !== 'id' && field !== 'ids') {
    return rows.idOf(field.charAt(0).toUpperCase() + field.replace(/Ids?$/, '').slice(1))
  }
  // The record that a mutation is about is named by its own name: workOrderCommentDelete.
  return Object.keys(getDatamodel().datamodel.models)
    .filter((model) => mutation.name.startsWith(model.charAt(0).toLowerCase() + model.slice(1)))
    .toSorted((a, b) => b.length - a.length)
    .map((model) => rows.idOf(model))
    .find((id) => id !== undefined)
}

interface Refusal {
  code: string
  path: string[] | null
  currentVersion?: number
}

export async function runMutation(
  test: TestApp,
  credentials: Credentials,
  mutation: Mutation,
  input: object,
  idempotencyKey?: string,
) {
  const type = String(mutation.args[0]?.type)
  const again = idempotencyKey === undefined ? '' : `@idempotent(key: "${idempotencyKey}")`
  const answer = await send<Record<string, { userErrors: Refusal[] }>, { input: object }>(
    test.url,
    credentials,
    `mutation($input: ${type}) { ${mutation.name}(input: $input) ${again} {
      userErrors { code path ... on VersionConflictError { currentVersion } }
    } }`,
    { input },
  )
  return { errors: answer.errors, userErrors: answer.data?.[mutation.name]?.userErrors ?? [] }
}

/** Every versioned record as it is, and how many events there are. */
export async function photograph({ app }: TestApp): Promise<string[]> {
  const { pool } = app.database
  const tables = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'version'`,
  )
  const contents = await pool.query<{ text: string }>(
    [
      ...tables.rows.map(({ name }) => `SELECT '${name} ' || r::text AS text FROM "${name}" AS r`),
      `SELECT count(*) || ' events' FROM event`,
    ].join(' UNION ALL '),
  )
  return contents.rows.map((row) => row.text).toSorted()
}
