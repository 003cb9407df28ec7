import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openQueue } from '../../src/db/queue.ts'
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
  const folder = await mkdtemp(path.join(tmpdir(), 'plantroom-test-'))
  // Readable for the unprivileged user that PostgreSQL runs as when the tests run as root.
  const postgres = await startEmbeddedPostgres(folder, { fsync: 'off', max_connections: '200' })
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
    await rm(folder, { recursive: true, force: true })
  }
}
