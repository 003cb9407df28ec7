import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeTable } from '../../src/database/reading/columns.ts'
import { getDatamodel } from '../../src/generated/pothos.ts'
import * as enums from '../../src/generated/prisma/enums.ts'
import { startTestApp, type TestApp } from '../harness/app.ts'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp({ ROLES: 'server' })
})
afterAll(() => test[Symbol.asyncDispose]())

describe('the names that statements are made of', () => {
  const described = Object.keys(getDatamodel().datamodel.models).map((model) =>
    Object.assign({ model }, describeTable(model)),
  )

  it('are those of the tables and columns', async () => {
    const { rows } = await test.app.database.pool.query<{ table: string; columns: string[] }>(
      `SELECT table_name AS table, array_agg(column_name::text) AS columns
         FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1`,
    )
    const found = new Map(rows.map(({ table, columns }) => [table, columns]))
    for (const { model, table, columns } of described) {
      const named = [...columns.values()].map(({ column }) => column)
      expect(found.get(table), model).toEqual(expect.arrayContaining(named))
    }
  })

  it('join by what the foreign keys say', async () => {
    const { rows } = await test.app.database.pool.query<{ said: string }>(
      `SELECT format('%s to %s: %s', c.conrelid::regclass, c.confrelid::regclass,
                string_agg(format('%s = %s', here.attname, there.attname), ', ' ORDER BY n)) AS said
         FROM pg_constraint c
        CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS key (here, there, n)
         JOIN pg_attribute here ON here.attrelid = c.conrelid AND here.attnum = key.here
         JOIN pg_attribute there ON there.attrelid = c.confrelid AND there.attnum = key.there
        WHERE c.contype = 'f' GROUP BY c.oid, c.conrelid, c.confrelid`,
    )
    const keys = new Set(rows.map(({ said }) => said))
    const joins = described.flatMap(({ table, references }) =>
      [...references.values()].map(({ model, keys: pairs }) => {
        const on = pairs.map(({ here, there }) => `${here} = ${there}`).join(', ')
        return `${table} to ${describeTable(model).table}: ${on}`
      }),
    )
    expect(joins.length).toBeGreaterThan(50)
    expect(joins.filter((said) => !keys.has(said))).toEqual([])
  })

  it('call the values of enums what the API calls them', async () => {
    const { rows } = await test.app.database.pool.query<{ labels: string[] }>(
      'SELECT array_agg(enumlabel::text ORDER BY enumlabel) AS labels FROM pg_enum GROUP BY enumtypid',
    )
    const kept = new Set(rows.map(({ labels }) => labels.join(' ')))
    for (const [name, values] of Object.entries(enums)) {
      expect(kept.has(Object.values(values).toSorted().join(' ')), name).toBe(true)
    }
  })
})
