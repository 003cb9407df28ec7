import type { ReactNode } from 'react'

/** One column of a list. */
export interface Column<Row> {
  id: string
  title: string
  cell: (row: Row) => ReactNode
  /** As it stands in a file; default: not in the file. */
  text?: (row: Row) => string
  /** Left out on narrow screens. */
  isWide?: boolean
  /** Shown only when it is chosen. */
  isOptional?: boolean
  align?: 'right'
}

/** What can be done to one row. */
export interface RowAction<Row> {
  id: string
  label: string
  /** Single key that does it to the row of the cursor. */
  key?: string
  isDangerous?: boolean
  isPossible?: (row: Row) => boolean
  run: (row: Row) => void
}
