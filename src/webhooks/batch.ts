import type { Context } from '../graphql/context.ts'

/**
 * Loads values of many records in one statement: the keys that are asked for while a request's
 * resolvers of one level run are collected and loaded together.
 */
export function createBatchLoader<T>(
  loadMany: (context: Context, keys: string[]) => Promise<ReadonlyMap<string, T>>,
): (context: Context, key: string) => Promise<T | undefined> {
  interface Batch {
    keys: Set<string>
    values: Promise<ReadonlyMap<string, T>>
  }
  const open = new WeakMap<Context, Batch>()
  return async (context, key) => {
    let batch = open.get(context)
    if (batch === undefined) {
      const keys = new Set<string>()
      const values = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        open.delete(context)
        return loadMany(context, [...keys])
      })
      batch = { keys, values }
      open.set(context, batch)
    }
    batch.keys.add(key)
    return (await batch.values).get(key)
  }
}
