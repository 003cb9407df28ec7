import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Caller } from '../../access/caller.ts'
import { SIGN_IN } from '../context.ts'
import { ANONYMOUS_LIMITS } from './limits.ts'
import { DOCUMENT_RULES, parseDocument, shapeOfParsed, validateDocument } from './parse-document.ts'

interface Served {
  caller?: Caller | undefined
}

/** Parses and validates within limits, and tighter ones for whoever has not said who they are. */
export function useDocumentLimits(): Plugin<Served> {
  return {
    onParse({ params, context, setParseFn }) {
      const isKnown = context.caller !== undefined
      if (!isKnown && String(params.source).length > ANONYMOUS_LIMITS.characters) throw unknown()
      setParseFn((source) => parseDocument(source))
      // Behind the cache of parsed documents, which does not know for whom one was parsed.
      return ({ result, replaceParseResult }) => {
        if (isKnown || result === null || result instanceof Error) return
        const shape = shapeOfParsed(result)
        if (shape.introspects)
          return replaceParseResult(unknown('The schema is at /schema.graphql.'))
        const { tokens, breadth } = ANONYMOUS_LIMITS
        if (shape.tokens > tokens || shape.breadth > breadth) replaceParseResult(unknown())
      }
    },
    onValidate({ setValidationFn, addValidationRule }) {
      // By these Yoga knows what it has validated before; the function brings them along.
      for (const rule of DOCUMENT_RULES) addValidationRule(rule)
      setValidationFn(validateDocument)
    },
  }
}

function unknown(hint = 'Without that, only short documents are read.'): GraphQLError {
  return new GraphQLError(`${SIGN_IN}. ${hint}`, {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
  })
}
