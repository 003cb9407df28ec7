import { isDeepStrictEqual } from 'node:util'

/** Fields that change with every write and tell nobody anything. */
const SILENT = new Set(['updated'])

/**
 * What changed between two payloads of one record, as `previousAttributes`: the changed fields with
 * their old values, null where there was none. Undefined when nothing changed: then there is no event.
 */
export function diffPayloads(before: object, after: object): Record<string, unknown> | undefined {
  const old = new Map(Object.entries(before))
  const fresh = new Map(Object.entries(after))
  const previous: Record<string, unknown> = {}
  for (const key of new Set([...old.keys(), ...fresh.keys()])) {
    if (SILENT.has(key) || isDeepStrictEqual(old.get(key), fresh.get(key))) continue
    previous[key] = old.get(key) ?? null
  }
  return Object.keys(previous).length === 0 ? undefined : previous
}

/** Payloads leave out what is empty, and never say null. */
export function omitEmpty<T extends object>(
  payload: T,
): { [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>
} {
  return Object.fromEntries(
    Object.entries(payload).filter(([, value]) => value !== null && value !== undefined),
  ) as ReturnType<typeof omitEmpty<T>>
}
