import type { Scope } from '../../src/access/caller.ts'
import { openDatabase } from '../../src/database/database.ts'
import { openQueue } from '../../src/database/queue.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createApiKey } from '../../src/identity/keys/service.ts'
import { createLogger } from '../../src/log.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'

/** An API key of an organization of its own. */
export async function makeKey(url: string, scopes: Scope[]): Promise<string> {
  await using database = openDatabase(url, 2)
  await using queue = await openQueue(url, [dispatchJob], false, createLogger('silent'))
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'PROFESSIONAL',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const { key } = await transaction({ database, queue }, owner, (unit) =>
    createApiKey(unit, { name: 'Key', scopes }),
  )
  return key
}
