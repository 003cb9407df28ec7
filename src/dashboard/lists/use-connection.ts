import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import { type Client, useClient } from 'urql'
import { type Document, textOf } from '../data/document.ts'
import { faultOf } from '../data/fault.ts'
import type { Fault } from '../data/post.ts'
import { mergeFirstPage } from './merge-pages.ts'

export interface Page<Row> {
  nodes: Row[]
  pageInfo: { hasNextPage: boolean; endCursor?: string | null }
}

export interface ListQuery<Result, Variables, Row> {
  document: Document<Result, Variables>
  /** Without `first` and `after`. */
  variables: Omit<Variables, 'first' | 'after'>
  select: (data: Result) => Page<Row>
}

export interface Connection<Row> {
  /** Undefined until the first page is there. */
  rows: readonly Row[] | undefined
  fault: Fault | undefined
  hasMore: boolean
  isLoadingMore: boolean
  /** How many came since, above what is shown. */
  newer: number
  showNewer: () => void
  loadMore: () => void
  reload: () => void
  /** Every row of the selection, up to a limit: for a file. */
  loadAll: (limit: number) => Promise<readonly Row[]>
}

const PAGE_SIZE = 50

interface Held<Row> {
  key: string
  rows: readonly Row[] | undefined
  /** The whole first page as it is now, where some of it is not shown yet. */
  newer: readonly Row[]
  endCursor: string | null
  hasMore: boolean
  fault: Fault | undefined
}

/** A list that is loaded page by page and can be brought up to date without rows that jump. */
export function useConnection<Result, Variables extends object, Row extends { id: string }>(
  query: ListQuery<Result, Variables, Row>,
  options: { canInsert: () => boolean },
): Connection<Row> {
  const client = useClient()
  const key = JSON.stringify(query.variables)
  const [held, setHeld] = useState<Held<Row>>(() => nothing(key))
  const [isLoadingMore, setLoadingMore] = useState(false)
  const running = useRef(0)
  const load = useEffectEvent((after?: string) => loadPage(client, query, PAGE_SIZE, after))

  const refresh = useEffectEvent((isNew: boolean) => {
    running.current += 1
    const run = running.current
    if (isNew) setHeld(nothing(key))
    load()
      .then((page) => {
        // Overtaken by a later one.
        if (run !== running.current) return
        setHeld((old) => withFirstPage(old, page, key, options.canInsert()))
      })
      .catch((error: unknown) => {
        if (run === running.current) setHeld((old) => ({ ...old, fault: asFault(error) }))
      })
  })
  useEffect(() => {
    refresh(true)
  }, [key, client])

  const shown = held.key === key ? held : nothing<Row>(key)
  const reload = useCallback(() => refresh(false), [])
  return {
    rows: shown.rows,
    fault: shown.fault,
    hasMore: shown.hasMore,
    isLoadingMore,
    newer: shown.newer.length,
    showNewer: () =>
      setHeld((old) => ({ ...old, newer: [], rows: [...old.newer, ...(old.rows ?? [])] })),
    loadMore() {
      if (isLoadingMore || !shown.hasMore) return
      setLoadingMore(true)
      loadPage(client, query, PAGE_SIZE, shown.endCursor ?? undefined)
        .then((page) => setHeld((old) => (old.key === key ? withNextPage(old, page) : old)))
        .catch((error: unknown) => setHeld((old) => ({ ...old, fault: asFault(error) })))
        .finally(() => setLoadingMore(false))
    },
    reload,
    loadAll: (limit) => loadAll(client, query, limit),
  }
}

const nothing = <Row>(key: string): Held<Row> => ({
  key,
  rows: undefined,
  newer: [],
  endCursor: null,
  hasMore: false,
  fault: undefined,
})

function withFirstPage<Row extends { id: string }>(
  old: Held<Row>,
  page: Page<Row>,
  key: string,
  canInsert: boolean,
): Held<Row> {
  const { rows, newer } = mergeFirstPage(old.rows, page, canInsert)
  const isLonger = (old.rows?.length ?? 0) > page.nodes.length
  return {
    key,
    rows,
    newer,
    fault: undefined,
    endCursor: isLonger ? old.endCursor : (page.pageInfo.endCursor ?? null),
    hasMore: isLonger ? old.hasMore : page.pageInfo.hasNextPage,
  }
}

function withNextPage<Row extends { id: string }>(old: Held<Row>, page: Page<Row>): Held<Row> {
  const known = new Set(old.rows?.map(({ id }) => id))
  return {
    ...old,
    rows: [...(old.rows ?? []), ...page.nodes.filter(({ id }) => !known.has(id))],
    endCursor: page.pageInfo.endCursor ?? null,
    hasMore: page.pageInfo.hasNextPage,
  }
}

class LoadError extends Error {
  readonly fault: Fault
  constructor(fault: Fault) {
    super(fault.message)
    this.fault = fault
  }
}

const asFault = (error: unknown): Fault =>
  error instanceof LoadError
    ? error.fault
    : { message: String(error), code: undefined, requestId: undefined }

/** @throws LoadError */
async function loadPage<Result, Variables extends object, Row>(
  client: Client,
  { document, variables, select }: ListQuery<Result, Variables, Row>,
  first: number,
  after?: string,
): Promise<Page<Row>> {
  const { data, error } = await client
    .query<Result>(
      textOf(document),
      { ...variables, first, ...(after !== undefined && { after }) },
      { requestPolicy: 'network-only' },
    )
    .toPromise()
  if (error !== undefined) throw new LoadError(faultOf(error))
  if (data === undefined) throw new Error('There was no answer')
  return select(data)
}

/** @throws LoadError */
async function loadAll<Result, Variables extends object, Row>(
  client: Client,
  query: ListQuery<Result, Variables, Row>,
  limit: number,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  let after: string | undefined
  while (rows.length < limit) {
    const page = await loadPage(client, query, 100, after)
    rows.push(...page.nodes)
    after = page.pageInfo.endCursor ?? undefined
    if (!page.pageInfo.hasNextPage || after === undefined) break
  }
  return rows.slice(0, limit)
}
