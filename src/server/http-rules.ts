import type { Plugin } from 'graphql-yoga'
import type { Caller } from '../access/caller.ts'
import type { Authenticator } from '../identity/sessions/authenticate.ts'
import { statusOf, withoutStatus, withPublicCode } from './present-errors.ts'
import { refusal } from './read-json.ts'
import { readBody } from './request-body.ts'

export type Authenticate = Authenticator['authenticate']

/** A stream that is accepted tells in itself what is wrong with the document: graphql-sse, PROTOCOL.md. */
const EVENT_STREAM_ALONE = /^ *text\/event-stream *(;[^,]*)?$/i
/** Whoever asks for it looks inside: with any data the status is 2xx, as GraphQL over HTTP has it. */
const GRAPHQL_RESPONSE = 'application/graphql-response+json'

interface Served {
  caller?: Caller | undefined
  remoteAddress: string
  idempotencyKey?: string | undefined
  /**
   * Called before a subscription begins, whose answer then lasts until it is cut.
   * @throws AccessError RATE_LIMITED when the caller has too many.
   */
  admitStream?: ((caller: Caller) => void) | undefined
  /** As the execution of it finds it; none over WebSocket. */
  request?: Request
}

/** Who sent a GraphQL request over HTTP, settled before anything is read; and what its answer may say. */
export function useHttpRules(authenticate: Authenticate): Plugin<Served, Served> {
  return {
    async onRequestParse({ request, serverContext, setRequestParser }) {
      const credentials = {
        authorization: request.headers.get('authorization') ?? undefined,
        apiKey: request.headers.get('x-api-key') ?? undefined,
        organizationId: request.headers.get('x-organization-id') ?? undefined,
        remoteAddress: serverContext.remoteAddress,
      }
      serverContext.caller = await authenticate(credentials)
      serverContext.idempotencyKey = request.headers.get('idempotency-key') ?? undefined
      setRequestParser(readBody)
    },
    onResultProcess(hook) {
      const { result } = hook
      if (!('errors' in result) || !Array.isArray(result.errors)) return
      const accept = hook.request.headers.get('accept') ?? ''
      const isPartial = 'data' in result && result.data != null
      const isToldInside = isPartial && accept.includes(GRAPHQL_RESPONSE)
      const isStream = EVENT_STREAM_ALONE.test(accept)
      const errors = result.errors.map(withPublicCode)
      for (const error of errors) {
        if (isToldInside || (isStream && statusOf(error) === 400)) withoutStatus(error)
      }
      hook.setResult({ ...result, errors })
    },
    onSubscribe({ args }) {
      const { caller, admitStream, request }: Served = args.contextValue
      // Refused here, before there is a source that somebody would have to end.
      if (request !== undefined && !takesStream(request.headers.get('accept'))) {
        throw refusal(406, 'A subscription is answered with text/event-stream: accept it')
      }
      if (caller !== undefined) admitStream?.(caller)
    },
  }
}

function takesStream(accept: string | null): boolean {
  return accept === null || /text\/event-stream|text\/\*|\*\/\*/i.test(accept)
}
