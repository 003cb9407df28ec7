import { useCallback, useState } from 'react'
import { useKeys } from '../keys/use-keys.ts'
import { texts } from '../texts.ts'
import type { RowAction } from './columns.ts'

interface RowKeys<Row> {
  rows: readonly Row[]
  actions: readonly RowAction<Row>[]
  canSelect: boolean
  onToggle: (id: string) => void
}

const rowOf = (id: string) =>
  document.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(id)}"]`)

/**
 * The cursor of a list is the row that has the focus: `j` and `k` move it from link to link, so that
 * Enter opens it and a screen reader reads it, without anything of our own.
 */
export function useRowKeys<Row extends { id: string }>(
  given: RowKeys<Row>,
): {
  cursor: string | undefined
  onFocus: (id: string) => void
} {
  const { rows, actions, canSelect, onToggle } = given
  const [cursor, setCursor] = useState<string>()
  const current = rows.find(({ id }) => id === cursor)
  const move = useCallback(
    (by: number) => {
      const at = rows.findIndex(({ id }) => id === cursor)
      const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]
      if (next === undefined) return
      setCursor(next.id)
      const row = rowOf(next.id)
      // A row in which nothing can be done has the focus itself.
      const inside = row?.querySelector<HTMLElement>('a[href], button') ?? row
      inside?.focus()
    },
    [rows, cursor],
  )
  const { list } = texts.keys
  useKeys(texts.keys.groups.list, [
    { keys: 'j', label: list.down, run: () => move(1) },
    { keys: 'k', label: list.up, run: () => move(-1) },
    canSelect && { keys: 'x', label: list.select, run: () => current && onToggle(current.id) },
    actions.length > 0 && {
      keys: '.',
      label: list.menu,
      run: () => {
        if (current !== undefined)
          rowOf(current.id)?.querySelector<HTMLElement>('[data-row-menu]')?.click()
      },
    },
    ...actions.flatMap(({ key, label, isPossible, run }) =>
      key === undefined
        ? []
        : [
            {
              keys: key,
              label,
              run: () => {
                if (current !== undefined && isPossible?.(current) !== false) run(current)
              },
            },
          ],
    ),
  ])
  return { cursor: current?.id, onFocus: setCursor }
}
