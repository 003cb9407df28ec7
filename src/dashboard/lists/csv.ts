import type { Column } from './columns.ts'

/** RFC 4180. A leading sign or the like gets an apostrophe, or a spreadsheet would take it as a formula. */
export function toCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const kept = columns.filter(({ text }) => text !== undefined)
  const lines = [
    kept.map(({ title }) => quote(title)),
    ...rows.map((row) => kept.map(({ text }) => quote(text?.(row) ?? ''))),
  ]
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('')
}

function quote(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Gives a text to the browser as a file to keep. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1_000)
}
