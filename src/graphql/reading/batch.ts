import DataLoader from 'dataloader'
import type { Context } from '../context.ts'
import { memo } from '../../database/memo.ts'

/**
 * Reads together what is asked for in one turn of the event loop. Nothing is kept: who asks later sees
 * things as they are then.
 * @param read answers for some ids, each once; what it does not name is undefined
 */
export function openLoader<T>(
  read: (ids: string[]) => Promise<ReadonlyMap<string, T>>,
): DataLoader<string, T | undefined> {
  return new DataLoader<string, T | undefined>(
    async (ids) => {
      const found = await read([...new Set(ids)])
      return ids.map((id) => found.get(id))
    },
    { cache: false, batchScheduleFn: (run) => setImmediate(run) },
  )
}

/**
 * For a field that is computed rather than selected: collects the ids that one tick of a request
 * asks for and reads them together, so that a page takes one statement however long it is.
 */
export function batchById<T>(
  read: (context: Context, ids: string[]) => Promise<ReadonlyMap<string, T>>,
): (context: Context, id: string) => Promise<T | undefined> {
  const loaderOf = memo((context: Context) => openLoader((ids) => read(context, ids)))
  return (context, id) => loaderOf(context).load(id)
}
