import { Button } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../pieces/notify.ts'
import { texts } from '../texts.ts'
import type { Column } from './columns.ts'
import { download, toCsv } from './csv.ts'

/** What one file takes at most. */
const MOST_ROWS = 10_000

interface SaveAsFileProps<Row> {
  name: string
  columns: readonly Column<Row>[]
  loadAll: (limit: number) => Promise<readonly Row[]>
}

/** Everything that the filters leave, not only what is on screen. */
export function SaveAsFile<Row>({ name, columns, loadAll }: SaveAsFileProps<Row>) {
  const [isLoading, setLoading] = useState(false)
  const save = async () => {
    setLoading(true)
    try {
      const rows = await loadAll(MOST_ROWS)
      download(`${name}.csv`, toCsv(columns, rows))
      if (rows.length === MOST_ROWS) notify.refusal(texts.lists.cutAt(MOST_ROWS))
    } catch (error) {
      notify.refusal(String(error))
    } finally {
      setLoading(false)
    }
  }
  return (
    <Button
      variant="default"

      loading={isLoading}
      onClick={() => {
        save().catch(() => setLoading(false))
      }}
    >
      {texts.lists.csv}
    </Button>
  )
}
