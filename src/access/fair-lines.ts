/** Waiting lines, one for each name, of which one after the other is served. */
export interface FairLines<T> {
  readonly size: number
  add(name: string, item: T): void
  /** The first of the line whose turn it is. */
  take(): T | undefined
  lengthOf(name: string): number
  /** Takes the last of the longest line. */
  dropFromLongest(): { name: string; item: T } | undefined
}

/** However many one of them brings, another one's first is served next. */
export function createFairLines<T>(): FairLines<T> {
  const lines = new Map<string, T[]>()
  let size = 0
  return {
    get size() {
      return size
    },
    add(name, item) {
      const line = lines.get(name)
      if (line === undefined) lines.set(name, [item])
      else line.push(item)
      size++
    },
    take() {
      const [next] = lines
      if (next === undefined) return undefined
      const [name, line] = next
      const item = line.shift()
      // Behind all others, for its next turn.
      lines.delete(name)
      if (line.length > 0) lines.set(name, line)
      size--
      return item
    },
    lengthOf: (name) => lines.get(name)?.length ?? 0,
    dropFromLongest() {
      let longest: [string, T[]] | undefined
      for (const entry of lines) {
        if (entry[1].length > (longest?.[1].length ?? 0)) longest = entry
      }
      const item = longest?.[1].pop()
      if (longest === undefined || item === undefined) return undefined
      const [name, line] = longest
      if (line.length === 0) lines.delete(name)
      size--
      return { name, item }
    },
  }
}
