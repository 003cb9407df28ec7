import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Where `listen --resume` has come to: the cursor behind the last event that the receiver took. */
export interface CursorFile {
  read(): Promise<string | undefined>
  write(cursor: string): Promise<void>
}

export function cursorFile(file: string): CursorFile {
  return {
    read: () =>
      readFile(file, 'utf8').then(
        (text) => text.trim() || undefined,
        () => undefined,
      ),
    // Whole or not at all: a process that is killed leaves the cursor of before.
    async write(cursor) {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      await writeFile(`${file}.next`, `${cursor}\n`, { mode: 0o600 })
      await rename(`${file}.next`, file)
    },
  }
}
