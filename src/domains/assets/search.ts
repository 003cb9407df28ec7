import { Prisma } from '../../generated/prisma/client.ts'
import { type Context, callerOf, scopedPrisma } from '../../graphql/context.ts'
import { indexedWords } from '../../graphql/lists/search.ts'

/** Matches looked at further; what is beyond them calls for a better question. */
const MAX_MATCHES = 1_000

const WORDS = Prisma.sql`asset_words(name, description, external_id, metadata)`
const TEXT = Prisma.sql`concat_ws(' ', name, description, external_id, metadata::text)`

/**
 * Ids of the assets whose name, description, external id or metadata has all the words; the best matches
 * when there are more than 1,000.
 */
export async function searchAssets(context: Context, words: readonly string[]): Promise<string[]> {
  // Its words are folded to small letters when they are written.
  const small = words.map((word) => word.toLowerCase())
  const { query, patterns } = indexedWords(small, 'each')
  const asked = Prisma.sql`to_tsquery('simple', ${query})`
  const rows = await scopedPrisma(context).$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM asset
     WHERE organization_id = ${callerOf(context).organizationId} AND deleted_at IS NULL
       ${query === undefined ? Prisma.empty : Prisma.sql`AND ${WORDS} @@ ${asked}`}
       ${patterns.length === 0 ? Prisma.empty : Prisma.sql`AND ${TEXT} ILIKE ALL (${patterns})`}
     ORDER BY ${query === undefined ? Prisma.empty : Prisma.sql`ts_rank(${WORDS}, ${asked}) DESC,`} id
     LIMIT ${MAX_MATCHES}`)
  return rows.map((row) => row.id)
}
