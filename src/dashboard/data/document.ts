import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core'
import type { graphql as Tag } from '../../generated/dashboard/gql.ts'

/** One GraphQL operation as text that knows its result and its variables. */
export type Document<Result, Variables> = DocumentTypeDecoration<Result, Variables>

/**
 * Marks a document, which stands beside the screen that uses it. The build replaces the call by its
 * text (scripts/dashboard/inline-documents.ts), so it is never made.
 */
export const graphql = ((text: string) => {
  throw new Error(`The build has left a document: ${text}`)
}) as unknown as typeof Tag

export const textOf = (document: Document<unknown, never>): string => document as unknown as string
