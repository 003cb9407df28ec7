import { Button, Group, Stack } from '@mantine/core'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { useReload } from '../data/use-live.tsx'
import { Empty, Failed, Loading, NoMatch } from '../pieces/states.tsx'
import { texts } from '../texts.ts'
import { ColumnChooser, useVisibility } from './column-chooser.tsx'
import type { Column, RowAction } from './columns.ts'
import { FilterBar } from './filter-bar.tsx'
import { ListTable } from './list-table.tsx'
import { SaveAsFile } from './save-as-file.tsx'
import { type ListQuery, useConnection } from './use-connection.ts'
import type { Filters } from './use-filters.ts'
import { useRowKeys } from './use-row-keys.ts'

export interface ListProps<Result, Variables, Row extends { id: string }> {
  /** Names the table, its file and what is remembered of it. */
  name: string
  title: string
  query: ListQuery<Result, Variables, Row>
  columns: readonly Column<Row>[]
  filters?: Filters
  empty: { text: string; action?: ReactNode; curl?: string }
  rowActions?: readonly RowAction<Row>[]
  /** What can be done to all that are selected; its presence makes rows selectable. */
  renderSelected?: (rows: readonly Row[], clear: () => void) => ReactNode
  /** Events after which it is loaded anew, by the beginnings of their types. */
  reloadOn: readonly string[]
  /** For updates that are no events: when it rises, the list is loaded anew. */
  updates?: number
  children?: ReactNode
}

const NO_ACTIONS: readonly never[] = []
/** Further down than this somebody is reading. */
const TOP_PX = 120

/** A list with everything that every list has. */
export function List<Result, Variables extends object, Row extends { id: string }>(
  props: ListProps<Result, Variables, Row>,
) {
  const { columns, filters, rowActions = NO_ACTIONS, renderSelected } = props
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [hasCursor, setHasCursor] = useState(false)
  const list = useConnection(props.query, {
    canInsert: () => !hasCursor && globalThis.scrollY < TOP_PX,
  })
  useReload(props.reloadOn, list.reload)
  const { updates = 0 } = props
  const { reload } = list
  useEffect(() => {
    if (updates > 0) reload()
  }, [updates, reload])
  const visibility = useVisibility(props.name, columns)
  const rows = list.rows ?? NO_ACTIONS
  const select = useCallback((id: string, isOn: boolean) => {
    setSelected((old) => {
      const next = new Set(old)
      if (isOn) next.add(id)
      else next.delete(id)
      return next
    })
  }, [])
  const { onFocus } = useRowKeys({
    rows,
    actions: rowActions,
    canSelect: renderSelected !== undefined,
    onToggle: (id) => select(id, !selected.has(id)),
  })
  const chosen = rows.filter(({ id }) => selected.has(id))
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="end">
        {filters === undefined ? <span /> : <FilterBar filters={filters} />}
        <Group gap="xs">
          {props.children}
          <ColumnChooser columns={columns} visibility={visibility} />
          <SaveAsFile name={props.name} columns={columns} loadAll={list.loadAll} />
        </Group>
      </Group>
      {list.newer > 0 && (
        <Button variant="light" className="newer" onClick={list.showNewer}>
          {texts.lists.newer(list.newer)}
        </Button>
      )}
      {chosen.length > 0 && renderSelected && (
        <Group gap="xs" role="toolbar" aria-label={texts.lists.selected(chosen.length)}>
          {texts.lists.selected(chosen.length)}
          {renderSelected(chosen, () => setSelected(new Set()))}
        </Group>
      )}
      {list.fault && <Failed fault={list.fault} retry={list.reload} />}
      {!list.fault && list.rows === undefined && <Loading />}
      {list.rows?.length === 0 &&
        (filters?.isOn === true ? <NoMatch onClear={filters.clear} /> : <Empty {...props.empty} />)}
      {rows.length > 0 && (
        <div onBlur={() => setHasCursor(false)} onFocus={() => setHasCursor(true)}>
          <ListTable
            title={props.title}
            columns={columns}
            visibility={visibility.shown}
            rows={rows}
            actions={rowActions}
            selected={renderSelected === undefined ? undefined : selected}
            onSelect={select}
            onFocus={onFocus}
          />
        </div>
      )}
      {list.hasMore && (
        <Button variant="default" onClick={list.loadMore} loading={list.isLoadingMore}>
          {texts.lists.more}
        </Button>
      )}
    </Stack>
  )
}
