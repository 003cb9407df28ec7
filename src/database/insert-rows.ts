import { Prisma } from '../generated/prisma/client.ts'
import { columnOf } from './reading/columns.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** Tables that rows are added to by the hundred, or on the busiest path. */
const TABLES = {
  workOrder: 'work_order',
  visitor: 'visitor',
  rateItem: 'rate_item',
} as const

/**
 * Adds rows to the caller's organization with one statement whose text does not depend on how many
 * they are, so that PostgreSQL plans it once. Prisma's createMany is compiled anew at every call.
 *
 * @param rows by field name; all with the same fields, those of the first. Columns left out get
 * their default.
 */
export async function insertRows(
  unit: UnitOfWork,
  table: keyof typeof TABLES,
  rows: readonly object[],
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const fields = Object.keys(first).filter((field) => Reflect.get(first, field) !== undefined)
  const columns = Prisma.raw(
    [...new Set([...fields, 'organizationId'])].map((field) => `"${columnOf(field)}"`).join(', '),
  )
  const name = Prisma.raw(`"${TABLES[table]}"`)
  const values = JSON.stringify(
    rows.map((row) =>
      Object.fromEntries([
        ...Object.entries(row).map(([field, value]): [string, unknown] => [columnOf(field), value]),
        ['organization_id', unit.organizationId],
      ]),
    ),
    (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  )
  await unit.tx.$executeRaw(
    Prisma.sql`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${name}, ${values}::json)`,
  )
}
