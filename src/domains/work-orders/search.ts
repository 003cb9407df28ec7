import type { PrismaClient } from '../../generated/prisma/client.ts'

/** Best matches that a search considers; whoever gets more asks more precisely. */
const MOST_MATCHES = 1_000
const MOST_WORDS = 20

/**
 * Ids of the work orders of an organization whose title and description hold every word, or a word
 * that begins with it. Language does not matter: words are compared as they are written, case aside.
 */
export async function searchWorkOrders(
  prisma: PrismaClient,
  organizationId: string,
  search: string,
): Promise<string[]> {
  const words = search.match(/[\p{L}\p{N}]+/gu)?.slice(0, MOST_WORDS) ?? []
  if (words.length === 0) return []
  const query = words.map((word) => `${word}:*`).join(' & ')
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM work_order, to_tsquery('simple', ${query}) AS query
     WHERE organization_id = ${organizationId} AND search @@ query
     ORDER BY ts_rank(search, query) DESC, created DESC LIMIT ${MOST_MATCHES}`
  return rows.map((row) => row.id)
}
