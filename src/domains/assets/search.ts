import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts'

/** Matches looked at further; what is beyond them calls for a better question. */
const MAX_MATCHES = 1_000

/**
 * Ids of the assets whose name, description, external id or metadata has words that begin with all
 * the given ones; the best matches when there are more than 1,000.
 */
export async function searchAssets(
  prisma: PrismaClient,
  organizationId: string,
  text: string,
): Promise<string[]> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 0) return []
  const query = words
    .slice(0, 20)
    .map((word) => `${word}:*`)
    .join(' & ')
  const rows = await prisma.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM asset
     WHERE organization_id = ${organizationId} AND deleted_at IS NULL
       AND asset_words(name, description, external_id, metadata) @@ to_tsquery('simple', ${query})
     ORDER BY ts_rank(asset_words(name, description, external_id, metadata), to_tsquery('simple', ${query})) DESC, id
     LIMIT ${MAX_MATCHES}`)
  return rows.map((row) => row.id)
}
