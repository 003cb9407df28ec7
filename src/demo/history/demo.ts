import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { SCOPES } from '../../access/caller.ts'
import type { Config } from '../../config/config.ts'
import type { Database } from '../../database/database.ts'
import { newId } from '../../database/ids.ts'
import { writeWhole } from '../../database/whole-file.ts'
import { API_KEY_PATTERN, generateApiKey, hashApiKey } from '../../identity/keys/api-keys.ts'
import { issueAccessToken } from '../../identity/sessions/tokens.ts'
import { prepareOrganization } from '../seed-demo.ts'
import { insert } from '../campus/insert.ts'
import { CAMPUS_CURRENCY, writeCampus } from '../seed-campus.ts'
import { inTransaction } from '../campus/write.ts'

/** What a first look needs, as kept in `<data folder>/demo.json`. */
export interface DemoFile {
  url: string
  graphqlUrl: string
  organizationId: string
  apiKey: string
  ownerToken: string
}

const demoFile = z.object({ organizationId: z.string(), apiKey: z.string().regex(API_KEY_PATTERN) })

/** The demo's token outlives an afternoon of trying, not a forgotten laptop. */
const TOKEN_TTL_MS = 7 * 24 * 3_600_000

/** Production has no demo: its key and token would be a way in that nobody asked for. */
function hasDemo(config: Config): boolean {
  return config.database.kind === 'embedded' && config.environment !== 'production'
}

/**
 * Gives an embedded installation without any organization the demo: a campus with a year behind it,
 * and a key to look around with. All of it in one transaction, and the key is in its file before that
 * commits: stopped at any moment, the next start finds the whole demo or makes it.
 */
export async function makeDemo(
  database: Database,
  config: Config,
  signal?: AbortSignal,
): Promise<void> {
  if (!hasDemo(config) || (await database.unscoped.organization.count()) > 0) return
  const owner = await prepareOrganization({
    name: 'Demo Campus',
    plan: 'PROFESSIONAL',
    currency: CAMPUS_CURRENCY,
    owner: {
      name: 'Olivia Owner',
      email: 'owner@demo.plantroom.example',
      password: randomBytes(18).toString('base64url'),
    },
  })
  const { organizationId, userId: ownerId } = owner.caller
  const apiKey = generateApiKey()
  await inTransaction(database.pool, async (client) => {
    await owner.write(client)
    await writeCampus(
      async (run) => {
        signal?.throwIfAborted()
        await run(client)
      },
      { organizationId, ownerId },
    )
    await insert(client, 'api_key', [
      {
        id: newId('apiKey'),
        organizationId,
        name: 'Demo integration',
        scopes: [...SCOPES],
        keyHash: hashApiKey(apiKey),
        lastFour: apiKey.slice(-4),
        createdById: ownerId,
      },
    ])
    // Where the server will be found is not known yet; `findDemo` writes it again.
    await keepDemo(config, `http://${config.host}:${config.port}`, {
      organizationId,
      ownerId,
      apiKey,
    })
  })
}

export interface Demo {
  file: DemoFile
  /** A work order whose status the tour changes. */
  workOrderId: string | undefined
}

/**
 * The demo of this installation, with a fresh token; undefined when there is none, its key was
 * revoked, or this is production. What cannot be read of its file is told in `damaged`.
 */
export async function findDemo(
  database: Database,
  config: Config,
  url: string,
): Promise<Demo | { damaged: string } | undefined> {
  if (!hasDemo(config)) return undefined
  const file = path.join(config.dataDir, 'demo.json')
  if (!fs.existsSync(file)) return undefined
  const kept = readKept(file)
  if (kept === undefined) {
    return {
      damaged: `${file} is damaged, and the demo's key is in no other place: restore it from a backup, or begin anew with another DATA_DIR.`,
    }
  }
  const key = await database.unscoped.apiKey.findFirst({
    where: { keyHash: hashApiKey(kept.apiKey), revokedAt: null },
  })
  if (key === null) return undefined
  const { organizationId } = key
  const scoped = database.scopedTo(organizationId)
  const owner = await scoped.user.findFirst({
    where: { role: 'OWNER', status: 'ACTIVE' },
    orderBy: { id: 'asc' },
  })
  const order = await scoped.workOrder.findFirst({
    where: { status: 'OPEN' },
    orderBy: { id: 'asc' },
  })
  return {
    workOrderId: order?.id,
    file: await keepDemo(config, url, {
      organizationId,
      ownerId: owner?.id ?? '',
      apiKey: kept.apiKey,
    }),
  }
}

function readKept(file: string): z.infer<typeof demoFile> | undefined {
  try {
    return demoFile.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

async function keepDemo(
  config: Config,
  url: string,
  known: { organizationId: string; ownerId: string; apiKey: string },
): Promise<DemoFile> {
  const auth = { ...config.auth, accessTokenTtlMs: TOKEN_TTL_MS }
  const { token } = await issueAccessToken(auth, known.ownerId)
  const file: DemoFile = {
    url,
    graphqlUrl: `${url}/graphql`,
    organizationId: known.organizationId,
    apiKey: known.apiKey,
    ownerToken: token,
  }
  writeWhole(path.join(config.dataDir, 'demo.json'), `${JSON.stringify(file, null, 2)}\n`)
  return file
}
