import type { DocumentNode } from 'graphql'

/**
 * Characters of all documents kept. A parsed document takes some two hundred times its text, so this
 * bounds the cache at about 20 MB, whatever clients send.
 */
const MAX_CHARACTERS = 100_000
/** A longer document is parsed each time: one of these would drive out many ordinary ones. */
const MAX_DOCUMENT_CHARACTERS = 10_000

interface Cache<T> {
  get(source: string): T | undefined
  set(source: string, value: T): void
}

/** Parsed documents by their text; the one not used for longest makes room. */
export function createDocumentCache(): Cache<DocumentNode> {
  const documents = new Map<string, DocumentNode>()
  let characters = 0
  return {
    get(source) {
      const document = documents.get(source)
      if (document === undefined) return undefined
      documents.delete(source)
      documents.set(source, document)
      return document
    },
    set(source, document) {
      if (source.length > MAX_DOCUMENT_CHARACTERS || documents.has(source)) return
      documents.set(source, document)
      characters += source.length
      for (const oldest of documents.keys()) {
        if (characters <= MAX_CHARACTERS) break
        documents.delete(oldest)
        characters -= oldest.length
      }
    },
  }
}

/** What does not parse is not worth remembering: it fails soon, and is seldom sent again. */
export const noErrorCache: Cache<unknown> = { get: () => undefined, set: () => undefined }
