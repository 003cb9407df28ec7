import type { PoolClient } from 'pg'
import { expect, it } from 'vitest'
import { openSelectionCache, readEndpoints } from '../../src/webhooks/deliveries/fan-out.ts'

/** A database of five endpoints. */
function fiveEndpoints(): { client: PoolClient; compiled: string[][] } {
  const ids = ['whe_1', 'whe_2', 'whe_3', 'whe_4', 'whe_5']
  const compiled: string[][] = []
  const query = async ({ name, values }: { name: string; values: [string[]] }) => {
    if (name === 'fan-out-endpoints') {
      return { rows: ids.map((id) => ({ id, organization_id: 'org_1', version: 1 })) }
    }
    compiled.push(values[0])
    const selection = { version: 1, event_types: ['*'], filter: null, changed_fields: [] }
    return { rows: values[0].map((id) => ({ id, ...selection })) }
  }
  return { client: { query } as unknown as PoolClient, compiled }
}

it('every endpoint gets its events, though more have changed than selections are kept', async () => {
  const { client, compiled } = fiveEndpoints()
  const few = openSelectionCache(2)
  expect(await readEndpoints(client, ['org_1'], few)).toHaveLength(5)
  expect(await readEndpoints(client, ['org_1'], few)).toHaveLength(5)
  expect(compiled.map((ids) => ids.length)).toEqual([5, 3])
})

it('a selection that was compiled is not read again', async () => {
  const { client, compiled } = fiveEndpoints()
  const cache = openSelectionCache()
  await readEndpoints(client, ['org_1'], cache)
  expect(await readEndpoints(client, ['org_1'], cache)).toHaveLength(5)
  expect(compiled).toHaveLength(1)
})
