import { Prisma } from '../../generated/prisma/client.ts'
import { type Context, callerOf, scopedPrisma } from '../../graphql/context.ts'
import { indexedWords } from '../../graphql/lists/search.ts'

/** Best matches that a search considers; whoever gets more asks more precisely. */
const MOST_MATCHES = 1_000

const TEXT = Prisma.sql`(title || ' ' || coalesce(description, ''))`

/**
 * Ids of the work orders whose title and description hold all the words. Language does not matter: words
 * are compared as they are written, case aside.
 */
export async function searchWorkOrders(
  context: Context,
  words: readonly string[],
): Promise<string[]> {
  const { query, patterns } = indexedWords(words, 'first')
  const asked = Prisma.sql`to_tsquery('simple', ${query})`
  const rows = await scopedPrisma(context).$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM work_order
     WHERE organization_id = ${callerOf(context).organizationId}
       ${query === undefined ? Prisma.empty : Prisma.sql`AND search @@ ${asked}`}
       ${patterns.length === 0 ? Prisma.empty : Prisma.sql`AND ${TEXT} ILIKE ALL (${patterns})`}
     ORDER BY ${query === undefined ? Prisma.empty : Prisma.sql`ts_rank(search, ${asked}) DESC,`} created DESC
     LIMIT ${MOST_MATCHES}`)
  return rows.map((row) => row.id)
}
