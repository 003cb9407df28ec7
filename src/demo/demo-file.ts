import path from 'node:path'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { readIfThere, writeWhole } from '../database/postgres/whole-file.ts'
import { API_KEY_PATTERN } from '../identity/keys/api-keys.ts'
import { issueAccessToken } from '../identity/sessions/tokens.ts'

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
export function hasDemo(config: Config): boolean {
  return config.database.kind === 'embedded' && config.environment !== 'production'
}

/** What is kept of the demo; undefined when the file is damaged. */
export function readKept(file: string): z.infer<typeof demoFile> | undefined {
  try {
    return demoFile.parse(JSON.parse(readIfThere(file) ?? ''))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** Writes the file with a fresh token of the owner. */
export async function keepDemo(
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
