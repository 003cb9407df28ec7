import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql'

/** Text that PostgreSQL cannot keep, or that would come back changed. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

export const UNSTORABLE = 'must be well-formed text without null characters'

/** Of the texts in a document; those in variables are found by `findUnstorable`. */
export function StorableTextRule(context: ValidationContext): ASTVisitor {
  return {
    StringValue(node) {
      if (!isStorable(node.value)) {
        context.reportError(new GraphQLError(`A text ${UNSTORABLE}`, { nodes: [node] }))
      }
    },
  }
}

/** Where the first text is that cannot be kept: "input.name"; undefined when there is none. */
export function findUnstorable(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return '(name of a key)'
    if (typeof inner === 'string') {
      if (!isStorable(inner)) return key
      continue
    }
    const below = findUnstorable(inner)
    if (below !== undefined) return `${key}.${below}`
  }
  return undefined
}
