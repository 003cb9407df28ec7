import { GraphQLError } from 'graphql'

/** Bytes of a request body; a bulk mutation of a few hundred inputs fits. */
export const MAX_BODY_BYTES = 1_000_000

/** What a document may have. Known before it is validated, and whoever sends it. */
export const DOCUMENT_LIMITS = {
  /** Long values belong into variables. */
  characters: 100_000,
  /** A printed document has no more lines than tokens. */
  lines: 4_000,
  /** Lexical ones, without comments; the introspection query of GraphiQL has about 450. */
  tokens: 4_000,
  /** Brackets of every kind within each other. */
  nesting: 50,
  operations: 20,
  fragments: 100,
  aliases: 30,
  directives: 10,
  /** Selections of one operation or fragment, with the fragments in it written out. */
  breadth: 500,
  /** Levels of one operation or fragment, with the fragments in it written out. */
  depth: 50,
  /** See `DocumentShape`; of a full screen some ten thousand. */
  comparisons: 100_000,
} as const

/** Without credentials one can only sign in. */
export const ANONYMOUS_LIMITS = { characters: 10_000, tokens: 500, breadth: 100 } as const

/** Looking for what was meant instead takes time for each error, so there are not many. */
export const MAX_VALIDATION_ERRORS = 5

/**
 * Of one operation. Depth counts every field level, and a Relay list alone takes three; types of the
 * introspection query nest deeper, without costing more.
 */
export const COST_LIMITS = { depth: 14, introspectionDepth: 20, complexity: 20_000 }

/** A limit was exceeded: HTTP 400 with the code QUERY_TOO_COMPLEX and the figure. */
export function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'QUERY_TOO_COMPLEX', http: { status: 400 } },
  })
}

/** HTTP 400 with the code BAD_USER_INPUT. */
export function badInput(message: string, nodes?: GraphQLError['nodes']): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  })
}

/** Rows of a page when neither `first` nor `last` is given, and the most that may be asked for. */
export const PAGE_DEFAULT = 20
export const PAGE_MAX = 100
