import type { Context } from '../context.ts'
import type { Comparator, Condition } from './comparators.ts'

/** Words of a search that count; whoever gives more is asked for no more. */
const MOST_WORDS = 20

/** How a list is searched is said here, and nowhere else. */
const SEARCH_RULES =
  'Words, or parts of them; all must occur, case does not matter, an empty search finds all.'

/**
 * The words of a search: what stands between spaces, so that a part number stays one word, without the
 * punctuation around it.
 */
function wordsOf(search: string): string[] {
  return search
    .split(/\s+/u)
    .map(
      (word) => /[\p{L}\p{M}\p{N}].*[\p{L}\p{M}\p{N}]|[\p{L}\p{M}\p{N}]/u.exec(word)?.[0] ?? word,
    )
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS)
}

/** A word for LIKE: its own `%`, `_` and `\` stand for themselves. */
function literal(word: string): string {
  return word.replaceAll(/[\\%_]/g, String.raw`\$&`)
}

/**
 * The filter `search` of a list: every word must occur in one of the fields.
 * @param where in which fields, for people: "the name"
 */
export function search(where: string, fields: readonly string[]): Comparator {
  return {
    type: 'String',
    description: describe(where),
    isComputed: true,
    condition: (text: string): Condition => allOf(wordsOf(text), (word) => anyField(fields, word)),
  }
}

/**
 * The same where an index finds the records: their ids are all that is known of them.
 * @param find ids of the best matches; it is given one word at least
 */
export function indexedSearch(
  where: string,
  find: (context: Context, words: readonly string[]) => Promise<string[]>,
): Comparator {
  return {
    type: 'String',
    description: `${describe(where)} Words of letters are found by their beginning; the 1,000 best matches are considered.`,
    isComputed: true,
    async condition(text: string, { context }): Promise<Condition> {
      const words = wordsOf(text)
      return words.length === 0 ? undefined : { id: { in: await find(context, words) } }
    },
  }
}

/** What an index of words finds, and what has to be looked for among that. */
export interface IndexedWords {
  /** For `to_tsquery('simple', …)`; undefined when the index knows nothing of them. */
  query: string | undefined
  /** For `ILIKE ALL`: words that the index cuts in pieces, such as part numbers. */
  patterns: string[]
}

/**
 * PostgreSQL's own parser takes `AHU-3` for `ahu` and `-3`, and `B2/014` for one word: of such words an
 * index made by it knows the beginning only, if that is a letter.
 * @param pieces whether the index holds each run of letters and digits as a word of its own
 */
export function indexedWords(words: readonly string[], pieces: 'each' | 'first'): IndexedWords {
  const known = words.flatMap((word) =>
    pieces === 'each'
      ? (word.match(/[\p{L}\p{N}]+/gu) ?? [])
      : (/^\p{L}[\p{L}\p{N}]*/u.exec(word)?.[0] ?? []),
  )
  const cut = words.filter((word) => !known.includes(word))
  return {
    query: known.length === 0 ? undefined : known.map((piece) => `${piece}:*`).join(' & '),
    patterns: cut.map((word) => `%${literal(word)}%`),
  }
}

function describe(where: string): string {
  return `In ${where}. ${SEARCH_RULES}`
}

function allOf(words: readonly string[], condition: (word: string) => object): Condition {
  return words.length === 0 ? undefined : { AND: words.map(condition) }
}

function anyField(fields: readonly string[], word: string): object {
  const part = { contains: literal(word), mode: 'insensitive' }
  return { OR: fields.map((field) => ({ [field]: part })) }
}
