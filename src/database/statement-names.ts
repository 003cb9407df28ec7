import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** Statements named at most; each named one keeps a plan in every connection that ran it. */
const MAX_NAMES = 400
/** Texts remembered while they are still to prove that they come again. */
const MAX_CANDIDATES = 2_000

/**
 * Names the statements that come again, so that PostgreSQL parses and plans them once for each
 * connection. A text is named when it comes the second time: lists of ids give a text for each
 * length, and most of those are never seen again.
 */
export function createStatementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  const candidates = new LRUCache<string, true>({ max: MAX_CANDIDATES })
  return (text) => {
    const known = names.get(text)
    if (known !== undefined) return known
    if (names.size >= MAX_NAMES || !/^(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(text)) {
      return undefined
    }
    if (candidates.delete(text)) {
      const name = `p${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`
      names.set(text, name)
      return name
    }
    candidates.set(text, true)
    return undefined
  }
}
