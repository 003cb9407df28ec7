import { Checkbox, Table } from '@mantine/core'
import {
  columnVisibilityFeature,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useMemo } from 'react'
import { texts } from '../texts.ts'
import type { Column, RowAction } from './columns.ts'
import { RowMenu } from './row-menu.tsx'

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature })

export interface ListTableProps<Row> {
  title: string
  columns: readonly Column<Row>[]
  visibility: Record<string, boolean>
  rows: readonly Row[]
  actions: readonly RowAction<Row>[]
  /** Undefined where rows cannot be selected. */
  selected: ReadonlySet<string> | undefined
  onSelect: (id: string, isOn: boolean) => void
  onFocus: (id: string) => void
}

export function ListTable<Row extends { id: string }>(props: ListTableProps<Row>) {
  const { title, rows, columns, visibility, actions, selected } = props
  const defined = useMemo(
    () => columns.map(({ id, title: header }) => ({ id, header, accessorFn: (row: Row) => row })),
    [columns],
  )
  const rowSelection = useMemo(
    () => Object.fromEntries([...(selected ?? [])].map((id) => [id, true as const])),
    [selected],
  )
  const table = useTable({
    features,
    columns: defined,
    data: rows,
    getRowId: ({ id }: Row) => id,
    state: { columnVisibility: visibility, rowSelection },
  })
  const byId = new Map(columns.map((column) => [column.id, column]))
  const shown = table.getVisibleLeafColumns().flatMap(({ id }) => byId.get(id) ?? [])
  return (
    <Table.ScrollContainer minWidth={0} scrollAreaProps={{ type: 'auto' }}>
      <Table highlightOnHover verticalSpacing="xs" className="list" aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            {selected && <Table.Th className="tight">{hidden(texts.lists.select)}</Table.Th>}
            {shown.map((column) => (
              <Table.Th key={column.id} className={classOf(column)} ta={column.align ?? 'left'}>
                {column.title}
              </Table.Th>
            ))}
            {actions.length > 0 && (
              <Table.Th className="tight">{hidden(texts.lists.actions)}</Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map(({ id, original }) => (
            <Table.Tr key={id} data-row={id} tabIndex={-1} onFocus={() => props.onFocus(id)}>
              {selected && (
                <Table.Td className="tight">
                  <Checkbox
                    checked={selected.has(id)}
                    onChange={(event) => props.onSelect(id, event.currentTarget.checked)}
                    aria-label={texts.lists.selectRow}
                  />
                </Table.Td>
              )}
              {shown.map((column) => (
                <Table.Td key={column.id} className={classOf(column)} ta={column.align ?? 'left'}>
                  {column.cell(original)}
                </Table.Td>
              ))}
              {actions.length > 0 && (
                <Table.Td className="tight">
                  <RowMenu row={original} actions={actions} />
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

const classOf = ({ isWide }: { isWide?: boolean }) => (isWide === true ? 'wide-only' : undefined)

const hidden = (text: string) => <span className="visually-hidden">{text}</span>
