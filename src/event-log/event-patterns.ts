import { listEvents } from '../events/define.ts'
import { namesSomething } from '../events/match.ts'

/**
 * What is wrong with a selection of event types, or undefined when every pattern names at least one
 * event that exists. A typing error must fail when it is made, not by silence for ever after.
 */
export function faultOfPatterns(patterns: readonly string[]): string | undefined {
  const events = listEvents()
  const types = events.filter((event) => event.isQuestion !== true).map((event) => event.type)
  for (const pattern of patterns) {
    if (namesSomething(pattern, types)) continue
    if (events.some((event) => event.type === pattern)) {
      return `"${pattern}" is a question to one hook, not part of the log: see syncHookSet`
    }
    const closest = findClosest(pattern, types)
    const hint =
      closest === undefined ? 'Query.eventTypes lists what exists' : `did you mean "${closest}"?`
    return `"${pattern}" is not an event type: ${hint}`
  }
  return undefined
}

/** The candidate that needs the fewest changes; undefined when none comes close. */
function findClosest(text: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  // Nothing that is meant is twice as long, and comparing takes time for each pair of letters.
  if (text.length > 2 * Math.max(...candidates.map((each) => each.length))) return best
  // A third of the letters wrong is no longer a typing error.
  let bestDistance = Math.max(2, Math.floor(text.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = countChanges(text, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions and replacements that turn one text into the other (Levenshtein). */
function countChanges(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const current = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
