import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { z } from 'zod/mini'

/** A filter of a list; all of them stand in the address. */
export interface Filter {
  name: string
  label: string
  /** What can be chosen; without, it is a text. */
  options?: readonly { value: string; label: string }[]
  /** Only one of the options at a time. */
  isSingle?: boolean
}

type FilterValues = Readonly<Record<string, readonly string[]>>

export interface Filters {
  definitions: readonly Filter[]
  values: FilterValues
  /** Whether anything is filtered. */
  isOn: boolean
  set: (name: string, values: readonly string[]) => void
  clear: () => void
}

/** What the address says, without what is none of the options. */
function schemaOf({ options }: Filter) {
  if (options === undefined) return z.array(z.string().check(z.maxLength(200)))
  const known = new Set(options.map(({ value }) => value))
  return z.pipe(
    z.array(z.string()),
    z.transform((values: string[]) => values.filter((value) => known.has(value))),
  )
}

/** @param definitions a constant of the module */
export function useFilters(definitions: readonly Filter[]): Filters {
  const [search, setSearch] = useSearchParams()
  const values = useMemo(
    () =>
      Object.fromEntries(
        definitions.map((filter) => {
          const parsed = schemaOf(filter).safeParse(search.getAll(filter.name))
          return [filter.name, parsed.success ? parsed.data : []]
        }),
      ),
    [definitions, search],
  )
  const set = useCallback(
    (name: string, chosen: readonly string[]) =>
      setSearch(
        (old) => {
          old.delete(name)
          for (const value of chosen) if (value !== '') old.append(name, value)
          return old
        },
        { replace: true },
      ),
    [setSearch],
  )
  const clear = useCallback(
    () =>
      setSearch(
        (old) => {
          for (const { name } of definitions) old.delete(name)
          return old
        },
        { replace: true },
      ),
    [definitions, setSearch],
  )
  const isOn = Object.values(values).some((chosen) => chosen.length > 0)
  return { definitions, values, isOn, set, clear }
}
