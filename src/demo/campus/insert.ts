import type { PoolClient } from 'pg'

/** Rows of one statement: bounds the memory that their JSON takes here and in PostgreSQL. */
const ROWS_AT_ONCE = 5_000

/**
 * Writes many rows with few statements.
 * @param whenKnown what to do about rows whose id is there already.
 */
export async function insert(
  client: PoolClient,
  table: string,
  values: readonly object[],
  whenKnown: 'fail' | 'update' = 'fail',
): Promise<void> {
  const names = Object.keys(values[0] ?? {}).map((name) => `"${toSnakeCase(name)}"`)
  const columns = names.join(', ')
  const fresh = names.map((name) => `${name} = EXCLUDED.${name}`).join(', ')
  for (let from = 0; from < values.length; from += ROWS_AT_ONCE) {
    const some = values.slice(from, from + ROWS_AT_ONCE)
    await client.query(
      `INSERT INTO "${table}" (${columns})
     SELECT ${columns} FROM jsonb_populate_recordset(NULL::"${table}", $1::jsonb)
     ${whenKnown === 'update' ? `ON CONFLICT (id) DO UPDATE SET ${fresh}` : ''}`,
      [JSON.stringify(some.map(toColumns), writeBigInt)],
    )
  }
}

function toColumns(values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [toSnakeCase(name), value]),
  )
}

const columnNames = new Map<string, string>()

function toSnakeCase(name: string): string {
  const known = columnNames.get(name)
  if (known !== undefined) return known
  const made = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  columnNames.set(name, made)
  return made
}

/** As text: PostgreSQL reads it exactly, JSON numbers would not keep it. */
function writeBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
