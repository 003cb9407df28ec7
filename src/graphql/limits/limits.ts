import { ComplexityErrorKind, type ComplexityResult } from '@pothos/plugin-complexity'
import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { IdempotentPlacementRule } from '../commands/idempotency.ts'

/** Bytes of a request body; a bulk mutation of a few hundred inputs fits. */
export const MAX_BODY_BYTES = 1_000_000
/** Lexical tokens of a document; GraphiQL's introspection query has about 450. */
const MAX_TOKENS = 4_000
const MAX_ALIASES = 30
const MAX_DIRECTIVES = 10

/** Depth counts every field level, and a Relay list alone takes three. */
export const COST_LIMITS = { depth: 14, breadth: 500, complexity: 20_000 }

/** A limit was exceeded: HTTP 400 with the code QUERY_TOO_COMPLEX and the figure. */
export function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'QUERY_TOO_COMPLEX', http: { status: 400 } },
  })
}

export function refuseCost(
  kind: ComplexityErrorKind,
  result: ComplexityResult & { maxDepth?: number; maxBreadth?: number; maxComplexity?: number },
): Error {
  switch (kind) {
    case ComplexityErrorKind.Depth:
      return tooComplex(
        `The query is ${result.depth} levels deep; at most ${result.maxDepth} are allowed`,
      )
    case ComplexityErrorKind.Breadth:
      return tooComplex(
        `The query has ${result.breadth} fields; at most ${result.maxBreadth} are allowed`,
      )
    default:
      return tooComplex(
        `The query costs ${result.complexity} points; at most ${result.maxComplexity} are allowed. Ask for smaller pages (first)`,
      )
  }
}

/** Counts what makes a document expensive before anything of it runs. */
export function useDocumentLimits(): Plugin {
  return {
    onParse({ params, setParseFn, parseFn }) {
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: MAX_TOKENS }))
      void params
    },
    onValidate({ addValidationRule }) {
      for (const rule of DOCUMENT_RULES) addValidationRule(rule)
    },
    onExecute({ args, setResultAndStopExecution }) {
      const refused = refuseUnstorable(args.variableValues)
      if (refused !== undefined) setResultAndStopExecution({ errors: [refused] })
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const refused = refuseUnstorable(args.variableValues)
      if (refused !== undefined) setResultAndStopExecution({ errors: [refused] })
    },
  }
}

/** What a document must keep to beside the rules of GraphQL itself. */
export const DOCUMENT_RULES = [CountLimitRule, IdempotentPlacementRule, StorableTextRule] as const

function CountLimitRule(context: ValidationContext): ASTVisitor {
  let aliases = 0
  let directives = 0
  return {
    Field(node) {
      if (node.alias !== undefined && ++aliases === MAX_ALIASES + 1) {
        context.reportError(
          tooComplex(
            `"${node.name.value}" is alias number ${aliases}; at most ${MAX_ALIASES} are allowed`,
          ),
        )
      }
    },
    Directive(node) {
      if (++directives === MAX_DIRECTIVES + 1) {
        context.reportError(
          tooComplex(
            `"@${node.name.value}" is directive number ${directives}; at most ${MAX_DIRECTIVES} are allowed`,
          ),
        )
      }
    },
  }
}

/** Text that PostgreSQL cannot keep, or that would come back changed. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

const UNSTORABLE = 'must be well-formed text without null characters'

function StorableTextRule(context: ValidationContext): ASTVisitor {
  return {
    StringValue(node) {
      if (!isStorable(node.value)) {
        context.reportError(new GraphQLError(`A text ${UNSTORABLE}`, { nodes: [node] }))
      }
    },
  }
}

function refuseUnstorable(variables: unknown): GraphQLError | undefined {
  const path = findUnstorable(variables, [])
  if (path === undefined) return undefined
  return new GraphQLError(`$${path.join('.')} ${UNSTORABLE}`, {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  })
}

function findUnstorable(value: unknown, path: readonly string[]): readonly string[] | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = isStorable(key)
      ? findUnstorable(inner, [...path, key])
      : [...path, '(name of a key)']
    if (found !== undefined) return found
  }
  return undefined
}
