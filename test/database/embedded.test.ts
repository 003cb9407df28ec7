import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import { startEmbeddedPostgres } from '../../src/database/postgres/embedded.ts'

const SETTINGS = { fsync: 'off' }

describe('the embedded PostgreSQL', () => {
  it(
    'is stopped as it stands when it does not end what it is doing, and loses nothing',
    { timeout: 60_000 },
    async () => {
      await using folder = await temporaryFolder('embedded')
      {
        const postgres = await startEmbeddedPostgres(folder.path, {
          settings: SETTINGS,
          stopPatienceS: 1,
        })
        const client = new Client({ connectionString: postgres.url })
        client.on('error', () => undefined)
        await client.connect()
        await client.query('CREATE TABLE kept AS SELECT 1 AS n')
        const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
        // It takes no notice of being asked to end, and PostgreSQL waits for it.
        process.kill(rows[0]?.pid ?? 0, 'SIGSTOP')
        await postgres[Symbol.asyncDispose]()
        await expect(new Client({ connectionString: postgres.url }).connect()).rejects.toThrow(
          'ECONNREFUSED',
        )
      }
      await using postgres = await startEmbeddedPostgres(folder.path, { settings: SETTINGS })
      const client = new Client({ connectionString: postgres.url })
      await client.connect()
      const { rows } = await client.query('SELECT n FROM kept')
      await client.end()
      expect(rows).toEqual([{ n: 1 }])
    },
  )
})
