import type { TestProject } from 'vitest/node'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import { startEmbeddedPostgres } from '../../src/database/postgres/embedded.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { openQueue } from '../../src/database/queue.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createLogger } from '../../src/log.ts'
import { attemptNowJob, laneJob } from '../../src/webhooks/jobs.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A migrated database that every test file clones. */
    templateUrl: string
  }
}

/** One PostgreSQL for the whole run; its database is migrated once and then only cloned. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await temporaryFolder('test')
  const postgres = await startEmbeddedPostgres(folder.path, {
    settings: { fsync: 'off', max_connections: '200' },
  })
  await migrate(postgres.url)
  const queue = await openQueue(
    postgres.url,
    [dispatchJob, laneJob, attemptNowJob],
    false,
    createLogger('silent'),
  )
  await queue[Symbol.asyncDispose]()
  project.provide('templateUrl', postgres.url)
  return async () => {
    await postgres[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  }
}
