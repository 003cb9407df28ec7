import { styleText } from 'node:util'
import { environment } from './environment.ts'

type Style = Parameters<typeof styleText>[0]

/** Coloured on a terminal that wants it: `NO_COLOR` and `FORCE_COLOR` are obeyed. */
export function paint(
  style: Style,
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const { NO_COLOR, FORCE_COLOR } = environment
  const wanted = FORCE_COLOR ? true : !NO_COLOR && stream.isTTY
  return wanted ? styleText(style, text, { validateStream: false }) : text
}

/** One line of results. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Progress and hints: not part of the result, so not on standard output. */
export function note(line: string): void {
  process.stderr.write(`${paint('dim', line, process.stderr)}\n`)
}

/** Records as a table for people, or one JSON object per line for programs. */
export function sayRecords(
  records: readonly Record<string, unknown>[],
  json: boolean | undefined,
  empty: string,
): void {
  if (json === true) {
    for (const record of records) say(JSON.stringify(record))
    return
  }
  const [first] = records
  if (first === undefined) return note(empty)
  const columns = Object.keys(first)
  const rows = records.map((record) => columns.map((column) => cell(record[column])))
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  say(paint('bold', line(columns)))
  for (const row of rows) say(line(row))
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (Array.isArray(value)) return value.map(String).join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
