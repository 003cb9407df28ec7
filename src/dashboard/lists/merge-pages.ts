import type { Page } from './use-connection.ts'

/**
 * What a list shows after its first page was loaded again. Known rows are brought up to date where
 * they stand; what has left the first page is taken off; new ones go to the head, or wait in `newer`
 * where the reader must not be moved.
 */
export function mergeFirstPage<Row extends { id: string }>(
  shown: readonly Row[] | undefined,
  page: Page<Row>,
  canInsert: boolean,
): { rows: readonly Row[]; newer: readonly Row[] } {
  if (shown === undefined || shown.length === 0) return { rows: page.nodes, newer: [] }
  const known = new Set(shown.map(({ id }) => id))
  const inPage = new Set(page.nodes.map(({ id }) => id))
  const last = shown.findLastIndex(({ id }) => inPage.has(id))
  const below = page.pageInfo.hasNextPage
    ? shown.slice(last + 1).filter(({ id }) => !inPage.has(id))
    : []
  if (canInsert) return { rows: [...page.nodes, ...below], newer: [] }
  return {
    rows: [...page.nodes.filter(({ id }) => known.has(id)), ...below],
    newer: page.nodes.filter(({ id }) => !known.has(id)),
  }
}
