import type { Plugin } from 'graphql-yoga'
import type { Caller } from '../access/caller.ts'
import type { Authenticator } from '../identity/sessions/authenticate.ts'
import { withPublicCode } from './present-errors.ts'
import { readBody, refusal } from './request-body.ts'

export type Authenticate = Authenticator['authenticate']

interface Served {
  caller?: Caller | undefined
  remoteAddress: string
  idempotencyKey?: string | undefined
  /**
   * Called before a subscription begins, whose answer then lasts until it is cut.
   * @throws AccessError RATE_LIMITED when the caller has too many.
   */
  admitStream?: ((caller: Caller) => void) | undefined
}

/**
 * What a GraphQL request over HTTP must look like: POST with a JSON body and nothing else, so that no
 * web page can make a browser send one across origins unasked; and who sent it, settled before
 * anything is parsed.
 */
export function useHttpRules(authenticate: Authenticate): Plugin<Served, Served> {
  return {
    async onRequestParse({ request, serverContext, setRequestParser }) {
      if (request.method !== 'POST') {
        throw refusal(405, 'GraphQL operations are sent by POST')
      }
      const contentType = request.headers.get('content-type') ?? ''
      if (!/^application\/json *(;|$)/i.test(contentType)) {
        throw refusal(415, 'The content type must be application/json')
      }
      const credentials = {
        authorization: request.headers.get('authorization') ?? undefined,
        apiKey: request.headers.get('x-api-key') ?? undefined,
        remoteAddress: serverContext.remoteAddress,
      }
      serverContext.caller = await authenticate(credentials)
      serverContext.idempotencyKey = request.headers.get('idempotency-key') ?? undefined
      setRequestParser(readBody)
    },
    onResultProcess(hook) {
      const { result } = hook
      if ('errors' in result && Array.isArray(result.errors)) {
        hook.setResult({ ...result, errors: result.errors.map(withPublicCode) })
      }
    },
    onSubscribe({ args }) {
      const { caller, admitStream }: Served = args.contextValue
      if (caller !== undefined) admitStream?.(caller)
    },
    onResponse({ response }) {
      if (response.status === 405) response.headers.set('allow', 'POST')
    },
  }
}
