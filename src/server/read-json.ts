import { GraphQLError } from 'graphql'

/** Levels of brackets; the deepest input of the schema needs about ten. */
const MAX_JSON_DEPTH = 64
/** Values in one text; the longest import (1,000 items) has about ten thousand. */
const MAX_JSON_VALUES = 50_000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/**
 * Parses JSON that anybody may have sent. Whatever is done with a value later walks through it, often
 * by recursion, so its depth and size are counted before there is a value at all: one pass over the
 * text, without recursion.
 * @throws GraphQLError with status 400
 */
export function readJson(text: string): unknown {
  demandModest(text)
  try {
    return JSON.parse(text)
  } catch {
    throw refusal(400, 'The request body is not valid JSON')
  }
}

function demandModest(text: string): void {
  let depth = 0
  let values = 1
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at + 1)
        break
      case 0x5b: // [
      case 0x7b: // {
        depth++
        values++
        if (depth > MAX_JSON_DEPTH) {
          throw refusal(400, `The JSON is nested deeper than ${MAX_JSON_DEPTH} levels`)
        }
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
        break
      case COMMA:
        values++
        if (values > MAX_JSON_VALUES) {
          throw refusal(400, `The JSON has more than ${MAX_JSON_VALUES} values`)
        }
        break
      default:
    }
  }
}

/** Index of the quote that ends a string; the end of the text when nothing does. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at++
  }
  return text.length
}

/** What a client must mend in how it sends: an error with an HTTP status of its own. */
export function refusal(status: number, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status } } })
}
