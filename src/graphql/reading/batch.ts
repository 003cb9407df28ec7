import type { Context } from '../context.ts'

interface Batch<T> {
  ids: Set<string>
  found: Promise<ReadonlyMap<string, T>>
}

/**
 * For a field that is computed rather than selected: collects the ids that one tick of a request
 * asks for and reads them together, so that a page takes one statement however long it is.
 */
export function batchById<T>(
  read: (context: Context, ids: string[]) => Promise<ReadonlyMap<string, T>>,
): (context: Context, id: string) => Promise<T | undefined> {
  const batches = new WeakMap<Context, Batch<T>>()
  const start = (context: Context): Batch<T> => {
    const ids = new Set<string>()
    const found = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      batches.delete(context)
      return read(context, [...ids])
    })
    const batch = { ids, found }
    batches.set(context, batch)
    return batch
  }
  return async (context, id) => {
    const batch = batches.get(context) ?? start(context)
    batch.ids.add(id)
    return (await batch.found).get(id)
  }
}
