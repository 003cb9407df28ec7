import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  OperationTypeNode,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  validate,
} from 'graphql'
import { type DocumentShape, shapeOf } from './document-shape.ts'
import { IdempotentPlacementRule } from '../commands/idempotency.ts'
import { DOCUMENT_LIMITS, MAX_VALIDATION_ERRORS, tooComplex } from './limits.ts'
import { StorableTextRule } from './storable-text.ts'
import { SubscriptionRootRule } from './subscription-root-rule.ts'

/** What a document must keep to beside the rules of GraphQL itself. */
export const DOCUMENT_RULES = [
  IdempotentPlacementRule,
  StorableTextRule,
  SubscriptionRootRule,
] as const
const ALL_RULES = [...specifiedRules, ...DOCUMENT_RULES]

const shapes = new WeakMap<DocumentNode, DocumentShape & { tokens: number }>()

/** @throws for a document that does not come from `parseDocument` */
export function shapeOfParsed(document: DocumentNode): DocumentShape & { tokens: number } {
  const shape = shapes.get(document)
  if (shape === undefined) throw new Error('The document was not measured')
  return shape
}

/**
 * Parses a document that anybody may have sent. Its tokens and brackets are counted before, because
 * the parser works by recursion, and fragments after, because the rules of validation compare and
 * follow them in more than linear time: what comes out of here is small enough for all of them.
 * @throws GraphQLError with a syntax error, or QUERY_TOO_COMPLEX
 */
export function parseDocument(
  source: string | Source,
  most: { characters: number; tokens: number } = DOCUMENT_LIMITS,
): DocumentNode {
  const text = typeof source === 'string' ? new Source(source) : source
  const tokens = countTokens(text, most)
  const document = parse(text)
  const shape = shapeOf(document, DOCUMENT_LIMITS.breadth)
  demandModest(shape)
  shapes.set(document, { ...shape, tokens })
  return document
}

const OPENING: ReadonlySet<TokenKind> = new Set([
  TokenKind.BRACE_L,
  TokenKind.BRACKET_L,
  TokenKind.PAREN_L,
])
const CLOSING: ReadonlySet<TokenKind> = new Set([
  TokenKind.BRACE_R,
  TokenKind.BRACKET_R,
  TokenKind.PAREN_R,
])

function countTokens(source: Source, most: { characters: number; tokens: number }): number {
  if (source.body.length > most.characters) {
    throw tooComplex(
      `The document has ${source.body.length} characters; at most ${most.characters} are allowed. Send values as variables`,
    )
  }
  const lexer = new Lexer(source)
  let tokens = 0
  let nesting = 0
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens++
    if (tokens > most.tokens) {
      throw tooComplex(`The document has more than ${most.tokens} tokens`)
    }
    if (OPENING.has(token.kind)) nesting++
    if (CLOSING.has(token.kind)) nesting--
    if (nesting > DOCUMENT_LIMITS.nesting) {
      throw tooComplex(
        `The document nests brackets deeper than the ${DOCUMENT_LIMITS.nesting} levels that are allowed`,
      )
    }
  }
  // Where an error lies is worked out by counting lines from the start, for each place that it names.
  if (lexer.line > DOCUMENT_LIMITS.lines) {
    throw tooComplex(
      `The document has ${lexer.line} lines; at most ${DOCUMENT_LIMITS.lines} are allowed`,
    )
  }
  return tokens
}

/** What is limited, and what it is called. */
const COUNTED = {
  operations: 'operations',
  fragments: 'fragments',
  aliases: 'aliases',
  directives: 'directives',
  breadth: 'fields, fragments written out',
  depth: 'levels, fragments written out',
  comparisons: 'pairs of fields of the same name, fragments written out',
} as const

function demandModest(shape: DocumentShape): void {
  for (const [kind, name] of Object.entries(COUNTED) as [keyof typeof COUNTED, string][]) {
    const [count, limit] = [shape[kind], DOCUMENT_LIMITS[kind]]
    if (count > limit) {
      throw tooComplex(`The document has ${count} ${name}; at most ${limit} are allowed`)
    }
  }
}

/** Faults of a document that came from `parseDocument`; the first few of them. */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
): readonly GraphQLError[] {
  // Beside a condition with a variable the library's own rule for roots throws, with another reason.
  const conditional = isSubscription(document)
    ? validate(schema, document, [SubscriptionRootRule], { maxErrors: MAX_VALIDATION_ERRORS })
    : []
  if (conditional.length > 0) return conditional
  return validate(schema, document, ALL_RULES, { maxErrors: MAX_VALIDATION_ERRORS })
}

function isSubscription({ definitions }: DocumentNode): boolean {
  return definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.operation === OperationTypeNode.SUBSCRIPTION,
  )
}
