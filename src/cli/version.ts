import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Of the nearest package: that of the clone, or of what was installed. */
export const VERSION = find(import.meta.dirname)

function find(folder: string): string {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version
  } catch {
    const above = path.dirname(folder)
    return above === folder ? 'unknown' : find(above)
  }
}
